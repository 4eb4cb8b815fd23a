#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lanspread::cli {

/// The columns of the terminal that standard error goes to; nothing where it goes elsewhere.
[[nodiscard]] std::optional<std::size_t> error_terminal_width();
/// The same for standard output.
[[nodiscard]] std::optional<std::size_t> output_terminal_width();

/// Asks the person at the terminal, on standard error, and gives the line of the answer, without its end.
/// Nothing where standard input or error is no terminal, or where there is no answer.
[[nodiscard]] std::optional<std::string> ask_person(std::string_view question);

}  // namespace lanspread::cli
