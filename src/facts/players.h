#pragma once

#include <cstdint>
#include <string_view>

/// How many can play, as far as a text that people wrote tells. Pure.
namespace lanspread::facts {

/// Beyond it, a number of players is somebody's mistake.
inline constexpr std::uint32_t max_max_players = 65'535;

/// The largest number before the first bracket ("2-16": 16, "2 (+ 6 CPU)": 2); 0 where there is none.
[[nodiscard]] std::uint32_t max_players_in(std::string_view players);

/// The largest number in a text that is at most `limit`; 0 where there is none.
[[nodiscard]] std::uint32_t largest_number_in(std::string_view text, std::uint32_t limit);

}  // namespace lanspread::facts
