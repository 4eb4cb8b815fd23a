#include "transport/packet_cipher.h"

#include <cstring>

#include <gnutls/crypto.h>

namespace lanspread::transport {

namespace {

gnutls_datum_t datum(const CipherKey& key)
{
    return {const_cast<unsigned char*>(key.data()), static_cast<unsigned>(key.size())};
}

class GnutlsPacketKey final : public PacketKey {
public:
    explicit GnutlsPacketKey(gnutls_aead_cipher_hd_t handle) : handle_(handle) {}
    ~GnutlsPacketKey() override { gnutls_aead_cipher_deinit(handle_); }

    bool seal(std::uint8_t* out, std::span<const std::uint8_t> plaintext, const std::uint8_t* nonce,
              std::span<const std::uint8_t> associated_data) override
    {
        auto size = plaintext.size() + aead_tag_size;
        return gnutls_aead_cipher_encrypt(handle_, nonce, aead_nonce_size, associated_data.data(),
                                          associated_data.size(), aead_tag_size, plaintext.data(),
                                          plaintext.size(), out, &size) == 0;
    }

    bool open(std::uint8_t* out, std::span<const std::uint8_t> ciphertext, const std::uint8_t* nonce,
              std::span<const std::uint8_t> associated_data) override
    {
        if (ciphertext.size() < aead_tag_size) {
            return false;
        }
        auto size = ciphertext.size() - aead_tag_size;
        return gnutls_aead_cipher_decrypt(handle_, nonce, aead_nonce_size, associated_data.data(),
                                          associated_data.size(), aead_tag_size, ciphertext.data(),
                                          ciphertext.size(), out, &size) == 0;
    }

private:
    gnutls_aead_cipher_hd_t handle_;
};

class GnutlsHeaderKey final : public HeaderKey {
public:
    explicit GnutlsHeaderKey(gnutls_cipher_hd_t handle) : handle_(handle) {}
    ~GnutlsHeaderKey() override { gnutls_cipher_deinit(handle_); }

    bool mask(std::uint8_t* out, const std::uint8_t* sample) override
    {
        // GnuTLS has no ECB; one block of CBC with a zero IV is the same.
        std::array<std::uint8_t, 16> zero{};
        std::array<std::uint8_t, 16> block{};
        gnutls_cipher_set_iv(handle_, zero.data(), zero.size());
        if (gnutls_cipher_encrypt2(handle_, sample, block.size(), block.data(), block.size()) != 0) {
            return false;
        }
        std::memcpy(out, block.data(), 5);
        return true;
    }

private:
    gnutls_cipher_hd_t handle_;
};

class GnutlsCiphers final : public CipherProvider {
public:
    std::string_view name() const override { return "AES-128-GCM by GnuTLS"; }

    std::unique_ptr<PacketKey> packet_key(const CipherKey& key) const override
    {
        const auto key_datum = datum(key);
        gnutls_aead_cipher_hd_t handle = nullptr;
        if (gnutls_aead_cipher_init(&handle, GNUTLS_CIPHER_AES_128_GCM, &key_datum) != 0) {
            return nullptr;
        }
        return std::make_unique<GnutlsPacketKey>(handle);
    }

    std::unique_ptr<HeaderKey> header_key(const CipherKey& key) const override
    {
        const auto key_datum = datum(key);
        gnutls_cipher_hd_t handle = nullptr;
        if (gnutls_cipher_init(&handle, GNUTLS_CIPHER_AES_128_CBC, &key_datum, nullptr) != 0) {
            return nullptr;
        }
        return std::make_unique<GnutlsHeaderKey>(handle);
    }
};

}  // namespace

const CipherProvider& gnutls_ciphers()
{
    static const GnutlsCiphers ciphers;
    return ciphers;
}

}  // namespace lanspread::transport
