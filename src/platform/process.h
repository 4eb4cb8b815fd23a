#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/error.h"

namespace lanspread::platform {

/// Replaces this process by a program: the first of `arguments`, found as a shell finds it, with all of them
/// (exec). Returns only where that fails, with the reason.
[[nodiscard]] Error replace_process(const std::vector<std::string>& arguments);

/// Whether this process may do everything on this PC.
[[nodiscard]] bool is_administrator();

/// What a program that was run to its end has said.
struct ProgramOutput {
    int exit_code = 0;   ///< 128 + the signal that ended it, where one did
    std::string output;  ///< standard output; nobody vouches for it
    std::string errors;  ///< standard error
};

/// What a program may cost.
struct ProgramLimits {
    std::chrono::milliseconds patience{5000};
    std::size_t max_output = std::size_t{4} * 1024 * 1024;  ///< bytes, of each of the two
};

/// Runs the first of `arguments`, with all of them and no standard input, in English, to its end. It is
/// looked for in PATH, and where administrators have theirs (/usr/sbin). Blocks. `not_found` where there is
/// no such program; `timed_out` or `refused` where it broke a limit: it is killed then.
[[nodiscard]] Result<ProgramOutput> run_program(const std::vector<std::string>& arguments,
                                                const ProgramLimits& limits = {});

}  // namespace lanspread::platform
