#pragma once
#include "base/clock.h"

#include <cstddef>

namespace lanspread::discovery {

/// Bounds what one socket may cost: a party of hundreds stays far below, and of a flood the system throws
/// away what is not read in time, before it costs us anything.
class FloodGate {
public:
    /// Counts a packet that was read, and tells for how long to leave the socket alone after it.
    [[nodiscard]] Duration after_packet(std::size_t size, TimePoint now);

private:
    double debt_ = 0;  // bytes that were read faster than they may be
    TimePoint since_{};
};

}  // namespace lanspread::discovery
