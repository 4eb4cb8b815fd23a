#pragma once

#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "lanspread/client_commands.h"
#include "runtime/model.h"

namespace lanspread::cli {

struct VerifyOptions {
    std::string game;
    bool repair = false;
};

/// What `verify --repair --json` prints.
struct RepairReport {
    runtime::VerifyReport found;
    std::vector<runtime::Download>
        downloads;  ///< the one that repaired it, as it ended; none where that began none
};
BOOST_DESCRIBE_STRUCT(RepairReport, (), (found, downloads))

/// Compares a game with what was shared; `failed` where it differs. With `repair` it then waits until what is
/// bad was fetched; `failed` where it is not good at the end.
[[nodiscard]] ExitCode verify_game(const CommonOptions& options, const VerifyOptions& verify);

}  // namespace lanspread::cli
