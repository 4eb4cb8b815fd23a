#include "platform/interfaces.h"

#include "base/bytes.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <span>

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

namespace lanspread::platform {

namespace {

/// What each IPv6 address is good for. Only the kernel's own table tells; getifaddrs lists them all alike.
/// By interface and address: two cards may have the same link-local one.
using AddressUses = std::map<std::pair<std::uint32_t, std::array<std::uint8_t, 16>>, AddressUse>;

AddressUses read_address_uses()
{
    AddressUses uses;
    std::ifstream table("/proc/net/if_inet6");
    std::string address;
    std::string index;
    std::string prefix;
    std::string scope;
    std::string flags;
    std::string name;
    while (table >> address >> index >> prefix >> scope >> flags >> name) {
        std::array<std::byte, 16> ip{};
        unsigned bits = 0;
        std::uint32_t number = 0;
        std::from_chars(flags.data(), flags.data() + flags.size(), bits, 16);
        std::from_chars(index.data(), index.data() + index.size(), number, 16);
        if (from_hex(address, ip)) {
            uses[{number, std::bit_cast<std::array<std::uint8_t, 16>>(ip)}] = judge_address_flags(bits);
        }
    }
    return uses;
}

unsigned mask_length(std::span<const std::uint8_t> mask)
{
    unsigned bits = 0;
    for (const auto byte : mask) {
        bits += static_cast<unsigned>(std::popcount(byte));
    }
    return bits;
}

Address v4_address(const sockaddr& raw)
{
    sockaddr_in address{};
    std::memcpy(&address, &raw, sizeof address);
    return Address::v4(std::bit_cast<std::array<std::uint8_t, 4>>(address.sin_addr), 0);
}

Address v6_address(const sockaddr& raw)
{
    sockaddr_in6 address{};
    std::memcpy(&address, &raw, sizeof address);
    return {.ip = std::bit_cast<std::array<std::uint8_t, 16>>(address.sin6_addr)};
}

std::optional<InterfaceAddress> read_address(const ifaddrs& entry, std::uint32_t index)
{
    if (entry.ifa_addr == nullptr || entry.ifa_netmask == nullptr) {
        return std::nullopt;
    }
    const auto family = entry.ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) {
        return std::nullopt;
    }
    const auto read = family == AF_INET ? v4_address : v6_address;
    const auto mask = read(*entry.ifa_netmask).ip;
    InterfaceAddress result{.address = read(*entry.ifa_addr)};
    result.address.scope = family == AF_INET6 && result.address.is_link_local() ? index : 0;
    result.prefix_length = mask_length(std::span(mask).subspan(family == AF_INET ? 12 : 0));
    const auto* peer = entry.ifa_dstaddr;  // of other interfaces: the broadcast address
    if ((entry.ifa_flags & IFF_POINTOPOINT) != 0 && peer != nullptr && peer->sa_family == family &&
        read(*peer).ip != result.address.ip) {
        result.peer = read(*peer);
    }
    return result;
}

DeviceFacts device_facts(const std::string& name)
{
    const auto folder = std::filesystem::path("/sys/class/net") / name;
    std::error_code ignored;
    DeviceFacts facts{.name = name};
    std::ifstream(folder / "type") >> facts.hardware_type;
    facts.is_bridge = std::filesystem::exists(folder / "bridge", ignored);
    facts.is_wireless = std::filesystem::exists(folder / "phy80211", ignored);
    facts.is_tun_or_tap = std::filesystem::exists(folder / "tun_flags", ignored);
    return facts;
}

/// An IPv4 address may have a label, such as `eth0:1`, and then comes under that.
std::string name_of(const ifaddrs& entry)
{
    const std::string_view name = entry.ifa_name;
    return std::string(name.substr(0, name.find(':')));
}

NetworkInterface without_addresses(const ifaddrs& entry)
{
    NetworkInterface interface{.name = name_of(entry)};
    interface.index = if_nametoindex(interface.name.c_str());
    const auto flags = entry.ifa_flags;
    interface.is_up = (flags & IFF_UP) != 0 && (flags & IFF_RUNNING) != 0;
    interface.is_loopback = (flags & IFF_LOOPBACK) != 0;
    interface.is_point_to_point = (flags & IFF_POINTOPOINT) != 0;
    interface.supports_multicast = (flags & IFF_MULTICAST) != 0;
    interface.supports_broadcast = (flags & IFF_BROADCAST) != 0;
    interface.kind =
        interface.is_loopback ? InterfaceKind::loopback : guess_kind(device_facts(interface.name));
    return interface;
}

}  // namespace

Result<std::vector<NetworkInterface>> network_interfaces()
{
    ifaddrs* first = nullptr;
    if (getifaddrs(&first) != 0) {
        return fail(system_error("network interfaces", errno));
    }
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(first, &freeifaddrs);
    const auto uses = read_address_uses();
    std::vector<NetworkInterface> interfaces;
    std::map<std::string, std::vector<InterfaceAddress>> temporary;  // by interface
    for (const auto* entry = first; entry != nullptr; entry = entry->ifa_next) {
        auto known = std::ranges::find(interfaces, name_of(*entry), &NetworkInterface::name);
        if (known == interfaces.end()) {
            known = interfaces.insert(known, without_addresses(*entry));
        }
        const auto address = read_address(*entry, known->index);
        if (!address) {
            continue;
        }
        const auto use = uses.find({known->index, address->address.ip});
        if (use == uses.end() || use->second == AddressUse::lasting) {
            known->addresses.push_back(*address);
        } else if (use->second == AddressUse::temporary) {
            temporary[known->name].push_back(*address);
        }
    }
    for (auto& interface : interfaces) {
        std::ranges::copy(temporary[interface.name], std::back_inserter(interface.addresses));
    }
    // One that went away while we asked has no number any more.
    std::erase_if(interfaces, [](const auto& interface) { return interface.index == 0; });
    return interfaces;
}

}  // namespace lanspread::platform
