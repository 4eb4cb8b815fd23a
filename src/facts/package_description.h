#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/safe_path.h"
#include "facts/game_toml.h"
#include "facts/packing.h"

namespace lanspread::facts {

/// A file that pack itself writes.
using WrittenFile = std::pair<SafePath, Bytes>;

/// What a package says of its game, before its files are looked at.
struct PackageDescription {
    GameToml game;
    std::string text;                ///< of game.toml
    std::optional<Bytes> new_cover;  ///< the bytes of `game.cover`, where that comes from elsewhere
    /// The program of each start command, and the platform.
    std::vector<std::pair<std::string, SafePath>> programs;

    /// game.toml, and the cover where it is new.
    [[nodiscard]] std::vector<WrittenFile> written() const;
};

/// What the folder's game.toml and the options say together. `folder` is the real name of the one that is
/// packed; `kept_before` what the package that this one replaces says that the player writes, which is
/// neither to be lost nor to be packed now. Blocks.
[[nodiscard]] Result<PackageDescription> describe(const PackOptions& options,
                                                  const std::filesystem::path& folder,
                                                  const std::vector<std::string>& kept_before);

}  // namespace lanspread::facts
