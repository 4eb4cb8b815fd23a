#pragma once

#include <filesystem>
#include <string>

#include "lanspread/exit_code.h"

/// The commands that ask the running peer one thing, print its answer on standard output, and end.
namespace lanspread::cli {

/// What every command takes.
struct CommonOptions {
    std::filesystem::path state_folder;
    bool json = false;  ///< print the answer's JSON instead of text
};

[[nodiscard]] ExitCode show_status(const CommonOptions& options);
[[nodiscard]] ExitCode list_peers(const CommonOptions& options);
[[nodiscard]] ExitCode show_events(const CommonOptions& options, bool follow);
[[nodiscard]] ExitCode connect_to(const CommonOptions& options, const std::string& address);
[[nodiscard]] ExitCode cancel_download(const CommonOptions& options, const std::string& game, bool remove);
[[nodiscard]] ExitCode rescan(const CommonOptions& options);

/// Prints text, or JSON that was asked for, on standard output at once.
void print_now(std::string_view text);

}  // namespace lanspread::cli
