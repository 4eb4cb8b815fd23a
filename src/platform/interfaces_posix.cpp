#include "platform/interfaces.h"

#include "base/bytes.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <span>

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

namespace lanspread::platform {

namespace {

/// Flags of an address that cannot be sent from: duplicate detection runs (IFA_F_TENTATIVE), or has failed
/// (IFA_F_DADFAILED).
constexpr unsigned unusable_address_flags = 0x40 | 0x08;

/// The IPv6 addresses that are not ready. Only the kernel's own table tells; getifaddrs lists them like all
/// others.
std::set<std::array<std::uint8_t, 16>> unready_addresses()
{
    std::set<std::array<std::uint8_t, 16>> unready;
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
        std::from_chars(flags.data(), flags.data() + flags.size(), bits, 16);
        if ((bits & unusable_address_flags) != 0 && from_hex(address, ip)) {
            unready.insert(std::bit_cast<std::array<std::uint8_t, 16>>(ip));
        }
    }
    return unready;
}

unsigned mask_length(std::span<const std::uint8_t> mask)
{
    unsigned bits = 0;
    for (const auto byte : mask) {
        bits += static_cast<unsigned>(std::popcount(byte));
    }
    return bits;
}

std::optional<InterfaceAddress> read_address(const ifaddrs& entry, std::uint32_t index)
{
    if (entry.ifa_addr == nullptr || entry.ifa_netmask == nullptr) {
        return std::nullopt;
    }
    InterfaceAddress result;
    if (entry.ifa_addr->sa_family == AF_INET) {
        sockaddr_in address{};
        sockaddr_in mask{};
        std::memcpy(&address, entry.ifa_addr, sizeof address);
        std::memcpy(&mask, entry.ifa_netmask, sizeof mask);
        result.address = Address::v4(std::bit_cast<std::array<std::uint8_t, 4>>(address.sin_addr), 0);
        result.prefix_length = mask_length(std::bit_cast<std::array<std::uint8_t, 4>>(mask.sin_addr));
        return result;
    }
    if (entry.ifa_addr->sa_family == AF_INET6) {
        sockaddr_in6 address{};
        sockaddr_in6 mask{};
        std::memcpy(&address, entry.ifa_addr, sizeof address);
        std::memcpy(&mask, entry.ifa_netmask, sizeof mask);
        result.address.ip = std::bit_cast<std::array<std::uint8_t, 16>>(address.sin6_addr);
        result.address.scope = result.address.is_link_local() ? index : 0;
        result.prefix_length = mask_length(std::bit_cast<std::array<std::uint8_t, 16>>(mask.sin6_addr));
        return result;
    }
    return std::nullopt;
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

NetworkInterface without_addresses(const ifaddrs& entry)
{
    NetworkInterface interface{.name = entry.ifa_name, .index = if_nametoindex(entry.ifa_name)};
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
    const auto unready = unready_addresses();
    std::vector<NetworkInterface> interfaces;
    for (const auto* entry = first; entry != nullptr; entry = entry->ifa_next) {
        auto known = std::ranges::find(interfaces, entry->ifa_name, &NetworkInterface::name);
        if (known == interfaces.end()) {
            known = interfaces.insert(known, without_addresses(*entry));
        }
        const auto address = read_address(*entry, known->index);
        if (address && !unready.contains(address->address.ip)) {
            known->addresses.push_back(*address);
        }
    }
    // One that went away while we asked has no number any more.
    std::erase_if(interfaces, [](const auto& interface) { return interface.index == 0; });
    return interfaces;
}

}  // namespace lanspread::platform
