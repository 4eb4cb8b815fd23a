#pragma once
#include "platform/interfaces.h"

#include <string>
#include <vector>

namespace lanspread::discovery {

/// An interface that we look for peers on.
struct Link {
    std::uint32_t index = 0;
    std::string name{};
    bool is_loopback = false;
    bool can_multicast = true;
    bool can_broadcast = true;
    std::vector<platform::InterfaceAddress> addresses{};

    bool operator==(const Link&) const = default;

    [[nodiscard]] bool has_v4() const;
    [[nodiscard]] bool has_v6() const;
    /// Whether `address` is one of ours here; ports and scopes do not matter.
    [[nodiscard]] bool is_own(const Address& address) const;
    /// Whether `address` is reached over this link without a router.
    [[nodiscard]] bool is_neighbour(const Address& address) const;
};

/// The interfaces without the addresses that somebody who is bound to `bound` is not reached at. Unspecified:
/// all of them stay.
[[nodiscard]] std::vector<platform::NetworkInterface> reached_at(
    std::vector<platform::NetworkInterface> interfaces, const Address& bound);

/// The interfaces to look for peers on: those that are up, have an address and can multicast or broadcast.
/// Where `only` names some, these alone, loopback too; else the loopback is among them where it is asked for,
/// or where there is no other. Give it what `reached_at` leaves.
[[nodiscard]] std::vector<Link> choose_links(const std::vector<platform::NetworkInterface>& interfaces,
                                             const std::vector<std::string>& only, bool include_loopback);

}  // namespace lanspread::discovery
