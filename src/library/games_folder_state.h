#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/game_id.h"

namespace lanspread::library {

/// With less room than this, in bytes, nothing can be fetched that is worth the name.
inline constexpr std::uint64_t least_room = 16'000'000;

/// How a games folder is doing. In none of these states anything is forgotten: games of a folder that is not
/// there are not shared meanwhile, and are known again without hashing when it is back.
enum class FolderCondition {
    present,
    read_only,     ///< its games are shared, nothing can be fetched into it
    full,          ///< the same, until there is room
    missing,       ///< unmounted, moved or never made
    not_a_folder,  ///< a file, or something else, has its name
    no_rights,     ///< this user may not look into it
    unreadable,    ///< its disk fails, or went away
};

[[nodiscard]] std::string_view to_string(FolderCondition condition);

/// A games folder, as the last look found it.
struct FolderState {
    std::filesystem::path path;  ///< as it was given
    FolderCondition condition = FolderCondition::missing;
    std::string text;         ///< for people, with the way out; empty where all is well
    std::uint32_t games = 0;  ///< that are shared out of it
    std::uint64_t free = 0;   ///< bytes that can still be written

    bool operator==(const FolderState&) const = default;
};

/// Whether what lies in it can be told.
[[nodiscard]] inline bool is_readable(FolderCondition condition)
{
    return condition == FolderCondition::present || condition == FolderCondition::read_only ||
           condition == FolderCondition::full;
}

/// A game root with `local/` (so the game is installed), but without a sentinel: there is nothing to share.
struct InstalledGame {
    GameId id;
    std::filesystem::path root;

    auto operator<=>(const InstalledGame&) const = default;
};

/// Why a game that was shared, or looks as if it should be, is not.
enum class UnsharedReason {
    damaged,         ///< `verify` found it so
    folder_missing,  ///< its games folder is not there
    not_shared,      ///< something is wrong with its folder, or it is being changed
};

struct UnsharedGame {
    GameId id;
    std::filesystem::path root;
    UnsharedReason reason = UnsharedReason::not_shared;
    std::string version;     ///< empty where it is not known
    bool installed = false;  ///< its root holds a folder `local/`
    std::string text;        ///< for people, with the way out

    bool operator==(const UnsharedGame&) const = default;
};

}  // namespace lanspread::library
