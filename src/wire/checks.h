#pragma once

#include "base/error.h"

#include <cstddef>
#include <string_view>

/// What the checks of messages have in common. Each refuses as `invalid_input`, under the name of the
/// `member`.
namespace lanspread::wire {

/// Bytes of a display name.
inline constexpr std::size_t max_name_size = 64;

/// Refuses what is no short line for people: text of more than `max_size` bytes or with control characters,
/// which a terminal would obey.
[[nodiscard]] Result<void> check_line(std::string_view member, std::string_view text, std::size_t max_size);

/// Refuses a list of more than `max` elements.
[[nodiscard]] Result<void> check_count(std::string_view member, std::size_t count, std::size_t max);

}  // namespace lanspread::wire
