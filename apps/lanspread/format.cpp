#include "lanspread/format.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "base/utf8.h"

namespace lanspread::cli {

namespace {

/// What a column is never cut below.
constexpr std::size_t narrowest = 8;

std::size_t total_of(std::span<const std::size_t> widths)
{
    constexpr std::size_t gap = 2;
    return std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
}

}  // namespace

std::string printable(std::string_view utf8) { return for_terminal(utf8); }

std::string printable_lines(std::string_view utf8)
{
    std::string lines;
    while (!utf8.empty()) {
        const auto end = std::min(utf8.find('\n'), utf8.size());
        std::string line(utf8.substr(0, end));
        std::ranges::replace(line, '\t', ' ');
        lines += printable(line) + '\n';
        utf8.remove_prefix(std::min(end + 1, utf8.size()));
    }
    return lines;
}

std::string cut(std::string_view utf8, std::size_t width)
{
    if (columns_of(utf8) <= width) {
        return std::string(utf8);
    }
    if (width == 0) {
        return {};
    }
    // Shorter by whole characters, until there is room for the sign that something is missing.
    auto kept = std::string(utf8);
    while (columns_of(kept) + 1 > width) {
        kept = clip_utf8(kept, kept.size() - 1);
    }
    return kept + "…";
}

std::string duration_text(double seconds)
{
    const auto whole = static_cast<std::uint64_t>(std::clamp(std::ceil(seconds), 0.0, 1e9));
    if (whole < 60) {
        return fmt::format("{} s", whole);
    }
    if (whole < 3600) {
        return fmt::format("{} min {:02} s", whole / 60, whole % 60);
    }
    return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

std::string in_words(std::string name)
{
    std::ranges::replace(name, '_', ' ');
    return name;
}

std::string count_text(std::uint64_t count, std::string_view thing)
{
    return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

void Table::add(Row row)
{
    for (auto& cell : row) {
        cell = printable(cell);
    }
    rows_.push_back(std::move(row));
}

std::string Table::text(std::optional<std::size_t> width, std::span<const std::size_t> flexible) const
{
    std::vector<std::size_t> widths(rows_.front().size());
    for (const auto& row : rows_) {
        for (std::size_t column = 0; column < widths.size(); ++column) {
            widths[column] = std::max(widths[column], columns_of(row[column]));
        }
    }
    while (width && !flexible.empty() && total_of(widths) > *width) {
        const auto widest =
            *std::ranges::max_element(flexible, {}, [&](auto column) { return widths[column]; });
        if (widths[widest] <= narrowest) {
            break;
        }
        --widths[widest];
    }
    std::string text;
    for (const auto& row : rows_) {
        std::string line;
        for (std::size_t column = 0; column < widths.size(); ++column) {
            const auto cell = cut(row[column], widths[column]);
            line += cell;
            line.append(widths[column] - columns_of(cell) + 2, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    }
    return text;
}

}  // namespace lanspread::cli
