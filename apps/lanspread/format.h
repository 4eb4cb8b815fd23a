#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"

/// Numbers and tables as people read them. Pure functions.
namespace lanspread::cli {

/// What others wrote, safe for a terminal: control characters become `?`, so that no name can move the cursor
/// or recolour text.
[[nodiscard]] std::string printable(std::string_view utf8);

/// Columns that UTF-8 text takes: one a character, which is good enough for names.
[[nodiscard]] std::size_t width_of(std::string_view utf8);
/// The text, cut to `width` columns (then with `…` at its end).
[[nodiscard]] std::string cut(std::string_view utf8, std::size_t width);

/// "8 s", "3 min 05 s", "2 h 10 min".
[[nodiscard]] std::string duration_text(double seconds);
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
    /// Lines, each with its end.
    [[nodiscard]] std::string text() const;

private:
    std::vector<Row> rows_;
};

}  // namespace lanspread::cli
