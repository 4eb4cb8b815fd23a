#pragma once

#include "lanspread/exit_code.h"

namespace lanspread::cli {

/// Reads the command line, does what it says, and gives the process's exit code.
[[nodiscard]] ExitCode run_command_line(int argc, const char* const* argv);

}  // namespace lanspread::cli
