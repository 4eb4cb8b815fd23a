#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

/// The packet protection of QUIC (RFC 9001 §5) with the one cipher suite that we negotiate,
/// TLS_AES_128_GCM_SHA256. Who does the arithmetic is chosen once, at start: GnuTLS always can; ipsec-mb
/// takes a third of the time where the CPU has VAES.
namespace lanspread::transport {

using CipherKey = std::array<std::uint8_t, 16>;
inline constexpr std::size_t aead_tag_size = 16;
inline constexpr std::size_t aead_nonce_size = 12;

/// Seals and opens packets with one key. Used by one thread.
class PacketKey {
public:
    virtual ~PacketKey() = default;
    /// Writes `plaintext.size() + aead_tag_size` bytes to `out`, which may be where the plaintext is.
    [[nodiscard]] virtual bool seal(std::uint8_t* out, std::span<const std::uint8_t> plaintext,
                                    const std::uint8_t* nonce,
                                    std::span<const std::uint8_t> associated_data) = 0;
    /// Writes `ciphertext.size() - aead_tag_size` bytes to `out`; false where the tag is not right.
    [[nodiscard]] virtual bool open(std::uint8_t* out, std::span<const std::uint8_t> ciphertext,
                                    const std::uint8_t* nonce,
                                    std::span<const std::uint8_t> associated_data) = 0;
};

/// Header protection with one key (RFC 9001 §5.4.3).
class HeaderKey {
public:
    virtual ~HeaderKey() = default;
    /// Writes 5 bytes of mask for a sample of 16.
    [[nodiscard]] virtual bool mask(std::uint8_t* out, const std::uint8_t* sample) = 0;
};

class CipherProvider {
public:
    virtual ~CipherProvider() = default;
    [[nodiscard]] virtual std::string_view name() const = 0;
    /// Null where the library fails.
    [[nodiscard]] virtual std::unique_ptr<PacketKey> packet_key(const CipherKey& key) const = 0;
    [[nodiscard]] virtual std::unique_ptr<HeaderKey> header_key(const CipherKey& key) const = 0;
};

[[nodiscard]] const CipherProvider& gnutls_ciphers();
/// Null where it was not built in, or the CPU lacks VAES.
[[nodiscard]] const CipherProvider* ipsec_mb_ciphers();

}  // namespace lanspread::transport
