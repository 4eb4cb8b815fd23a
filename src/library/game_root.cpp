#include "library/game_root.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "content/hash.h"
#include "content/private_folders.h"
#include "platform/folder.h"
#include "platform/paths.h"

namespace lanspread::library {

namespace {

/// Files and folders. More than a manifest can hold.
constexpr std::size_t max_entries = 2'000'000;
/// A sentinel is a line; some tools add a few more.
constexpr std::uint64_t max_sentinel_size = 64 * 1024;

SafePath sentinel() { return SafePath::parse(content::sentinel_name).value(); }

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

/// `known` is the path where it is known to be safe, else null.
Result<FileStamp> stamp(const platform::Entry& entry, const SafePath* known)
{
    if (entry.kind == platform::EntryKind::link || entry.kind == platform::EntryKind::other) {
        const auto shown = platform::to_utf8(platform::to_path(entry.name));
        return fail(ErrorCode::refused,
                    entry.kind == platform::EntryKind::link
                        ? fmt::format("{} is a link; replace it by what it points to", shown)
                        : fmt::format("{} is a device, a pipe or a socket; remove it", shown));
    }
    if (known != nullptr) {
        return FileStamp{.path = *known, .stat = entry.stat};
    }
    auto path = SafePath::parse(entry.name);
    if (!path) {
        return fail(ErrorCode::invalid_input,
                    fmt::format("{}; rename it, for other systems cannot hold it", path.error().message));
    }
    return FileStamp{.path = std::move(*path), .stat = entry.stat};
}

/// The files, in canonical order, without those of `kept`. Names that `known` has are not checked again.
Result<std::vector<FileStamp>> stamps(const platform::Folder& root, const facts::KeptPaths& kept,
                                      const std::function<void(std::string_view)>& entering,
                                      const Fingerprint* known)
{
    const auto is_aside = [&kept](std::string_view name) {
        return content::is_private(name) || kept.covers(name);
    };
    const auto entries = root.list_tree(max_entries, [&](std::string_view folder) {
        const bool is_skipped = is_aside(folder);
        if (!is_skipped && entering) {
            entering(folder);
        }
        return is_skipped;
    });
    if (!entries) {
        return fail(entries.error());
    }
    std::vector<FileStamp> files;
    files.reserve(known != nullptr ? known->files.size() : 0);
    std::size_t next = 0;  // of the known files, which are sorted as the entries are
    for (const auto& entry : *entries) {
        if (entry.kind == platform::EntryKind::folder || is_aside(entry.name)) {
            continue;
        }
        while (known != nullptr && next < known->files.size() &&
               known->files[next].path.text() < entry.name) {
            ++next;
        }
        const bool is_known =
            known != nullptr && next < known->files.size() && known->files[next].path.text() == entry.name;
        auto stamped = stamp(entry, is_known ? &known->files[next].path : nullptr);
        if (!stamped) {
            return fail(stamped.error());
        }
        files.push_back(std::move(*stamped));
    }
    std::ranges::sort(files, {}, &FileStamp::path);
    return files;
}

}  // namespace

std::filesystem::path Root::path() const { return games_folder / platform::to_path(game.text()); }

std::strong_ordering Root::operator<=>(const Root& other) const
{
    const auto by_game = game <=> other.game;
    return by_game != 0 ? by_game : games_folder.native() <=> other.games_folder.native();
}

Result<RootKind> read_kind(const platform::Folder& games_folder, const GameId& game)
{
    const auto stat = [&](std::string_view name) -> Result<platform::Entry> {
        const auto path = SafePath::parse(fmt::format("{}/{}", game.text(), name));
        return path ? games_folder.stat(*path) : fail(path.error());
    };
    const auto sentinel = stat(content::sentinel_name);
    if (!sentinel && sentinel.error().code != ErrorCode::not_found) {
        return fail(sentinel.error().code, fmt::format("cannot be read: {}", sentinel.error().message));
    }
    if (sentinel && sentinel->kind == platform::EntryKind::link) {
        return fail(ErrorCode::refused,
                    "not shared: its version.ini is a link; replace it by what it points to");
    }
    const auto local = stat(content::installed_folder);
    return RootKind{.has_sentinel =
                        sentinel && sentinel->kind == platform::EntryKind::file && sentinel->stat.size > 0,
                    .is_installed = local && local->kind == platform::EntryKind::folder};
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

Result<RootListing> read_root(const Root& root, const std::function<void(std::string_view)>& entering,
                              const Fingerprint* known)
{
    const auto folder = open_root(root);
    if (!folder) {
        return fail(folder.error());
    }
    auto kept = facts::KeptPaths::read(*folder);
    if (!kept) {
        return fail(kept.error());
    }
    RootListing listing{.version = {}, .fingerprint = {}, .kept = std::move(*kept)};
    auto files = stamps(*folder, listing.kept, entering, known);
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
    if (known != nullptr && listing.fingerprint == *known) {
        return listing;  // what was checked when it became known
    }
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
