#include "discovery/beacon_targets.h"

#include "discovery/beacon_packet.h"

#include <algorithm>
#include <optional>

namespace lanspread::discovery {

namespace {

constexpr Address v4_broadcast()
{
    return {.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 255, 255, 255, 255}};
}

/// Nothing where the network has no broadcast address: it has one or two hosts (RFC 3021).
std::optional<Address> broadcast_address(const platform::InterfaceAddress& own)
{
    constexpr unsigned longest_prefix = 30;
    constexpr unsigned v4_bits = 32;
    if (!own.address.is_v4() || own.prefix_length > longest_prefix) {
        return std::nullopt;
    }
    auto result = own.address;
    for (unsigned bit = own.prefix_length; bit < v4_bits; ++bit) {
        result.ip[12 + bit / 8] |= static_cast<std::uint8_t>(0x80U >> (bit % 8));
    }
    return result;
}

Address at_beacon_port(Address address)
{
    address.port = beacon_port;
    return address;
}

}  // namespace

std::vector<BeaconTarget> beacon_targets(const Link& link)
{
    std::vector<BeaconTarget> targets;
    const auto first_v4 =
        std::ranges::find_if(link.addresses, [](const auto& own) { return own.address.is_v4(); });
    if (first_v4 != link.addresses.end()) {
        if (link.can_broadcast) {
            targets.push_back({at_beacon_port(v4_broadcast()), first_v4->address});
            for (const auto& own : link.addresses) {
                if (const auto to = broadcast_address(own)) {
                    targets.push_back({at_beacon_port(*to), own.address});
                }
            }
        }
        if (link.can_multicast) {
            targets.push_back({Address::v4(beacon_group_v4, beacon_port), first_v4->address});
        }
    }
    // Linux has no way for IPv6 multicast over the loopback.
    if (link.has_v6() && link.can_multicast && !link.is_loopback) {
        targets.push_back({{.ip = beacon_group_v6, .port = beacon_port, .scope = link.index}, {}});
    }
    return targets;
}

}  // namespace lanspread::discovery
