#pragma once

#include "lanspread/client_commands.h"

namespace lanspread::cli {

struct DoctorOptions {
    bool speed = false;  ///< measure every pair, too
};

/// Looks at this PC, asks the running peer and through it the party, and prints what is wrong and what was
/// seen. `failed` where there is a problem.
[[nodiscard]] ExitCode examine_network(const CommonOptions& options, const DoctorOptions& doctor);

}  // namespace lanspread::cli
