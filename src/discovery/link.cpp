#include "discovery/link.h"

#include <algorithm>

namespace lanspread::discovery {

namespace {

/// Linux multicasts over its loopback well enough, although it does not say so.
bool can_multicast(const platform::NetworkInterface& interface)
{
    return interface.supports_multicast || interface.is_loopback;
}

bool can_be_used(const platform::NetworkInterface& interface)
{
    return interface.is_up && !interface.addresses.empty() &&
           (can_multicast(interface) || interface.supports_broadcast);
}

}  // namespace

bool Link::has_v4() const
{
    return std::ranges::any_of(addresses, [](const auto& own) { return own.address.is_v4(); });
}

bool Link::has_v6() const
{
    return std::ranges::any_of(addresses, [](const auto& own) { return !own.address.is_v4(); });
}

bool Link::is_own(const Address& address) const
{
    return std::ranges::any_of(addresses, [&](const auto& own) { return own.address.ip == address.ip; });
}

bool Link::is_neighbour(const Address& address) const
{
    return (!address.is_v4() && address.is_link_local()) ||
           std::ranges::any_of(addresses, [&address](const auto& own) { return own.is_on_link(address); });
}

std::vector<platform::NetworkInterface> reached_at(std::vector<platform::NetworkInterface> interfaces,
                                                   const Address& bound)
{
    if (!bound.is_unspecified()) {
        for (auto& interface : interfaces) {
            std::erase_if(interface.addresses,
                          [&bound](const auto& own) { return own.address.ip != bound.ip; });
        }
    }
    return interfaces;
}

std::vector<Link> choose_links(const std::vector<platform::NetworkInterface>& interfaces,
                               const std::vector<std::string>& only, bool include_loopback)
{
    const auto is_usual = [](const auto& interface) {
        return can_be_used(interface) && platform::judge(interface).is_usable;
    };
    const bool with_loopback = include_loopback || std::ranges::none_of(interfaces, is_usual);
    std::vector<Link> links;
    for (const auto& interface : interfaces) {
        const bool is_wanted = only.empty() ? is_usual(interface) || (interface.is_loopback && with_loopback)
                                            : std::ranges::find(only, interface.name) != only.end();
        if (is_wanted && can_be_used(interface)) {
            links.push_back({.index = interface.index,
                             .name = interface.name,
                             .is_loopback = interface.is_loopback,
                             .can_multicast = can_multicast(interface),
                             .can_broadcast = interface.supports_broadcast,
                             .addresses = interface.addresses});
        }
    }
    return links;
}

}  // namespace lanspread::discovery
