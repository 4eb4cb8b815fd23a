#pragma once

#include "api/control_client.h"

namespace lanspread::cli {

/// What a command ends with: a promise to scripts (docs/commands.md).
enum class ExitCode {
    done = 0,
    failed = 1,     ///< the reason is on standard error
    wrong_use = 2,  ///< the command line, or an argument in it, cannot be
    no_peer = 3,    ///< no peer runs with that state folder
    refused = 4,
    not_found = 5,
};

/// Says on standard error what went wrong.
void complain(std::string_view message);

/// Complains, and gives the exit code for it.
[[nodiscard]] ExitCode fail_with(const Error& error);
[[nodiscard]] ExitCode fail_with(const api::ControlError& error);

}  // namespace lanspread::cli
