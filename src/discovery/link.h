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
    std::vector<platform::InterfaceAddress> addresses{};

    bool operator==(const Link&) const = default;

    [[nodiscard]] bool has_v4() const;
    [[nodiscard]] bool has_v6() const;
    /// Whether `address` is reached over this link without a router.
    [[nodiscard]] bool is_neighbour(const Address& address) const;
};

/// The interfaces to look for peers on: those that are up, have an address and can multicast. Where `only`
/// names some, these alone, loopback too; else the loopback is among them where it is asked for, or where
/// there is no other.
[[nodiscard]] std::vector<Link> choose_links(const std::vector<platform::NetworkInterface>& interfaces,
                                             const std::vector<std::string>& only, bool include_loopback);

}  // namespace lanspread::discovery
