#pragma once

#include <string>
#include <vector>

#include "lanspread/client_commands.h"

namespace lanspread::cli {

/// As they were typed; empty where they were not.
struct RunOptions {
    std::vector<std::string> games_folders;
    std::string catalog;
    std::string covers;
    std::string name;
    std::string listen;
    std::vector<std::string> interfaces;
    std::vector<std::string> connect;
    bool no_discovery = false;
    std::vector<std::string> fetch;
    std::string log_level;
    std::string cipher;
};

/// Runs a peer until it is told to end.
[[nodiscard]] ExitCode run_peer(const CommonOptions& options, const RunOptions& run);

}  // namespace lanspread::cli
