#pragma once

#include <cstdint>
#include <string>

#include "lanspread/client_commands.h"

/// The commands about the queue of downloads and the settings.
namespace lanspread::cli {

/// Which downloads a command means: one game's, or all.
struct DownloadChoice {
    std::string game;
    bool all = false;
};

[[nodiscard]] ExitCode list_downloads(const CommonOptions& options);
/// `wrong_use` unless either a game or all is chosen; so with `resume_downloads`.
[[nodiscard]] ExitCode pause_downloads(const CommonOptions& options, const DownloadChoice& choice);
[[nodiscard]] ExitCode resume_downloads(const CommonOptions& options, const DownloadChoice& choice);
[[nodiscard]] ExitCode set_priority(const CommonOptions& options, const std::string& game,
                                    const std::string& priority);
[[nodiscard]] ExitCode move_download(const CommonOptions& options, const std::string& game,
                                     std::uint32_t position);
/// Shows all settings, the one that is named, or changes it.
[[nodiscard]] ExitCode show_or_change_settings(const CommonOptions& options, const std::string& name,
                                               const std::string& value);

}  // namespace lanspread::cli
