#include "transport/packet_cipher.h"

#ifdef LANSPREAD_HAS_IPSEC_MB

#include <gnutls/gnutls.h>
#include <intel-ipsec-mb.h>

namespace lanspread::transport {

namespace {

class IpsecMbPacketKey final : public PacketKey {
public:
    IpsecMbPacketKey(IMB_MGR* manager, const CipherKey& key) : manager_(manager)
    {
        IMB_AES128_GCM_PRE(manager_, key.data(), &key_);
    }
    ~IpsecMbPacketKey() override { gnutls_memset(&key_, 0, sizeof key_); }

    bool seal(std::uint8_t* out, std::span<const std::uint8_t> plaintext, const std::uint8_t* nonce,
              std::span<const std::uint8_t> associated_data) override
    {
        IMB_AES128_GCM_ENC(manager_, &key_, &context_, out, plaintext.data(), plaintext.size(), nonce,
                           associated_data.data(), associated_data.size(), out + plaintext.size(),
                           aead_tag_size);
        return true;
    }

    bool open(std::uint8_t* out, std::span<const std::uint8_t> ciphertext, const std::uint8_t* nonce,
              std::span<const std::uint8_t> associated_data) override
    {
        if (ciphertext.size() < aead_tag_size) {
            return false;
        }
        const auto size = ciphertext.size() - aead_tag_size;
        std::array<std::uint8_t, aead_tag_size> tag{};
        IMB_AES128_GCM_DEC(manager_, &key_, &context_, out, ciphertext.data(), size, nonce,
                           associated_data.data(), associated_data.size(), tag.data(), tag.size());
        return gnutls_memcmp(tag.data(), ciphertext.data() + size, tag.size()) == 0;
    }

private:
    IMB_MGR* manager_;
    gcm_key_data key_;
    gcm_context_data context_;
};

class IpsecMbHeaderKey final : public HeaderKey {
public:
    IpsecMbHeaderKey(IMB_MGR* manager, const CipherKey& key) : manager_(manager)
    {
        alignas(16) std::array<std::uint8_t, 16 * 11> decryption_keys{};
        IMB_AES_KEYEXP_128(manager_, key.data(), keys_.data(), decryption_keys.data());
    }

    bool mask(std::uint8_t* out, const std::uint8_t* sample) override
    {
        // One block of CFB is the plaintext xor AES(iv): with zeros as plaintext, ECB of the sample.
        const std::array<std::uint8_t, 16> zero{};
        IMB_AES128_CFB_ONE(manager_, out, zero.data(), sample, keys_.data(), 5);
        return true;
    }

private:
    IMB_MGR* manager_;
    alignas(16) std::array<std::uint8_t, 16 * 11> keys_{};
};

class IpsecMbCiphers final : public CipherProvider {
public:
    explicit IpsecMbCiphers(IMB_MGR* manager) : manager_(manager) {}

    std::string_view name() const override { return "AES-128-GCM by ipsec-mb"; }
    std::unique_ptr<PacketKey> packet_key(const CipherKey& key) const override
    {
        return std::make_unique<IpsecMbPacketKey>(manager_, key);
    }
    std::unique_ptr<HeaderKey> header_key(const CipherKey& key) const override
    {
        return std::make_unique<IpsecMbHeaderKey>(manager_, key);
    }

private:
    IMB_MGR* manager_;
};

}  // namespace

const CipherProvider* ipsec_mb_ciphers()
{
    // The manager is a table of functions here: the direct interface keeps no jobs in it, so threads may
    // share it.
    static IMB_MGR* const manager = [] {
        auto* made = alloc_mb_mgr(0);
        if (made != nullptr) {
            init_mb_mgr_auto(made, nullptr);
        }
        return made;
    }();
    constexpr std::uint64_t needed = IMB_FEATURE_VAES | IMB_FEATURE_VPCLMULQDQ;
    if (manager == nullptr || (manager->features & needed) != needed) {
        return nullptr;
    }
    static const IpsecMbCiphers ciphers(manager);
    return &ciphers;
}

}  // namespace lanspread::transport

#else

namespace lanspread::transport {

const CipherProvider* ipsec_mb_ciphers() { return nullptr; }

}  // namespace lanspread::transport

#endif
