#pragma once
#include "discovery/link.h"

#include <array>
#include <cstdint>
#include <vector>

namespace lanspread::discovery {

/// Where a beacon on `link` is sent to, and from which address of ours.
struct BeaconTarget {
    Address to{};
    Address source{};  ///< unspecified: the system chooses

    bool operator==(const BeaconTarget&) const = default;
};

/// 255.255.255.255, the broadcast address of each network, and the groups: 239.255.76.83 and
/// ff12::8c53:5042.
[[nodiscard]] std::vector<BeaconTarget> beacon_targets(const Link& link);

/// The groups, for who joins them.
inline constexpr std::array<std::uint8_t, 4> beacon_group_v4{239, 255, 76, 83};
inline constexpr std::array<std::uint8_t, 16> beacon_group_v6{0xff, 0x12, 0, 0, 0,    0,    0,    0,
                                                              0,    0,    0, 0, 0x8c, 0x53, 0x50, 0x42};

}  // namespace lanspread::discovery
