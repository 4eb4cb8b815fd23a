#pragma once

#include <cstddef>
#include <optional>

namespace lanspread::cli {

/// The columns of the terminal that standard error goes to; nothing where it goes elsewhere.
[[nodiscard]] std::optional<std::size_t> error_terminal_width();

}  // namespace lanspread::cli
