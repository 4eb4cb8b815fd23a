#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace lanspread::facts {

/// Names in names, "a.a.a", cost the parser of TOML a stack frame each, and it does not count them.
inline constexpr std::size_t max_dots_in_a_line = 16;

/// The first line of a TOML text with more dots than that outside of its strings and comments; nothing where
/// there is none. Takes any text. Pure.
[[nodiscard]] std::optional<std::size_t> line_with_too_many_dots(std::string_view text);

}  // namespace lanspread::facts
