#pragma once

#include <cstdint>
#include <string>
#include <variant>

/// What stands in a column of a catalog, of whatever type SQLite has it, and what it means. Pure functions,
/// which take anything: what makes no sense is not known.
namespace lanspread::catalog {

/// NULL, a number, or bytes (of a text or a blob).
using Field = std::variant<std::monostate, std::int64_t, double, std::string>;

/// The bytes; a number as one writes it (4.0 as "4"); empty for NULL. Without blanks and line ends around it.
[[nodiscard]] std::string text_of(const Field& field);

/// Bytes, of a size in GB: 4.5, "4,5", "4.5 GB", "700 MB". 0: not known.
[[nodiscard]] std::uint64_t size_of(const Field& field);

/// How many can play, of 8, "8", "2 (+ 6 CPU)", "2-16". 0: not known.
[[nodiscard]] std::uint32_t players_of(const Field& field);

/// The 8 digits of a version; empty where it is none.
[[nodiscard]] std::string version_of(const Field& field);

}  // namespace lanspread::catalog
