#include "library/game_root.h"

#include <algorithm>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "content/hash.h"
#include "platform/folder.h"
#include "platform/paths.h"

namespace lanspread::library {

namespace {

/// Files and folders. More than a manifest can hold.
constexpr std::size_t max_entries = 2'000'000;
/// A sentinel is a line; some tools add a few more.
constexpr std::uint64_t max_sentinel_size = 64 * 1024;

/// The user's and ours: never part of a package.
bool is_private(std::string_view name) { return name == "local" || name == ".lanspread"; }

SafePath sentinel() { return SafePath::parse(content::sentinel_name).value(); }

/// Only to tell whether a warning is worth it: unlike everything else here it follows links.
bool looks_like_a_game(const std::filesystem::path& folder)
{
    std::error_code error;
    return std::filesystem::is_regular_file(folder / content::sentinel_name, error);
}

Result<std::string> read_sentinel(const platform::Folder& root)
{
    const auto file = root.open_file(sentinel());
    if (!file) {
        return fail(file.error());
    }
    const auto stat = file->stat();
    if (!stat) {
        return fail(stat.error());
    }
    if (stat->size > max_sentinel_size) {
        return fail(ErrorCode::invalid_input,
                    fmt::format("{}: larger than {} bytes", content::sentinel_name, max_sentinel_size));
    }
    std::string text(stat->size, '\0');
    if (const auto read = file->read_at(0, std::as_writable_bytes(std::span(text))); !read) {
        return fail(read.error().in(content::sentinel_name));
    }
    return text;
}

/// Nothing for what is no part of a package.
Result<std::optional<FileStamp>> stamp(const platform::Entry& entry)
{
    const auto shown = platform::to_utf8(platform::to_path(entry.name));
    switch (entry.kind) {
        case platform::EntryKind::folder: return std::nullopt;
        case platform::EntryKind::link:
            return fail(ErrorCode::refused,
                        fmt::format("{} is a link; replace it by what it points to", shown));
        case platform::EntryKind::other:
            return fail(ErrorCode::refused,
                        fmt::format("{} is a device, a pipe or a socket; remove it", shown));
        case platform::EntryKind::file: break;
    }
    auto path = SafePath::parse(entry.name);
    if (!path) {
        return fail(ErrorCode::invalid_input,
                    fmt::format("{}; rename it, for other systems cannot hold it", path.error().message));
    }
    return FileStamp{.path = std::move(*path), .stat = entry.stat};
}

Result<std::vector<FileStamp>> stamps(const platform::Folder& root)
{
    const auto entries = root.list_tree(max_entries, is_private);
    if (!entries) {
        return fail(entries.error());
    }
    std::vector<FileStamp> files;
    for (const auto& entry : *entries) {
        if (is_private(entry.name)) {
            continue;
        }
        auto stamped = stamp(entry);
        if (!stamped) {
            return fail(stamped.error());
        }
        if (*stamped) {
            files.push_back(std::move(**stamped));
        }
    }
    return files;
}

}  // namespace

std::filesystem::path Root::path() const { return games_folder / platform::to_path(game.text()); }

Result<GamesFolder> read_games_folder(const std::filesystem::path& folder)
{
    const auto opened = platform::Folder::open(folder);
    if (!opened) {
        return fail(opened.error());
    }
    const auto entries = opened->list();
    if (!entries) {
        return fail(entries.error());
    }
    GamesFolder found;
    found.is_writable = platform::is_writable(folder);
    for (const auto& entry : *entries) {
        const auto path = folder / entry.name;
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
        if (!game) {
            if (looks_like_a_game(path)) {
                found.problems.emplace_back(
                    path,
                    fmt::format("not shared: its name is no game id: {}; rename it", game.error().message));
            }
            continue;
        }
        const auto root = SafePath::parse(entry.name);
        const auto file = root ? SafePath::parse(fmt::format("{}/{}", entry.name, content::sentinel_name))
                               : fail(root.error());
        const auto stat = file ? opened->stat(*file) : fail(file.error());
        if (!stat) {
            if (stat.error().code != ErrorCode::not_found) {
                found.problems.emplace_back(path, fmt::format("cannot be read: {}", stat.error().message));
            }
        } else if (stat->kind == platform::EntryKind::link) {
            found.problems.emplace_back(
                path, "not shared: its version.ini is a link; replace it by what it points to");
        } else if (stat->kind == platform::EntryKind::file && stat->stat.size > 0) {
            found.roots.push_back(std::move(*game));
        }
    }
    return found;
}

Result<platform::Folder> open_root(const Root& root)
{
    const auto games_folder = platform::Folder::open(root.games_folder);
    if (!games_folder) {
        return fail(games_folder.error());
    }
    const auto name = SafePath::parse(root.game.text());
    return name ? games_folder->open_folder(*name) : fail(name.error());
}

Result<RootListing> read_root(const Root& root)
{
    const auto folder = open_root(root);
    if (!folder) {
        return fail(folder.error());
    }
    RootListing listing;
    auto files = stamps(*folder);
    if (!files) {
        return fail(files.error());
    }
    auto version_ini = read_sentinel(*folder);
    auto version = version_ini ? content::parse_version_ini(*version_ini) : fail(version_ini.error());
    if (!version) {
        return fail(version.error());
    }
    listing.version = std::move(*version);
    listing.fingerprint = {.version_ini = std::move(*version_ini), .files = std::move(*files)};
    std::ranges::sort(listing.fingerprint.files, {}, &FileStamp::path);
    auto canonical = content::canonical_files(manifest_files(listing.fingerprint));
    if (!canonical) {
        return fail(canonical.error());
    }
    if (*canonical != manifest_files(listing.fingerprint)) {
        return fail(ErrorCode::internal, "its files cannot be brought into canonical order");
    }
    return listing;
}

}  // namespace lanspread::library
