#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/game_id.h"
#include "base/safe_path.h"
#include "wire/facts.h"

/// `lanspread pack`: a folder becomes a game root with a game.toml, a cover and a version.ini
/// (docs/own-games.md). Blocks.
namespace lanspread::facts {

/// A file that goes into the package beside those of the folder, or in place of one of them.
struct AddedFile {
    std::filesystem::path from;
    SafePath path;
};

struct PackOptions {
    std::filesystem::path folder;        ///< what is packed
    std::filesystem::path games_folder;  ///< where the game root comes to be; made where it is not there
    GameId id;
    std::string today;                   ///< 8 digits: the version, where nothing says otherwise
    std::optional<std::string> version;  ///< this one, and no other

    // What the package says of its game. What is not given stays as the folder's game.toml has it.
    std::optional<std::string> title;
    std::optional<std::string> players;
    std::optional<std::string> genre;
    std::vector<wire::StartCommand> start;  ///< each in place of the one for the same
    /// Beside those that are there. What they name is left out of the package.
    std::vector<std::string> keeps;
    std::optional<std::filesystem::path> cover;  ///< a JPEG or PNG

    std::vector<AddedFile> added;
    bool follows_links = false;  ///< also those that lead out of the folder
};

struct Packed {
    std::filesystem::path root;
    std::string version;
    std::string title;
    std::uint32_t files = 0;
    std::uint64_t bytes = 0;
    bool is_new = true;                 ///< false: the package was there already, with the same content
    std::vector<std::string> left_out;  ///< of the folder, for the player writes it (`keeps`)
};

/// Packs. The folder is copied, unless it is the one that bears the id in the games folder: that is packed
/// where it lies. A package of that id that is there already is replaced by a newer version, if it bears the
/// same title; what is installed in it stays, and what the player wrote beside the package's files.
/// `version.ini` comes last, so that nobody takes up half a package; whatever is interrupted can be repeated.
///
/// Errors: `invalid_input`: what the package would say, or a name in it; `refused`: something in the folder
/// cannot be packed; `exists`: another game has that id; `disk_full`.
[[nodiscard]] Result<Packed> pack(const PackOptions& options);

/// The version after `existing` that is `today`, or the next number where that is not beyond it. Nothing
/// where there is none.
[[nodiscard]] std::optional<std::string> next_version(const std::string& today, const std::string& existing);

}  // namespace lanspread::facts
