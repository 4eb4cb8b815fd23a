#pragma once

#include <string>
#include <string_view>

#include "doctor/report.h"

/// The report of `lanspread doctor` as text for people. Pure functions; each text is whole lines.
namespace lanspread::cli {

/// What is wrong comes first, with the lines to type; then the tables of what was seen.
[[nodiscard]] std::string text_of(const doctor::Report& report);

/// `text` as one word of a shell's command line.
[[nodiscard]] std::string shell_word(std::string_view text);

}  // namespace lanspread::cli
