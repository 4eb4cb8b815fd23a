#include "discovery/beacon_packet.h"

#include "base/utf8.h"

#include <algorithm>

namespace lanspread::discovery {

namespace {

constexpr std::uint32_t magic = 0x4c535042;  // "LSPB"
constexpr std::uint8_t version = 1;
constexpr std::uint8_t family_v4 = 4;
constexpr std::uint8_t family_v6 = 6;
constexpr std::size_t v4_offset = 12;  // of an IPv4 address in its mapped form
constexpr std::size_t signature_size = std::tuple_size_v<Signature>;

template <std::size_t Size>
void read_into(ByteReader& reader, std::array<std::byte, Size>& out)
{
    const auto bytes = reader.raw(Size);
    if (bytes.size() == Size) {
        std::ranges::copy(bytes, out.begin());
    }
}

/// False where the family is none that we know.
bool read_address(ByteReader& reader, std::uint16_t port, Address& out)
{
    const auto family = reader.u8();
    if (family != family_v4 && family != family_v6) {
        return false;
    }
    const auto ip = reader.raw(family == family_v4 ? 4 : 16);
    const auto to_number = [](std::byte byte) { return static_cast<std::uint8_t>(byte); };
    if (family == family_v4) {
        std::array<std::uint8_t, 4> v4{};
        std::ranges::transform(ip, v4.begin(), to_number);
        out = Address::v4(v4, port);
    } else {
        out = Address{.port = port};
        std::ranges::transform(ip, out.ip.begin(), to_number);
    }
    return !reader.failed() && (family == family_v4 || !out.is_v4());  // one way to write each
}

bool is_possible(const BeaconPacket& packet)
{
    const auto kind = static_cast<std::uint8_t>(packet.kind);
    return kind >= static_cast<std::uint8_t>(BeaconKind::beacon) &&
           kind <= static_cast<std::uint8_t>(BeaconKind::goodbye) && packet.port != 0 &&
           (packet.answers == 0 || packet.kind == BeaconKind::answer) && is_utf8(packet.name) &&
           !has_control_characters(packet.name);
}

}  // namespace

Bytes encode_unsigned(const BeaconPacket& packet)
{
    ByteWriter writer;
    writer.u32(magic);
    writer.u8(version);
    writer.u8(static_cast<std::uint8_t>(packet.kind));
    writer.raw(packet.key);
    writer.u64(packet.epoch);
    writer.u64(packet.sequence);
    writer.u64(packet.answers);
    writer.u16(packet.port);
    writer.u8(static_cast<std::uint8_t>(packet.name.size()));
    writer.raw(as_bytes(packet.name));
    writer.u8(static_cast<std::uint8_t>(packet.addresses.size()));
    for (const auto& address : packet.addresses) {
        const auto ip = std::as_bytes(std::span(address.ip));
        writer.u8(address.is_v4() ? family_v4 : family_v6);
        writer.raw(address.is_v4() ? ip.subspan(v4_offset) : ip);
    }
    auto bytes = writer.take();
    if (packet.kind == BeaconKind::question) {
        bytes.resize(max_beacon_size - signature_size);
    }
    return bytes;
}

std::optional<DecodedBeacon> decode_beacon(ByteSpan bytes)
{
    if (bytes.size() > max_beacon_size || bytes.size() < signature_size) {
        return std::nullopt;
    }
    DecodedBeacon result{.packet = {}, .signed_part = bytes.first(bytes.size() - signature_size)};
    std::ranges::copy(bytes.last(signature_size), result.signature.begin());
    ByteReader reader(result.signed_part);
    auto& packet = result.packet;
    if (reader.u32() != magic || reader.u8() != version) {
        return std::nullopt;
    }
    packet.kind = static_cast<BeaconKind>(reader.u8());
    read_into(reader, packet.key);
    packet.epoch = reader.u64();
    packet.sequence = reader.u64();
    packet.answers = reader.u64();
    packet.port = reader.u16();
    const std::size_t name_size = reader.u8();
    packet.name = as_text(reader.raw(name_size));
    const std::size_t count = reader.u8();
    if (reader.failed() || name_size > max_beacon_name || count > max_beacon_addresses ||
        !is_possible(packet)) {
        return std::nullopt;
    }
    packet.addresses.resize(count);
    for (auto& address : packet.addresses) {
        if (!read_address(reader, packet.port, address)) {
            return std::nullopt;
        }
    }
    const bool is_question = packet.kind == BeaconKind::question;
    const auto padding = reader.raw(reader.remaining());
    if (is_question ? bytes.size() != max_beacon_size : !padding.empty()) {
        return std::nullopt;
    }
    const bool is_padded_with_zeros =
        std::ranges::all_of(padding, [](auto byte) { return byte == std::byte{}; });
    return is_padded_with_zeros ? std::optional(std::move(result)) : std::nullopt;
}

}  // namespace lanspread::discovery
