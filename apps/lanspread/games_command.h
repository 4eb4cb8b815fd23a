#pragma once

#include <string>

#include "lanspread/client_commands.h"
#include "lanspread/games_filter.h"

/// The commands about games as such: which there are, what is known of one, and away with it.
namespace lanspread::cli {

[[nodiscard]] ExitCode list_games(const CommonOptions& options, const GamesFilter& filter);
[[nodiscard]] ExitCode show_game(const CommonOptions& options, const std::string& game);

struct RemoveOptions {
    std::string game = {};
    bool keep_installed = false;
    bool yes = false;  ///< do not ask
};

/// Asks at the terminal first. `refused` where the answer is no, `wrong_use` where nobody can be asked.
[[nodiscard]] ExitCode remove_game(const CommonOptions& options, const RemoveOptions& remove);

}  // namespace lanspread::cli
