#include "facts/players.h"

#include <algorithm>
#include <charconv>

namespace lanspread::facts {

std::uint32_t max_players_in(std::string_view players)
{
    return largest_number_in(players.substr(0, players.find_first_of("([")), max_max_players);
}

std::uint32_t largest_number_in(std::string_view text, std::uint32_t limit)
{
    const char* const text_end = text.data() + text.size();
    std::uint32_t most = 0;
    for (const char* at = text.data(); at != text_end;) {
        std::uint32_t number = 0;
        const auto [end, problem] = std::from_chars(at, text_end, number);
        most = problem == std::errc() && number <= limit ? std::max(most, number) : most;
        at = end == at ? at + 1 : end;
    }
    return most;
}

}  // namespace lanspread::facts
