#pragma once
#include <chrono>

namespace lanspread::platform {

/// The time since the machine was switched on, that in which it was suspended included; Clock stands still
/// then. Any thread.
[[nodiscard]] std::chrono::nanoseconds time_since_boot();

}  // namespace lanspread::platform
