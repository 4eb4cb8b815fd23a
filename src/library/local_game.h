#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/game_id.h"
#include "content/manifest.h"
#include "platform/files.h"

namespace lanspread::library {

/// A complete game on this disk, as it was when it was taken in. Immutable, shared by whoever serves or shows
/// it.
struct LocalGame {
    GameId id;
    std::string version;  ///< 8 digits
    ContentId content;
    std::shared_ptr<const content::Manifest> manifest;
    std::filesystem::path root;  ///< its game root: a folder that bears the id, in a games folder
    /// How each of the manifest's files looked on the disk, in the manifest's order: what differs now has
    /// changed since.
    std::vector<platform::FileStat> stats;
    bool installed = false;  ///< its root holds a folder `local/`
};

using LocalGamePtr = std::shared_ptr<const LocalGame>;

}  // namespace lanspread::library
