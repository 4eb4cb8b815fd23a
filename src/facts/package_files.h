#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/error.h"
#include "base/safe_path.h"

namespace lanspread::facts {

/// A file that a package is made of.
struct PackageFile {
    SafePath path;               ///< in the package
    std::filesystem::path from;  ///< where its bytes are
    std::uint64_t size = 0;
    bool executable = false;
};

/// How a folder is looked at.
enum class PackageSource {
    copied,             ///< a link to something in the folder stands for what it points to
    copied_with_links,  ///< every link does
    in_place,           ///< the folder becomes the game root: links are refused; `local/` is the user's
};

/// The files below `folder`, one of the user's own, sorted by path. Left out: what `pack` itself writes
/// (`version.ini` and `game.toml` at the top), `.lanspread/`, and the paths of `replaced`, which others take
/// the place of. Refuses, with the way out, links that lead out of the folder (where not all are followed),
/// to nothing or in a circle, devices, sockets and pipes, names that other systems cannot hold, and more
/// files than a game may have. Blocks.
[[nodiscard]] Result<std::vector<PackageFile>> list_package_files(const std::filesystem::path& folder,
                                                                  PackageSource source,
                                                                  const std::vector<SafePath>& replaced);

/// One of the user's files, which goes into the package as `path`. Blocks.
[[nodiscard]] Result<PackageFile> package_file(const std::filesystem::path& from, SafePath path);

}  // namespace lanspread::facts
