#include "catalog/fields.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "content/hash.h"
#include "facts/players.h"

namespace lanspread::catalog {

namespace {

constexpr double gigabyte = 1e9;
/// A petabyte: a size beyond it is a mistake.
constexpr double max_size = 1e15;
constexpr std::uint32_t max_players = 100'000;

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view blanks(" \t\r\n\v\f\0", 7);
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// A number without its useless ".0".
std::string number_text(double number)
{
    constexpr double exact = 1e15;
    if (std::isfinite(number) && std::abs(number) < exact && std::trunc(number) == number) {
        return fmt::format("{}", static_cast<std::int64_t>(number));
    }
    return fmt::format("{}", number);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The number that `text` begins with: the last comma or point in it is the decimal one, others group digits.
/// What follows it is left in `text`.
std::optional<double> take_number(std::string_view& text)
{
    const auto end = std::min(text.find_first_not_of("0123456789.,"), text.size());
    const auto written = text.substr(0, end);
    const auto decimal = written.find_last_of(".,");
    std::string number;
    for (std::size_t i = 0; i < written.size(); ++i) {
        if (is_digit(written[i])) {
            number += written[i];
        } else if (i == decimal) {
            number += '.';
        }
    }
    double value = 0;
    const auto [rest, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error != std::errc()) {
        return std::nullopt;
    }
    text.remove_prefix(end);
    return value;
}

/// How many bytes the unit at the beginning of `text` has; a GB where there is none, nothing where it is
/// none.
std::optional<double> unit_of(std::string_view text)
{
    constexpr std::array<std::pair<char, double>, 4> units = {
        {{'k', 1e3}, {'m', 1e6}, {'g', gigabyte}, {'t', 1e12}}};
    if (text.empty()) {
        return gigabyte;
    }
    const auto letter = static_cast<char>(static_cast<unsigned char>(text.front()) | 0x20U);
    const auto* found = std::ranges::find(units, letter, &std::pair<char, double>::first);
    return found == units.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::string text_of(const Field& field)
{
    if (const auto* number = std::get_if<std::int64_t>(&field)) {
        return fmt::format("{}", *number);
    }
    if (const auto* number = std::get_if<double>(&field)) {
        return number_text(*number);
    }
    const auto* text = std::get_if<std::string>(&field);
    return text == nullptr ? std::string() : std::string(trimmed(*text));
}

std::uint64_t size_of(const Field& field)
{
    double bytes = 0;
    if (const auto* integer = std::get_if<std::int64_t>(&field)) {
        bytes = static_cast<double>(*integer) * gigabyte;
    } else if (const auto* real = std::get_if<double>(&field)) {
        bytes = *real * gigabyte;
    } else {
        const auto text = text_of(field);
        std::string_view rest = text;
        const auto number = take_number(rest);
        const auto unit = unit_of(trimmed(rest));
        bytes = number && unit ? *number * *unit : 0;
    }
    // Not the other way round: NaN is neither.
    return bytes >= 0 && bytes <= max_size ? static_cast<std::uint64_t>(std::llround(bytes)) : 0;
}

std::uint32_t players_of(const Field& field)
{
    const auto text = text_of(field);
    if (text.starts_with('-')) {
        return 0;
    }
    // "2 (+ 6 CPU)" and "16 + bots": what follows is no people.
    return facts::largest_number_in(std::string_view(text).substr(0, text.find_first_of("(+")), max_players);
}

std::string version_of(const Field& field)
{
    auto text = text_of(field);
    return content::is_version(text) ? text : std::string();
}

}  // namespace lanspread::catalog
