#pragma once

#include <chrono>

namespace lanspread {

/// The one clock that decisions use. Whatever decides takes a TimePoint as a parameter; only shells call
/// `now()`.
using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = Clock::duration;

}  // namespace lanspread
