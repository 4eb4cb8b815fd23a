#include "platform/link_speed.h"

#include "platform/posix.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace lanspread::platform {

namespace {

struct Mode {
    unsigned bit;
    unsigned megabits;
};

/// What PCs have. A faster card is known by the speed that it runs at.
constexpr std::array modes{
    Mode{ETHTOOL_LINK_MODE_10baseT_Half_BIT, 10},         Mode{ETHTOOL_LINK_MODE_10baseT_Full_BIT, 10},
    Mode{ETHTOOL_LINK_MODE_100baseT_Half_BIT, 100},       Mode{ETHTOOL_LINK_MODE_100baseT_Full_BIT, 100},
    Mode{ETHTOOL_LINK_MODE_1000baseT_Half_BIT, 1000},     Mode{ETHTOOL_LINK_MODE_1000baseT_Full_BIT, 1000},
    Mode{ETHTOOL_LINK_MODE_1000baseKX_Full_BIT, 1000},    Mode{ETHTOOL_LINK_MODE_1000baseX_Full_BIT, 1000},
    Mode{ETHTOOL_LINK_MODE_2500baseX_Full_BIT, 2500},     Mode{ETHTOOL_LINK_MODE_2500baseT_Full_BIT, 2500},
    Mode{ETHTOOL_LINK_MODE_5000baseT_Full_BIT, 5000},     Mode{ETHTOOL_LINK_MODE_10000baseT_Full_BIT, 10000},
    Mode{ETHTOOL_LINK_MODE_10000baseKX4_Full_BIT, 10000}, Mode{ETHTOOL_LINK_MODE_10000baseKR_Full_BIT, 10000},
    Mode{ETHTOOL_LINK_MODE_10000baseCR_Full_BIT, 10000},  Mode{ETHTOOL_LINK_MODE_10000baseSR_Full_BIT, 10000},
    Mode{ETHTOOL_LINK_MODE_10000baseLR_Full_BIT, 10000},
};

/// The words of a bitmap that the kernel may have: its count is an int8.
constexpr std::size_t max_words = 127;

constexpr std::size_t header_words = sizeof(ethtool_link_settings) / sizeof(std::uint32_t);

/// The settings, and behind them three bitmaps: what the card can do, what it offers, what the other end
/// offers.
using Request = std::array<std::uint32_t, header_words + 3 * max_words>;

bool call_driver(const std::string& name, Request& request, ethtool_link_settings& settings)
{
    const posix::Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket || name.size() >= IFNAMSIZ) {
        return false;
    }
    ifreq call{};
    std::memcpy(call.ifr_name, name.c_str(), name.size());
    call.ifr_data = reinterpret_cast<char*>(request.data());
    std::memcpy(request.data(), &settings, sizeof settings);
    const bool is_done = ::ioctl(socket.get(), SIOCETHTOOL, &call) == 0;
    std::memcpy(&settings, request.data(), sizeof settings);
    return is_done;
}

bool ask_driver(const std::string& name, Request& request, ethtool_link_settings& settings)
{
    settings.cmd = ETHTOOL_GLINKSETTINGS;
    // Asked with no room for bitmaps, the driver says how much it needs, as a negative number.
    if (!call_driver(name, request, settings) || settings.link_mode_masks_nwords >= 0) {
        return false;
    }
    const auto words = static_cast<__s8>(-settings.link_mode_masks_nwords);
    settings = {.cmd = ETHTOOL_GLINKSETTINGS, .link_mode_masks_nwords = words};
    return words > 0 && call_driver(name, request, settings) && settings.link_mode_masks_nwords == words;
}

/// What the kernel tells without asking the driver for its modes.
unsigned speed_in_sysfs(const std::string& name)
{
    if (name.contains('/')) {
        return 0;
    }
    int megabits = 0;
    std::ifstream("/sys/class/net/" + name + "/speed") >> megabits;
    return megabits > 0 ? static_cast<unsigned>(megabits) : 0;
}

}  // namespace

unsigned fastest_link_mode(std::span<const std::uint32_t> bitmap)
{
    unsigned fastest = 0;
    for (const auto& mode : modes) {
        const auto word = mode.bit / 32;
        if (word < bitmap.size() && (bitmap[word] >> mode.bit % 32 & 1U) != 0) {
            fastest = std::max(fastest, mode.megabits);
        }
    }
    return fastest;
}

LinkSpeed link_speed(const std::string& interface_name)
{
    Request request{};
    ethtool_link_settings settings{};
    if (!ask_driver(interface_name, request, settings)) {
        return {.megabits = speed_in_sysfs(interface_name)};
    }
    const auto words = static_cast<std::size_t>(settings.link_mode_masks_nwords);
    const auto bitmaps = std::span<const std::uint32_t>(request).subspan(header_words);
    const bool is_known = settings.speed != 0 && settings.speed != static_cast<std::uint32_t>(SPEED_UNKNOWN);
    return {.megabits = is_known ? settings.speed : 0,
            .card = fastest_link_mode(bitmaps.subspan(0, words)),
            .partner = fastest_link_mode(bitmaps.subspan(2 * words, words)),
            .is_half_duplex = is_known && settings.duplex == DUPLEX_HALF};
}

}  // namespace lanspread::platform
