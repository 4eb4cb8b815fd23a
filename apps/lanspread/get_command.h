#pragma once

#include "lanspread/client_commands.h"

namespace lanspread::cli {

struct GetOptions {
    std::string game;
    std::string version;  ///< empty: what the party has most
    bool wait = false;
};

/// Starts a download and, with `wait`, shows its progress until it ends.
[[nodiscard]] ExitCode get_game(const CommonOptions& options, const GetOptions& get);

}  // namespace lanspread::cli
