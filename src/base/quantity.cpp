#include "base/quantity.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace lanspread {

namespace {

/// A number below 1000 with three digits.
std::string three_digits(double value)
{
    return fmt::format("{:.{}f}", value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

std::string scaled(double value, std::string_view suffix)
{
    constexpr std::array<std::string_view, 5> units{"B", "kB", "MB", "GB", "TB"};
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < units.size()) {
        value /= 1000;
        ++unit;
    }
    return unit == 0 ? fmt::format("{:.0f} B{}", value, suffix)
                     : fmt::format("{} {}{}", three_digits(value), units[unit], suffix);
}

/// 1 for "" and "b", 1000 for "k" and "KB", …; 0 for what is no unit.
double factor_of(std::string_view unit)
{
    std::string lower(unit);
    std::ranges::transform(lower, lower.begin(),
                           [](char letter) { return letter >= 'A' && letter <= 'Z' ? letter + 32 : letter; });
    if (lower.ends_with('b')) {
        lower.pop_back();
    }
    constexpr std::array<std::string_view, 5> prefixes{"", "k", "m", "g", "t"};
    const auto found = std::ranges::find(prefixes, lower);
    return found == prefixes.end() ? 0 : std::pow(1000.0, static_cast<double>(found - prefixes.begin()));
}

}  // namespace

std::string size_text(std::uint64_t bytes) { return scaled(static_cast<double>(bytes), ""); }

std::string rate_text(double bytes_per_second) { return scaled(std::max(bytes_per_second, 0.0), "/s"); }

Result<std::uint64_t> parse_size(std::string_view text)
{
    constexpr double largest = 1e18;
    double number = 0;
    const auto* const begin = text.data();
    const auto* const end = begin + text.size();
    const auto [rest, error] = std::from_chars(begin, end, number, std::chars_format::fixed);
    std::string_view unit(rest, end);
    unit.remove_prefix(std::min(unit.find_first_not_of(' '), unit.size()));
    const auto bytes = number * factor_of(unit);
    const bool is_number = error == std::errc() && number >= 0 && factor_of(unit) > 0 && bytes <= largest;
    if (!is_number) {
        return fail(ErrorCode::invalid_input,
                    fmt::format("'{}' is no number of bytes: write it as 500k, 5M or 1.5G", text));
    }
    return static_cast<std::uint64_t>(bytes);
}

}  // namespace lanspread
