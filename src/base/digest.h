#pragma once

#include <array>
#include <compare>
#include <cstring>
#include <functional>
#include <optional>
#include <string>

#include "base/bytes.h"

namespace lanspread {

/// 32 bytes that name something by its hash. `Tag` keeps a peer's id from being used as a chunk's hash.
template <class Tag>
struct Digest {
    static constexpr std::size_t size = 32;
    std::array<std::byte, size> bytes{};

    auto operator<=>(const Digest&) const = default;

    /// All 64 hex digits.
    [[nodiscard]] std::string hex() const { return to_hex(bytes); }
    /// The first 12 hex digits: what people are shown.
    [[nodiscard]] std::string short_hex() const { return hex().substr(0, 12); }

    [[nodiscard]] static std::optional<Digest> parse(std::string_view text)
    {
        Digest digest;
        return from_hex(text, digest.bytes) ? std::optional(digest) : std::nullopt;
    }
};

/// SHA-256 of a peer's public key (the SubjectPublicKeyInfo of its certificate, DER). Proven by TLS, never
/// read from a message.
using PeerId = Digest<struct PeerIdTag>;
/// BLAKE3 of a manifest's canonical bytes: two peers with the same content id have the same package, byte for
/// byte.
using ContentId = Digest<struct ContentIdTag>;
/// BLAKE3 of a chunk's bytes.
using ChunkHash = Digest<struct ChunkHashTag>;

}  // namespace lanspread

template <class Tag>
struct std::hash<lanspread::Digest<Tag>> {
    std::size_t operator()(const lanspread::Digest<Tag>& digest) const noexcept
    {
        std::size_t value = 0;  // of a hash already: its first bytes are as good as any
        std::memcpy(&value, digest.bytes.data(), sizeof value);
        return value;
    }
};
