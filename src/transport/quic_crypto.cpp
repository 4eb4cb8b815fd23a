#include "transport/quic_crypto.h"

#include <optional>
#include <string_view>

#include <ngtcp2/ngtcp2_crypto.h>
#include <ngtcp2/ngtcp2_crypto_gnutls.h>

namespace lanspread::transport::quic_crypto {

namespace {

constexpr std::size_t secret_size = 32;  // SHA-256
using Secret = std::array<std::uint8_t, secret_size>;

ngtcp2_crypto_md sha256() { return {reinterpret_cast<void*>(GNUTLS_DIG_SHA256)}; }

/// What ngtcp2 must know of the one cipher suite (RFC 9001 §6.6 gives the limits of AES-GCM).
ngtcp2_crypto_ctx suite()
{
    constexpr std::uint64_t max_packets = std::uint64_t{1} << 23;
    constexpr std::uint64_t max_forgeries = std::uint64_t{1} << 52;
    return {{reinterpret_cast<void*>(GNUTLS_CIPHER_AES_128_GCM), aead_tag_size},
            sha256(),
            {reinterpret_cast<void*>(GNUTLS_CIPHER_AES_128_CBC)},
            max_packets,
            max_forgeries};
}

bool expand(std::span<std::uint8_t> out, const std::uint8_t* secret, std::string_view label)
{
    const auto digest = sha256();
    return ngtcp2_crypto_hkdf_expand_label(out.data(), out.size(), &digest, secret, secret_size,
                                           reinterpret_cast<const std::uint8_t*>(label.data()),
                                           label.size()) == 0;
}

/// What one direction at one level needs. Whatever ngtcp2 has not taken over is deleted with it.
struct Keys {
    std::unique_ptr<PacketKey> packet;
    std::unique_ptr<HeaderKey> header;
    std::array<std::uint8_t, aead_nonce_size> iv{};

