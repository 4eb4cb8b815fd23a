#pragma once

#include <string>
#include <vector>

#include "runtime/commands.h"
#include "runtime/model.h"

/// Which games `lanspread games` lists, and in which order. Pure functions.
namespace lanspread::cli {

/// What is asked for; an empty text asks for nothing.
struct GamesFilter {
    bool all = false;         ///< those of the whole party, too
    bool catalog = false;     ///< those that nobody has and the catalog knows, too
    bool local = false;       ///< only what is downloaded here
    bool installed = false;   ///< only what is installed here
    bool updates = false;     ///< only what there is an update for
    std::string search = {};  ///< only with this in title, id, publisher or genre, all its words in any order
    std::string genre = {};   ///< only with this in the genre
    std::string sort = "title";
};

/// The names of the orders that there are.
[[nodiscard]] const std::vector<std::string>& sort_names();

/// The command that gives all the games among which the filter chooses. A search without any other choice is
/// one among all that anybody has or the catalog knows.
[[nodiscard]] runtime::GetGames command_for(const GamesFilter& filter);

/// Those of `games` that are asked for, in order: by title; or the largest, those for the most players, the
/// newest, or those that most peers have, first.
[[nodiscard]] std::vector<runtime::Game> chosen(std::vector<runtime::Game> games, const GamesFilter& filter);

}  // namespace lanspread::cli
