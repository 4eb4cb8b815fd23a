#pragma once
#include "base/address.h"
#include "base/error.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The network cards of this machine, real and virtual: what they are, and whether a party can be met through
/// them.
namespace lanspread::platform {

/// A guess, from the name and from what the system says of the device.
enum class InterfaceKind {
    ethernet,
    wireless,
    bridge,     ///< made by people: behind it is usually the real network
    container,  ///< made by docker, libvirt and their like: behind it are guests of this machine
    tunnel,     ///< VPN, PPP, tun and tap
    loopback,
};

[[nodiscard]] std::string_view to_string(InterfaceKind kind);

struct InterfaceAddress {
    Address address{};           ///< port 0; a link-local IPv6 address carries the interface as its scope
    unsigned prefix_length = 0;  ///< in bits of its own family: at most 32 or 128
    Address peer{};  ///< of a point-to-point interface: the address at its other end; else unspecified

    bool operator==(const InterfaceAddress&) const = default;

    /// Whether `other` lies in the same subnet, or at the other end of a point-to-point interface, so that it
    /// is reached without a router. Ports and scopes do not matter.
    [[nodiscard]] bool is_on_link(const Address& other) const;
};

struct NetworkInterface {
    std::string name{};
    std::uint32_t index = 0;  ///< the system's number for it; not reused soon after it is gone
    std::vector<InterfaceAddress> addresses{};
    bool is_up = false;  ///< switched on, and its cable or radio has a link
    bool is_loopback = false;
    bool is_point_to_point = false;
    bool supports_multicast = false;
    bool supports_broadcast = false;
    InterfaceKind kind = InterfaceKind::ethernet;

    bool operator==(const NetworkInterface&) const = default;
};

/// Every interface, in the system's order. Left out are IPv6 addresses that the system is still checking for
/// duplicates (RFC 4862 §5.4), that have failed the check, or are deprecated (§5.5.4): nobody should begin
/// anything there. Those that last come before temporary ones (RFC 8981). Quick; any thread.
[[nodiscard]] Result<std::vector<NetworkInterface>> network_interfaces();

/// What is thought of an interface, for choosing and for showing.
struct InterfaceVerdict {
    bool is_usable = false;
    int rank = 0;          ///< lower is better: the likelier the party is behind it
    std::string reason{};  ///< a few words for people: "no link", "ethernet", "VPN or tunnel, used last"
};

/// Point-to-point links, tunnels and the bridges of containers come last, but none of them is shut out: now
/// and then one of them is the party's network.
[[nodiscard]] InterfaceVerdict judge(const NetworkInterface& interface);

/// The same interfaces, the best first. Unusable ones are at the end.
[[nodiscard]] std::vector<NetworkInterface> ranked(std::vector<NetworkInterface> interfaces);

/// What an IPv6 address is good for.
enum class AddressUse {
    lasting,
    temporary,  ///< can be used, and is gone in a day (RFC 8981)
    none,       ///< unchecked, taken by somebody else, or deprecated
};

/// `flags`: what Linux says of it, IFA_F_… of linux/if_addr.h, the lowest eight.
[[nodiscard]] AddressUse judge_address_flags(unsigned flags);

/// What the system says of a device beside its flags.
struct DeviceFacts {
    std::string name{};
    unsigned hardware_type = 1;  ///< ARPHRD_… of Linux: 1 is Ethernet, 772 loopback
    bool is_bridge = false;
    bool is_wireless = false;
    bool is_tun_or_tap = false;
};

[[nodiscard]] InterfaceKind guess_kind(const DeviceFacts& facts);

}  // namespace lanspread::platform