    [[nodiscard]] ngtcp2_crypto_aead_ctx packet_context() const { return {packet.get()}; }
    [[nodiscard]] ngtcp2_crypto_cipher_ctx header_context() const { return {header.get()}; }
    void give_up()
    {
        static_cast<void>(packet.release());
        static_cast<void>(header.release());
    }
};

std::optional<Keys> derive(const CipherProvider& ciphers, const std::uint8_t* secret)
{
    CipherKey key{};
    CipherKey header{};
    Keys keys;
    if (!expand(key, secret, "quic key") || !expand(keys.iv, secret, "quic iv") ||
        !expand(header, secret, "quic hp")) {
        return std::nullopt;
    }
    keys.packet = ciphers.packet_key(key);
    keys.header = ciphers.header_key(header);
    if (!keys.packet || !keys.header) {
        return std::nullopt;
    }
    return keys;
}

bool install_direction(ngtcp2_conn* connection, const CipherProvider& ciphers,
                       gnutls_record_encryption_level_t level, const void* secret, bool is_receiving)
{
    if (secret == nullptr) {
        return true;
    }
    const auto* bytes = static_cast<const std::uint8_t*>(secret);
    auto keys = derive(ciphers, bytes);
    if (!keys) {
        return false;
    }
    const auto packet = keys->packet_context();
    const auto header = keys->header_context();
    const auto* iv = keys->iv.data();
    int code = 0;
    if (level == GNUTLS_ENCRYPTION_LEVEL_HANDSHAKE) {
        code = is_receiving
                   ? ngtcp2_conn_install_rx_handshake_key(connection, &packet, iv, aead_nonce_size, &header)
                   : ngtcp2_conn_install_tx_handshake_key(connection, &packet, iv, aead_nonce_size, &header);
    } else {
        code = is_receiving ? ngtcp2_conn_install_rx_key(connection, bytes, secret_size, &packet, iv,
                                                         aead_nonce_size, &header)
                            : ngtcp2_conn_install_tx_key(connection, bytes, secret_size, &packet, iv,
                                                         aead_nonce_size, &header);
    }
    if (code == 0) {
        keys->give_up();
    }
    return code == 0;
}

int seal(std::uint8_t* out, const ngtcp2_crypto_aead*, const ngtcp2_crypto_aead_ctx* context,
         const std::uint8_t* plaintext, std::size_t size, const std::uint8_t* nonce, std::size_t,
         const std::uint8_t* data, std::size_t data_size)
{
    auto& key = *static_cast<PacketKey*>(context->native_handle);
    return key.seal(out, {plaintext, size}, nonce, {data, data_size}) ? 0 : NGTCP2_ERR_CALLBACK_FAILURE;
}

int open(std::uint8_t* out, const ngtcp2_crypto_aead*, const ngtcp2_crypto_aead_ctx* context,
         const std::uint8_t* ciphertext, std::size_t size, const std::uint8_t* nonce, std::size_t,
         const std::uint8_t* data, std::size_t data_size)
{
    auto& key = *static_cast<PacketKey*>(context->native_handle);
    return key.open(out, {ciphertext, size}, nonce, {data, data_size}) ? 0 : NGTCP2_ERR_DECRYPT;
}

int mask(std::uint8_t* out, const ngtcp2_crypto_cipher*, const ngtcp2_crypto_cipher_ctx* context,
         const std::uint8_t* sample)
{
    return static_cast<HeaderKey*>(context->native_handle)->mask(out, sample) ? 0
                                                                              : NGTCP2_ERR_CALLBACK_FAILURE;
}

void delete_packet_key(ngtcp2_conn*, ngtcp2_crypto_aead_ctx* context, void*)
{
    delete static_cast<PacketKey*>(context->native_handle);
}

void delete_header_key(ngtcp2_conn*, ngtcp2_crypto_cipher_ctx* context, void*)
{
    delete static_cast<HeaderKey*>(context->native_handle);
}

}  // namespace

void set_callbacks(ngtcp2_callbacks& callbacks)
{
    callbacks.encrypt = seal;
    callbacks.decrypt = open;
    callbacks.hp_mask = mask;
    callbacks.delete_crypto_aead_ctx = delete_packet_key;
    callbacks.delete_crypto_cipher_ctx = delete_header_key;
}

bool install_initial_keys(ngtcp2_conn* connection, const CipherProvider& ciphers,
                          const ngtcp2_cid& client_dcid)
{
    constexpr std::array<std::uint8_t, 20> salt{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
                                                0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a};
    const auto digest = sha256();
    Secret initial{};
    Secret client{};
    Secret server{};
    if (ngtcp2_crypto_hkdf_extract(initial.data(), &digest, client_dcid.data, client_dcid.datalen,
                                   salt.data(), salt.size()) != 0 ||
        !expand(client, initial.data(), "client in") || !expand(server, initial.data(), "server in")) {
        return false;
    }
    const auto context = suite();
    ngtcp2_conn_set_initial_crypto_ctx(connection, &context);
    const bool is_server = ngtcp2_conn_is_server(connection) != 0;
    auto rx = derive(ciphers, is_server ? client.data() : server.data());
    auto tx = derive(ciphers, is_server ? server.data() : client.data());
    if (!rx || !tx) {
        return false;
    }
    const auto rx_packet = rx->packet_context();
    const auto rx_header = rx->header_context();
    const auto tx_packet = tx->packet_context();
    const auto tx_header = tx->header_context();
    if (ngtcp2_conn_install_initial_key(connection, &rx_packet, rx->iv.data(), &rx_header, &tx_packet,
                                        tx->iv.data(), &tx_header, aead_nonce_size) != 0) {
        return false;
    }
    rx->give_up();
    tx->give_up();
    return true;
}

bool install_retry_key(ngtcp2_conn* connection)
{
    constexpr CipherKey key{0xbe, 0x0c, 0x69, 0x0b, 0x9f, 0x66, 0x57, 0x5a,
                            0x1d, 0x76, 0x6b, 0x54, 0xe3, 0x68, 0xc8, 0x4e};
    auto packet_key = gnutls_ciphers().packet_key(key);
    if (!packet_key) {
        return false;
    }
    const auto aead = suite().aead;
    const ngtcp2_crypto_aead_ctx context{packet_key.release()};
    ngtcp2_conn_set_retry_aead(connection, &aead, &context);
    return true;
}

bool install_keys(ngtcp2_conn* connection, const CipherProvider& ciphers,
                  gnutls_record_encryption_level_t level, const void* rx_secret, const void* tx_secret,
                  std::size_t size)
{
    if (size != secret_size ||
        (level != GNUTLS_ENCRYPTION_LEVEL_HANDSHAKE && level != GNUTLS_ENCRYPTION_LEVEL_APPLICATION)) {
        return false;
    }
    if (ngtcp2_conn_get_crypto_ctx(connection)->aead.native_handle == nullptr) {
        const auto context = suite();
        ngtcp2_conn_set_crypto_ctx(connection, &context);
    }
    return install_direction(connection, ciphers, level, rx_secret, true) &&
           install_direction(connection, ciphers, level, tx_secret, false);
}

bool update_keys(const CipherProvider& ciphers, std::uint8_t* rx_secret, std::uint8_t* tx_secret,
                 ngtcp2_crypto_aead_ctx* rx_context, std::uint8_t* rx_iv, ngtcp2_crypto_aead_ctx* tx_context,
                 std::uint8_t* tx_iv, const std::uint8_t* current_rx_secret,
                 const std::uint8_t* current_tx_secret, std::size_t size)
{
    if (size != secret_size || !expand({rx_secret, size}, current_rx_secret, "quic ku") ||
        !expand({tx_secret, size}, current_tx_secret, "quic ku")) {
        return false;
    }
    auto rx = derive(ciphers, rx_secret);
    auto tx = derive(ciphers, tx_secret);
    if (!rx || !tx) {
        return false;
    }
    std::copy(rx->iv.begin(), rx->iv.end(), rx_iv);
    std::copy(tx->iv.begin(), tx->iv.end(), tx_iv);
    rx_context->native_handle = rx->packet.release();  // header keys are not updated (RFC 9001 §6)
    tx_context->native_handle = tx->packet.release();
    return true;
}

}  // namespace lanspread::transport::quic_crypto
