#pragma once

#include <string>
#include <vector>

#include "lanspread/client_commands.h"

namespace lanspread::cli {

/// As on the command line; empty: not given.
struct PackArguments {
    std::string folder;
    std::string id;
    std::string title;
    std::string version;
    std::string players;
    std::string genre;
    std::string cover;
    std::string start;
    std::string start_windows;
    std::string server;
    std::vector<std::string> keeps;
    std::string into;
    std::vector<std::string> added;  ///< FILE[=PATH]
    bool follow_links = false;
};

/// Makes a game of a folder. Needs no running peer.
[[nodiscard]] ExitCode pack_folder(const CommonOptions& options, const PackArguments& arguments);

}  // namespace lanspread::cli
