#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

/// Quantities as people read and type them. Pure functions.
namespace lanspread {

/// "999 B", "1.23 GB": decimal units, three digits.
[[nodiscard]] std::string size_text(std::uint64_t bytes);
/// "112 MB/s".
[[nodiscard]] std::string rate_text(double bytes_per_second);

/// Bytes out of "1500", "500k", "5M", "1.5 MB", "2G": decimal units, in any case, with or without a B.
/// `invalid_input` for anything else, and for what does not fit.
[[nodiscard]] Result<std::uint64_t> parse_size(std::string_view text);

}  // namespace lanspread
