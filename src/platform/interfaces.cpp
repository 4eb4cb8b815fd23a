#include "platform/interfaces.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace lanspread::platform {

namespace {

template <std::size_t Size>
bool starts_with_any(std::string_view name, const std::array<std::string_view, Size>& prefixes)
{
    return std::ranges::any_of(prefixes, [name](auto prefix) { return name.starts_with(prefix); });
}

constexpr std::array<std::string_view, 8> container_prefixes{"docker", "br-",   "veth",   "virbr",
                                                             "lxc",    "lxdbr", "podman", "cni"};
constexpr std::array<std::string_view, 9> tunnel_prefixes{"tun",       "tap", "wg",  "ppp",     "ipsec",
                                                          "tailscale", "zt",  "vpn", "nordlynx"};

constexpr unsigned hardware_type_ethernet = 1;
constexpr unsigned hardware_type_loopback = 772;

}  // namespace

std::string_view to_string(InterfaceKind kind)
{
    switch (kind) {
        case InterfaceKind::ethernet: return "ethernet";
        case InterfaceKind::wireless: return "wireless";
        case InterfaceKind::bridge: return "bridge";
        case InterfaceKind::container: return "container";
        case InterfaceKind::tunnel: return "tunnel";
        case InterfaceKind::loopback: return "loopback";
    }
    return "unknown";
}

bool InterfaceAddress::is_on_link(const Address& other) const
{
    if (address.is_v4() != other.is_v4()) {
        return false;
    }
    if (!peer.is_unspecified() && peer.ip == other.ip) {
        return true;
    }
    const auto bits = prefix_length + (address.is_v4() ? 96U : 0U);
    for (unsigned bit = 0; bit < bits && bit < 128; bit += 8) {
        const auto mask = bits - bit >= 8 ? 0xffU : 0xffU << (8 - (bits - bit)) & 0xffU;
        if (((address.ip[bit / 8] ^ other.ip[bit / 8]) & mask) != 0) {
            return false;
        }
    }
    return true;
}

AddressUse judge_address_flags(unsigned flags)
{
    constexpr unsigned temporary = 0x01;
    constexpr unsigned failed_check = 0x08;
    constexpr unsigned deprecated = 0x20;
    constexpr unsigned unchecked = 0x40;
    if ((flags & (failed_check | deprecated | unchecked)) != 0) {
        return AddressUse::none;
    }
    return (flags & temporary) != 0 ? AddressUse::temporary : AddressUse::lasting;
}

InterfaceVerdict judge(const NetworkInterface& interface)
{
    constexpr int last = 9;
    if (!interface.is_up) {
        return {.is_usable = false, .rank = last, .reason = "no link"};
    }
    if (interface.addresses.empty()) {
        return {.is_usable = false, .rank = last, .reason = "no address"};
    }
    if (interface.is_loopback) {
        return {.is_usable = false,
                .rank = last,
                .reason = "loopback: this machine only, used when asked or alone"};
    }
    if (interface.kind == InterfaceKind::tunnel || interface.is_point_to_point) {
        return {.is_usable = true, .rank = 5, .reason = "VPN or tunnel, used last"};
    }
    if (interface.kind == InterfaceKind::container) {
        return {
            .is_usable = true, .rank = 4, .reason = "bridge of containers or virtual machines, used last"};
    }
    if (interface.kind == InterfaceKind::wireless) {
        return {.is_usable = true, .rank = 1, .reason = "wireless"};
    }
    return {.is_usable = true, .rank = 0, .reason = std::string(to_string(interface.kind))};
}

std::vector<NetworkInterface> ranked(std::vector<NetworkInterface> interfaces)
{
    std::ranges::sort(interfaces, {}, [](const auto& interface) {
        const auto verdict = judge(interface);
        return std::tuple(!verdict.is_usable, verdict.rank, interface.index);
    });
    return interfaces;
}

InterfaceKind guess_kind(const DeviceFacts& facts)
{
    if (facts.hardware_type == hardware_type_loopback) {
        return InterfaceKind::loopback;
    }
    if (facts.is_wireless) {
        return InterfaceKind::wireless;
    }
    if (starts_with_any(facts.name, container_prefixes)) {
        return InterfaceKind::container;
    }
    if (facts.is_tun_or_tap || facts.hardware_type != hardware_type_ethernet ||
        starts_with_any(facts.name, tunnel_prefixes)) {
        return InterfaceKind::tunnel;
    }
    return facts.is_bridge ? InterfaceKind::bridge : InterfaceKind::ethernet;
}

}  // namespace lanspread::platform
