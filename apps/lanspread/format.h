#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"

/// Numbers and tables as people read them. Pure functions.
namespace lanspread::cli {

/// What others wrote, safe for a terminal: no text can move the cursor, recolour what follows, or turn it
/// round.
[[nodiscard]] std::string printable(std::string_view utf8);
/// The same of a text of several lines, each with its end; tabs become blanks.
[[nodiscard]] std::string printable_lines(std::string_view utf8);

/// The text, cut to `width` columns (then with `…` at its end).
[[nodiscard]] std::string cut(std::string_view utf8, std::size_t width);

/// "8 s", "3 min 05 s", "2 h 10 min".
[[nodiscard]] std::string duration_text(double seconds);
/// A name out of JSON: "waiting for source" of "waiting_for_source".
[[nodiscard]] std::string in_words(std::string name);
/// "1 source", "2 sources".
[[nodiscard]] std::string count_text(std::uint64_t count, std::string_view thing);

/// Rows under a heading, in columns as wide as their widest cell. Every row has as many cells as the heading.
class Table {
public:
    using Row = std::vector<std::string>;

    explicit Table(Row heading) : rows_{std::move(heading)} {}
    /// Cells are made printable.
    void add(Row row);
    [[nodiscard]] bool empty() const { return rows_.size() == 1; }
    /// Lines, each with its end. Where a `width` is given, the `flexible` columns give way, the widest first,
    /// until the lines fit or none of them can be cut further.
    [[nodiscard]] std::string text(std::optional<std::size_t> width = {},
                                   std::span<const std::size_t> flexible = {}) const;

private:
    std::vector<Row> rows_;
};

}  // namespace lanspread::cli
