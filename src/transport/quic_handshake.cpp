#include "transport/quic_handshake.h"

#include <gnutls/crypto.h>

#include "transport/quic_connection.h"
#include "transport/quic_crypto.h"

namespace lanspread::transport {

namespace {

/// The body of a callback from C: what it throws ends the connection rather than the program.
template <class Body>
int guarded(Body body)
{
    try {
        return body() ? 0 : NGTCP2_ERR_CALLBACK_FAILURE;
    } catch (...) {
        return NGTCP2_ERR_CALLBACK_FAILURE;
    }
}

}  // namespace

void fill_random(void* data, std::size_t size)
{
    if (gnutls_rnd(GNUTLS_RND_RANDOM, data, size) != 0) {
        throw std::runtime_error("no random numbers");
    }
}

QuicConnection& CryptoCallbacks::self(void* user_data) { return *static_cast<QuicConnection*>(user_data); }

ngtcp2_conn* CryptoCallbacks::connection_of(ngtcp2_crypto_conn_ref* reference)
{
    return self(reference->user_data).connection_;
}

int CryptoCallbacks::on_secrets(gnutls_session_t session, gnutls_record_encryption_level_t level,
                                const void* rx, const void* tx, std::size_t size)
{
    auto& connection = self(static_cast<ngtcp2_crypto_conn_ref*>(gnutls_session_get_ptr(session))->user_data);
    if (ngtcp2_conn_get_handshake_completed(connection.connection_) != 0) {
        return GNUTLS_E_UNEXPECTED_PACKET;  // a TLS KeyUpdate: forbidden in QUIC (RFC 9001 §6), and ngtcp2
                                            // would assert
    }
    return guarded([&] {
        return quic_crypto::install_keys(connection.connection_, connection.host_.ciphers(), level, rx, tx,
                                         size);
    });
}

int CryptoCallbacks::client_initial(ngtcp2_conn* connection, void* user_data)
{
    return guarded([&] {
        const auto& ciphers = self(user_data).host_.ciphers();
        return quic_crypto::install_initial_keys(connection, ciphers, *ngtcp2_conn_get_dcid(connection)) &&
               quic_crypto::install_retry_key(connection) &&
               ngtcp2_crypto_read_write_crypto_data(connection, NGTCP2_CRYPTO_LEVEL_INITIAL, nullptr, 0) == 0;
    });
}

int CryptoCallbacks::recv_client_initial(ngtcp2_conn* connection, const ngtcp2_cid* dcid, void* user_data)
{
    return guarded([&] {
        return quic_crypto::install_initial_keys(connection, self(user_data).host_.ciphers(), *dcid);
    });
}

int CryptoCallbacks::recv_retry(ngtcp2_conn* connection, const ngtcp2_pkt_hd* header, void* user_data)
{
    return guarded([&] {
        return quic_crypto::install_initial_keys(connection, self(user_data).host_.ciphers(), header->scid);
    });
}

int CryptoCallbacks::update_key(ngtcp2_conn*, std::uint8_t* rx_secret, std::uint8_t* tx_secret,
                                ngtcp2_crypto_aead_ctx* rx_context, std::uint8_t* rx_iv,
                                ngtcp2_crypto_aead_ctx* tx_context, std::uint8_t* tx_iv,
                                const std::uint8_t* current_rx, const std::uint8_t* current_tx,
                                std::size_t size, void* user_data)
{
    return guarded([&] {
        return quic_crypto::update_keys(self(user_data).host_.ciphers(), rx_secret, tx_secret, rx_context,
                                        rx_iv, tx_context, tx_iv, current_rx, current_tx, size);
    });
}

void CryptoCallbacks::random(std::uint8_t* out, std::size_t size, const ngtcp2_rand_ctx*)
{
    static_cast<void>(gnutls_rnd(GNUTLS_RND_NONCE, out, size));
}

int CryptoCallbacks::new_connection_id(ngtcp2_conn*, ngtcp2_cid* cid, std::uint8_t* token, std::size_t size,
                                       void* user_data)
{
    return guarded([&] {
        *cid = self(user_data).make_connection_id();
        fill_random(token, NGTCP2_STATELESS_RESET_TOKENLEN);
        return cid->datalen == size;
    });
}

int CryptoCallbacks::remove_connection_id(ngtcp2_conn*, const ngtcp2_cid* cid, void* user_data)
{
    return guarded([&] {
        self(user_data).host_.remove_connection_id(*cid);
        return true;
    });
}

/// A refusal ends the connection in on_datagram: inside this callback ngtcp2 is between two states, and
/// cannot.
void CryptoCallbacks::on_proven(QuicConnection& connection)
{
    const auto peer = connection.tls_->peer_id();
    if (!peer) {
        connection.refusal_ = peer.error();
    } else if (*peer == connection.host_.identity().id()) {
        connection.refusal_ = Error{ErrorCode::refused, "that is this peer itself"};
    } else if (connection.expected_ && *peer != *connection.expected_) {
        connection.refusal_ =
            Error{ErrorCode::refused, fmt::format("another peer answered: {}", peer->short_hex())};
    } else {
        connection.shared_->peer = *peer;
        connection.established_ = true;
        connection.host_.on_established(connection);
    }
}

// The client's certificate is proven when the server's handshake completes; the server's when the client's is
// confirmed, which also tells the client that the server has accepted it. But that we have dialled our own
// key is told by us, who know where, rather than by the other end's refusal.
int CryptoCallbacks::handshake_completed(ngtcp2_conn*, void* user_data)
{
    return guarded([&] {
        auto& connection = self(user_data);
        if (!connection.outgoing_) {
            on_proven(connection);
        } else if (connection.tls_->peer_id() == connection.host_.identity().id()) {
            connection.refusal_ =
                connection.host_.is_own_end(connection)
                    ? Error{ErrorCode::refused, "that is this peer itself"}
                    : Error{ErrorCode::exists, "another process there has this peer's own key"};
        }
        return true;
    });
}

int CryptoCallbacks::handshake_confirmed(ngtcp2_conn*, void* user_data)
{
    return guarded([&] {
        if (self(user_data).outgoing_) {
            on_proven(self(user_data));
        }
        return true;
    });
}

void CryptoCallbacks::set(ngtcp2_callbacks& callbacks)
{
    callbacks.client_initial = client_initial;
    callbacks.recv_client_initial = recv_client_initial;
    callbacks.recv_crypto_data = ngtcp2_crypto_recv_crypto_data_cb;
    callbacks.recv_retry = recv_retry;
    callbacks.update_key = update_key;
    callbacks.rand = random;
    callbacks.get_new_connection_id = new_connection_id;
    callbacks.remove_connection_id = remove_connection_id;
    callbacks.get_path_challenge_data = ngtcp2_crypto_get_path_challenge_data_cb;
    callbacks.handshake_completed = handshake_completed;
    callbacks.handshake_confirmed = handshake_confirmed;
}

}  // namespace lanspread::transport
