#pragma once
#include "base/address.h"
#include "base/bytes.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The bytes of a beacon; docs/discovery.md has the same as a table.
namespace lanspread::discovery {

/// UDP, the same on every PC: a firewall that lets lanspread be found lets it through. Not assigned by IANA.
inline constexpr std::uint16_t beacon_port = 21470;
/// No beacon is larger, and a question is as large as this: so no answer is larger than its question.
inline constexpr std::size_t max_beacon_size = 512;
inline constexpr std::size_t max_beacon_name = 64;
inline constexpr std::size_t max_beacon_addresses = 16;

/// An Ed25519 key (RFC 8032), and a signature by it.
using PublicKey = std::array<std::byte, 32>;
using Signature = std::array<std::byte, 64>;

enum class BeaconKind : std::uint8_t {
    beacon = 1,    ///< I am here
    question = 2,  ///< I am here, and have just come: who else is?
    answer = 3,    ///< to a question, to the asker alone
    goodbye = 4,
};

struct BeaconPacket {
    BeaconKind kind = BeaconKind::beacon;
    PublicKey key{};             ///< the sender's; its peer id is made from it
    std::uint64_t epoch = 0;     ///< names the sender's process
    std::uint64_t sequence = 0;  ///< grows with every beacon: µs since 1970 by the sender's clock, about
    std::uint64_t answers = 0;   ///< an answer: the question's sequence; else 0
    std::uint16_t port = 0;      ///< UDP port that the transport listens on
    std::string name{};          ///< display name, UTF-8 without control characters
    /// Where the sender listens on the card that this leaves by, each with `port`; link-local ones without
    /// scope.
    std::vector<Address> addresses{};

    bool operator==(const BeaconPacket&) const = default;
};

/// A packet that has the form of a beacon. Nobody has looked at its signature yet.
struct DecodedBeacon {
    BeaconPacket packet;
    ByteSpan signed_part;  ///< of the bytes that were decoded
    Signature signature{};
};

/// All but the signature, which is appended to it. The packet keeps the limits above. A question is padded.
[[nodiscard]] Bytes encode_unsigned(const BeaconPacket& packet);

/// Nothing where `bytes` is anything else. `bytes` must outlive the result.
[[nodiscard]] std::optional<DecodedBeacon> decode_beacon(ByteSpan bytes);

}  // namespace lanspread::discovery
