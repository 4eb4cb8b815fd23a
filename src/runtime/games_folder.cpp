#include "runtime/games_folder.h"

#include <algorithm>

#include "content/manifest.h"
#include "platform/paths.h"

namespace lanspread::runtime {

std::filesystem::path games_folder_for(const std::vector<std::filesystem::path>& games_folders,
                                       const GameId& game)
{
    const auto name = platform::to_path(game.text());
    const auto has_folder = [&](const std::filesystem::path& games_folder) {
        std::error_code error;
        return std::filesystem::is_directory(std::filesystem::symlink_status(games_folder / name, error));
    };
    const auto has_root = [&](const std::filesystem::path& games_folder) {
        std::error_code error;
        return has_folder(games_folder) &&
               std::filesystem::exists(games_folder / name / content::sentinel_name, error);
    };
    auto found = std::ranges::find_if(games_folders, has_root);
    if (found == games_folders.end()) {
        found = std::ranges::find_if(games_folders, has_folder);
    }
    return found == games_folders.end() ? games_folders.front() : *found;
}

}  // namespace lanspread::runtime
