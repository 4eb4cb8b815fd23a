#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/game_id.h"
#include "catalog/snapshot.h"
#include "platform/files.h"

/// The folder with covers: files that are called as a game, and end in .jpg, .jpeg or .png in any case. Other
/// files, links and what lies deeper are nothing to it. Everything here blocks: for a disk pool.
namespace lanspread::catalog {

struct ListedCover {
    GameId id;
    std::string name;  ///< of the file in the folder
    platform::FileStat stat;
};

/// The pictures in the folder, one a game (.jpg before .jpeg before .png), by id; at most 20,000.
[[nodiscard]] Result<std::vector<ListedCover>> list_covers(const std::filesystem::path& folder);

/// What a picture of the list is, once its file is read: its hash, its size, and its format by its bytes.
/// Whether it can be shown is not found out here. `invalid_input` where it is empty, larger than a cover may
/// be, or neither JPEG nor PNG; `unavailable` where it changed meanwhile.
[[nodiscard]] Result<CoverFile> identify_cover(const std::filesystem::path& folder, const ListedCover& cover);

}  // namespace lanspread::catalog
