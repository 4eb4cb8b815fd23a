#pragma once

#include <cstdint>

#include <gnutls/gnutls.h>
#include <ngtcp2/ngtcp2.h>
#include <ngtcp2/ngtcp2_crypto.h>

#include "base/digest.h"

namespace lanspread::transport {

class QuicConnection;

/// `size` bytes that nobody can guess. Throws where the system has none.
void fill_random(void* data, std::size_t size);

/// What ngtcp2 and GnuTLS tell a QuicConnection about keys, connection ids and who the peer is. Called by C
/// code: nothing is thrown out of these.
struct CryptoCallbacks {
    static QuicConnection& self(void* user_data);
    static ngtcp2_conn* connection_of(ngtcp2_crypto_conn_ref* reference);
    static int on_secrets(gnutls_session_t session, gnutls_record_encryption_level_t level, const void* rx,
                          const void* tx, std::size_t size);
    static int client_initial(ngtcp2_conn* connection, void* user_data);
    static int recv_client_initial(ngtcp2_conn* connection, const ngtcp2_cid* dcid, void* user_data);
    static int recv_retry(ngtcp2_conn* connection, const ngtcp2_pkt_hd* header, void* user_data);
    static int update_key(ngtcp2_conn*, std::uint8_t* rx_secret, std::uint8_t* tx_secret,
                          ngtcp2_crypto_aead_ctx* rx_context, std::uint8_t* rx_iv,
                          ngtcp2_crypto_aead_ctx* tx_context, std::uint8_t* tx_iv,
                          const std::uint8_t* current_rx, const std::uint8_t* current_tx, std::size_t size,
                          void* user_data);
    static void random(std::uint8_t* out, std::size_t size, const ngtcp2_rand_ctx*);
    static int new_connection_id(ngtcp2_conn*, ngtcp2_cid* cid, std::uint8_t* token, std::size_t size,
                                 void* user_data);
    static int remove_connection_id(ngtcp2_conn*, const ngtcp2_cid* cid, void* user_data);
    static void on_proven(QuicConnection& connection);
    static int handshake_completed(ngtcp2_conn*, void* user_data);
    static int handshake_confirmed(ngtcp2_conn*, void* user_data);
    static void set(ngtcp2_callbacks& callbacks);
};

}  // namespace lanspread::transport
