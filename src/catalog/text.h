#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// The texts of a catalog, as people can read them. Nobody vouches for the bytes: they may be UTF-8, or
/// Windows-1252 (of which Latin-1 is a part), with HTML in them or without. What comes out is UTF-8 without
/// control characters. Pure functions.
namespace lanspread::catalog {

/// One line: every run of blanks, line ends and tags is one blank. At most `max_size` bytes, with no half
/// character at its end.
[[nodiscard]] std::string line_of(std::string_view raw, std::size_t max_size);

/// Several lines: `<br>` and the ends of paragraphs end a line, other tags go, entities become what they
/// stand for; no more than one empty line in a row. Line feeds and tabs stay. At most `max_size` bytes.
[[nodiscard]] std::string lines_of(std::string_view raw, std::size_t max_size);

}  // namespace lanspread::catalog
