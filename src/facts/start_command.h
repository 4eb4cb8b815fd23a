#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace lanspread::facts {

/// The words of a start command (wire::StartCommand): separated by blanks; between double quotes a word may
/// hold blanks, or be empty. There is no escape, and nothing is replaced. The first word is the program: a
/// SafePath; a `./` that it begins with is left out. Refuses, as `invalid_input`, a command without a
/// program, or with a quote that is not closed.
[[nodiscard]] Result<std::vector<std::string>> command_words(std::string_view command);

}  // namespace lanspread::facts
