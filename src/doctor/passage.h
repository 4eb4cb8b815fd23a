#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/address.h"

namespace lanspread::doctor {

/// Whether a firewall lets something in.
enum class Passage { open, closed, unknown };

/// "open", "closed" or "cannot tell".
[[nodiscard]] constexpr std::string_view to_string(Passage passage)
{
    switch (passage) {
        case Passage::open: return "open";
        case Passage::closed: return "closed";
        case Passage::unknown: break;
    }
    return "cannot tell";
}

/// What passes two firewalls, one behind the other.
[[nodiscard]] constexpr Passage both(Passage one, Passage other)
{
    if (one == Passage::closed || other == Passage::closed) {
        return Passage::closed;
    }
    return one == Passage::open && other == Passage::open ? Passage::open : Passage::unknown;
}

/// The first UDP packet that somebody on the local network sends to this PC.
struct Packet {
    enum class To { host, multicast, broadcast };

    std::string interface;  ///< by which it comes
    Address from;           ///< its port is not looked at
    Address to;             ///< with the port
    To kind = To::host;
};

}  // namespace lanspread::doctor
