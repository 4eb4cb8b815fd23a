#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace lanspread::platform {

/// What a card and the other end of its cable have agreed on. Mbit/s; 0: not known.
struct LinkSpeed {
    unsigned megabits = 0;
    unsigned card = 0;     ///< the most that the card can do
    unsigned partner = 0;  ///< the most that the other end offers
    bool is_half_duplex = false;

    bool operator==(const LinkSpeed&) const = default;
};

/// Of a virtual interface, and where the driver does not tell, nothing is known. Quick; any thread.
[[nodiscard]] LinkSpeed link_speed(const std::string& interface_name);

/// The fastest twisted-pair or backplane mode, in Mbit/s, in a bitmap of Linux's ETHTOOL_LINK_MODE_… bits; 0
/// where none of them is set.
[[nodiscard]] unsigned fastest_link_mode(std::span<const std::uint32_t> bitmap);

}  // namespace lanspread::platform
