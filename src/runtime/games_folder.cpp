#include "runtime/games_folder.h"

#include <algorithm>

#include <fmt/format.h>

#include "content/manifest.h"
#include "library/games_folder_state.h"
#include "platform/disk_room.h"
#include "platform/files.h"
#include "platform/paths.h"

namespace lanspread::runtime {

namespace {

bool is_usable(const std::filesystem::path& games_folder)
{
    std::error_code error;
    return std::filesystem::is_directory(games_folder, error) && platform::is_writable(games_folder);
}

bool has_room(const std::filesystem::path& games_folder)
{
    const auto room = platform::disk_room(games_folder);
    return !room || room->free >= library::least_room;
}

}  // namespace

Result<std::filesystem::path> games_folder_for(const std::vector<std::filesystem::path>& games_folders,
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
    if (found != games_folders.end() && !is_usable(*found)) {
        return fail(ErrorCode::refused,
                    fmt::format("{} lies in {}, which is read-only: make that writable, or move the game to "
                                "another games folder",
                                game.text(), platform::to_utf8(*found)));
    }
    const auto takes_it = [](const auto& folder) { return is_usable(folder) && has_room(folder); };
    if (found == games_folders.end()) {
        found = std::ranges::find_if(games_folders, takes_it);
    }
    if (found == games_folders.end()) {
        found = std::ranges::find_if(games_folders, is_usable);
    }
    if (found == games_folders.end()) {
        return fail(ErrorCode::refused,
                    "nothing can be written into any games folder: `lanspread status` says why");
    }
    return *found;
}

}  // namespace lanspread::runtime
