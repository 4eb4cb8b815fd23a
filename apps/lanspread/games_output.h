#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "runtime/model.h"

/// Games as text for people. Pure functions; each text is whole lines.
namespace lanspread::cli {

/// A row for each game. In `width` columns, where that is given, titles and names give way.
[[nodiscard]] std::string games_text(const std::vector<runtime::Game>& games,
                                     std::optional<std::size_t> width);
/// All about one game.
[[nodiscard]] std::string game_text(const runtime::Game& game);
[[nodiscard]] std::string removed_text(const runtime::RemoveReport& report);

/// Where a game stands in a few words: "Get", "Update 20240101", "Downloading 43 %".
[[nodiscard]] std::string state_word(const runtime::Game& game);
/// The version that a list shows: what is here, else what `get` would fetch, else the current one.
[[nodiscard]] const std::string& version_text(const runtime::Game& game);
/// The names of those that have some version of it complete, each once, in order.
[[nodiscard]] std::vector<std::string> holders_of(const runtime::Game& game);

}  // namespace lanspread::cli
