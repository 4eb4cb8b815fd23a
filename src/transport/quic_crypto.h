#pragma once

#include <cstdint>

#include <gnutls/gnutls.h>
#include <ngtcp2/ngtcp2.h>

#include "transport/packet_cipher.h"

/// The keys of a QUIC connection (RFC 9001 §5, §6): derived from TLS's secrets, given to ngtcp2 as our own
/// PacketKey and HeaderKey objects, which it then owns and gives back through its delete callbacks.
namespace lanspread::transport::quic_crypto {

/// Sets the callbacks that seal, open, mask, update and delete.
void set_callbacks(ngtcp2_callbacks& callbacks);

/// The keys that both sides derive from the client's first destination connection id (RFC 9001 §5.2).
[[nodiscard]] bool install_initial_keys(ngtcp2_conn* connection, const CipherProvider& ciphers,
                                        const ngtcp2_cid& client_dcid);
/// Lets a client check a Retry packet (RFC 9001 §5.8).
[[nodiscard]] bool install_retry_key(ngtcp2_conn* connection);
/// The keys of the handshake or of the data, from one or both secrets that TLS has agreed on.
[[nodiscard]] bool install_keys(ngtcp2_conn* connection, const CipherProvider& ciphers,
                                gnutls_record_encryption_level_t level, const void* rx_secret,
                                const void* tx_secret, std::size_t secret_size);
/// The next generation of data keys (RFC 9001 §6.1); the body of ngtcp2's update_key callback.
[[nodiscard]] bool update_keys(const CipherProvider& ciphers, std::uint8_t* rx_secret,
                               std::uint8_t* tx_secret, ngtcp2_crypto_aead_ctx* rx_context,
                               std::uint8_t* rx_iv, ngtcp2_crypto_aead_ctx* tx_context, std::uint8_t* tx_iv,
                               const std::uint8_t* current_rx_secret, const std::uint8_t* current_tx_secret,
                               std::size_t secret_size);

}  // namespace lanspread::transport::quic_crypto
