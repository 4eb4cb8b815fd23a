#include "library/games_folder.h"

#include <fmt/format.h>

#include "content/manifest.h"
#include "platform/disk_room.h"
#include "platform/file_watch.h"
#include "platform/folder.h"
#include "platform/paths.h"

namespace lanspread::library {

namespace {

/// Only to tell whether a warning is worth it: unlike everything else here it follows links.
bool looks_like_a_game(const std::filesystem::path& folder)
{
    std::error_code error;
    return std::filesystem::is_regular_file(folder / content::sentinel_name, error);
}

/// Why a folder could not be opened.
FolderState unusable(const std::filesystem::path& folder, const Error& failure)
{
    std::error_code error;
    const auto status = std::filesystem::status(folder, error);
    FolderState state{.path = folder};
    if (status.type() == std::filesystem::file_type::not_found) {
        state.condition = FolderCondition::missing;
        state.text = "there is no such games folder; make it, attach its disk, or name another with --games";
    } else if (!error && !std::filesystem::is_directory(status)) {
        state.condition = FolderCondition::not_a_folder;
        state.text = "this is no folder; move it away, or name another games folder with --games";
    } else {
        std::filesystem::directory_iterator(folder, error);
        const bool is_forbidden = error == std::errc::permission_denied;
        state.condition = is_forbidden ? FolderCondition::no_rights : FolderCondition::unreadable;
        state.text =
            is_forbidden
                ? "this user may not look into this games folder; change its rights, or name "
                  "another with --games"
                : fmt::format("this games folder cannot be read ({}); look after its disk", failure.message);
    }
    return state;
}

FolderState usable(const std::filesystem::path& folder)
{
    FolderState state{.path = folder, .condition = FolderCondition::present};
    const auto room = platform::disk_room(folder);
    state.free = room ? room->free : 0;
    if (!platform::is_writable(folder)) {
        state.condition = FolderCondition::read_only;
        state.text = "read-only: its games are shared, but none can be fetched into it";
    } else if (room && room->free < least_room) {
        state.condition = FolderCondition::full;
        state.text = "its disk is full: its games are shared, but none can be fetched into it; make room";
    }
    return state;
}

}  // namespace

std::string_view to_string(FolderCondition condition)
{
    switch (condition) {
        case FolderCondition::present: return "present";
        case FolderCondition::read_only: return "read_only";
        case FolderCondition::full: return "full";
        case FolderCondition::missing: return "missing";
        case FolderCondition::not_a_folder: return "not_a_folder";
        case FolderCondition::no_rights: return "no_rights";
        case FolderCondition::unreadable: return "unreadable";
    }
    return "unreadable";
}

GamesFolder read_games_folder(const std::filesystem::path& folder, RootWatch* watch)
{
    GamesFolder found;
    const auto opened = platform::Folder::open(folder);
    const auto entries = opened ? opened->list() : fail(opened.error());
    if (!entries) {
        found.state = unusable(folder, entries.error());
        return found;
    }
    found.state = usable(folder);
    found.gap = platform::watch_gap(folder);
    for (const auto& entry : *entries) {
        const auto path = folder / platform::to_path(entry.name);
        if (entry.kind == platform::EntryKind::link && looks_like_a_game(path)) {
            found.problems.emplace_back(
                path,
                "not shared: it is a link; move the game itself here, or name the folder that "
                "holds it with --games");
        }
        if (entry.kind != platform::EntryKind::folder) {
            continue;
        }
        auto game = GameId::parse(entry.name);
        if (game) {
            if (watch != nullptr) {
                watch->watch_root(Root{.games_folder = folder, .game = *game});
            }
            const auto kind = read_kind(*opened, *game);
            if (!kind) {
                found.problems.emplace_back(path, kind.error().message);
            } else if (*kind != RootKind{}) {
                found.roots.emplace(std::move(*game), *kind);
            }
        } else if (looks_like_a_game(path)) {
            found.problems.emplace_back(
                path, fmt::format("not shared: its name is no game id: {}; rename it", game.error().message));
        }
    }
    return found;
}

RootLook look_at_root(const Root& root, RootWatch* watch, const Fingerprint* known)
{
    RootWatch::Renewal renewal(watch, root);
    const auto games_folder = platform::Folder::open(root.games_folder);
    const auto kind = games_folder ? read_kind(*games_folder, root.game) : fail(games_folder.error());
    if (!kind) {
        // What is not there has nothing wrong with it.
        const bool is_there = kind.error().code != ErrorCode::not_found;
        return {.kind = {.has_sentinel = is_there}, .listing = fail(kind.error())};
    }
    if (!kind->has_sentinel) {
        return {.kind = *kind, .listing = fail(ErrorCode::not_found, "there is no version.ini")};
    }
    return {.kind = *kind,
            .listing = read_root(root, [&renewal](std::string_view folder) { renewal.add(folder); }, known)};
}

}  // namespace lanspread::library
