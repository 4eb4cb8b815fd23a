#pragma once

#include <compare>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/game_id.h"
#include "facts/kept_paths.h"
#include "library/fingerprint.h"
#include "platform/folder.h"

/// Looks at game roots. Everything here blocks: for the disk pool.
namespace lanspread::library {

/// The folder `game` in a games folder, which is a path as the user gave it.
struct Root {
    std::filesystem::path games_folder;
    GameId game;

    [[nodiscard]] std::filesystem::path path() const;
    /// By game first: comparing paths takes long.
    [[nodiscard]] std::strong_ordering operator<=>(const Root& other) const;
    [[nodiscard]] bool operator==(const Root& other) const = default;
};

/// Opens a game root, so that what is read below it cannot lead out of it.
[[nodiscard]] Result<platform::Folder> open_root(const Root& root);

/// What the folder of a game turned out to be.
struct RootKind {
    /// A non-empty top-level version.ini: it is a complete game, and to be shared.
    bool has_sentinel = false;
    bool is_installed = false;  ///< a folder `local/`

    bool operator==(const RootKind&) const = default;
};

/// A game root that can be shared.
struct RootListing {
    std::string version;  ///< 8 digits
    Fingerprint fingerprint;
    facts::KeptPaths kept;  ///< what is in none of the two, beside `local/` and `.lanspread/`
};

/// Reads the kind of a root in an open games folder. The error names what keeps it from being read or shared.
[[nodiscard]] Result<RootKind> read_kind(const platform::Folder& games_folder, const GameId& game);

/// The error names the file that keeps the root from being shared, and the way out. What its game.toml says
/// that the player writes is not looked at. Each other folder is shown to `entering`, by its name below the
/// root, before it is read. `known` (may be null) is what the root looked like when it was last taken in:
/// what is still so is not checked again.
[[nodiscard]] Result<RootListing> read_root(const Root& root,
                                            const std::function<void(std::string_view)>& entering = {},
                                            const Fingerprint* known = nullptr);

}  // namespace lanspread::library
