#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/safe_path.h"
#include "facts/kept_paths.h"

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

/// What there is to pack in a folder.
struct PackageListing {
    std::vector<PackageFile> files;     ///< sorted by path
    std::vector<std::string> left_out;  ///< files and folders that the player writes, as paths in the package
};

/// What lies below `folder`, one of the user's own. Left out: what `pack` itself writes (`version.ini` and
/// `game.toml` at the top), `.lanspread/`, what is `kept`, and the paths of `replaced`, which others take the
/// place of. Refuses, with the way out, links that lead out of the folder (where not all are followed),
/// to nothing or in a circle, devices, sockets and pipes, names that other systems cannot hold, and more
/// files than a game may have. Blocks.
[[nodiscard]] Result<PackageListing> list_package_files(const std::filesystem::path& folder,
                                                        PackageSource source,
                                                        const std::vector<SafePath>& replaced,
                                                        const KeptPaths& kept);

/// One of the user's files, which goes into the package as `path`. Blocks.
[[nodiscard]] Result<PackageFile> package_file(const std::filesystem::path& from, SafePath path);

}  // namespace lanspread::facts
