#pragma once

#include <string>
#include <vector>

#include "lanspread/client_commands.h"

namespace lanspread::cli {

/// Becomes the program `arguments`; the peer makes its uploads give way for as long as that runs. Where no
/// peer runs, the program is started all the same. Returns only where there is no such program.
[[nodiscard]] ExitCode play(const CommonOptions& options, const std::vector<std::string>& arguments);

}  // namespace lanspread::cli
