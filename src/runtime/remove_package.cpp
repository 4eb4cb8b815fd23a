#include "runtime/remove_package.h"

#include <algorithm>
#include <ranges>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "content/find_file.h"
#include "content/private_folders.h"
#include "facts/kept_paths.h"
#include "platform/folder.h"
#include "platform/paths.h"
#include "swarm/partial_folder.h"

namespace lanspread::runtime {

namespace {

using platform::EntryKind;
using platform::Folder;
using swarm::known_safe;

/// Lies in a root from before its sentinel is removed until nothing is left to do, and names the content.
constexpr std::string_view marker_name = ".lanspread/removing";
constexpr std::size_t max_named = 100;
constexpr std::size_t max_looked_at = 1'000'000;

/// `unavailable` where it is not there: that may be for a disk that is missing, so nothing follows from it.
Result<Folder> open_root(const std::filesystem::path& games_folder, const GameId& game)
{
    const auto games = Folder::open(games_folder);
    auto root = games ? games->open_folder(known_safe(game.text())) : fail(games.error());
    if (root) {
        return root;
    }
    switch (root.error().code) {
        case ErrorCode::not_found:
            return fail(ErrorCode::unavailable,
                        fmt::format("{}: its folder is not there; is its disk attached?", game.text()));
        case ErrorCode::refused:
            return fail(
                ErrorCode::refused,
                fmt::format("{}: its folder is a link, or no folder: remove it by hand", game.text()));
        default: return fail(root.error().in(game.text()));
    }
}

/// Counts the file, if it was there.
Result<void> remove_one(const Folder& root, const content::ManifestFile& file, RemovedPackage& package)
{
    const auto entry = root.stat(file.path);
    if (!entry) {
        // Below what is no folder (any more) there is nothing of ours.
        const bool is_gone =
            entry.error().code == ErrorCode::not_found || entry.error().code == ErrorCode::refused;
        return is_gone ? Result<void>() : fail(entry.error());
    }
    if (entry->kind == EntryKind::folder) {
        return {};  // the user's, in place of what was deleted
    }
    auto removed = root.remove_file(file.path);
    if (removed) {
        ++package.files_removed;
        package.bytes_freed += entry->stat.size;
    }
    return removed;
}

Result<void> put_marker(const Folder& root, const content::Manifest& manifest)
{
    const auto text = manifest.content_id().hex();
    auto made = root.make_folders(known_safe(content::own_folder));
    return made ? root.write_atomically(known_safe(marker_name), std::as_bytes(std::span(text))) : made;
}

/// True where the marker is there, and means that content.
Result<bool> has_marker(const Folder& root, const ContentId& content)
{
    const auto wanted = content.hex();
    const auto file = root.open_file(known_safe(marker_name));
    if (!file) {
        return file.error().code == ErrorCode::not_found ? Result<bool>(false) : fail(file.error());
    }
    const auto stat = file->stat();
    std::string text(wanted.size(), '\0');
    if (!stat || stat->size != text.size()) {
        return stat ? Result<bool>(false) : fail(stat.error());
    }
    const auto read = file->read_at(0, std::as_writable_bytes(std::span(text)));
    return read ? Result<bool>(text == wanted) : fail(read.error());
}

Result<void> remove_sentinel(const Folder& root, const content::Manifest& manifest, RemovedPackage& package)
{
    const auto* file = content::find_file(manifest, content::sentinel_name);
    if (file == nullptr) {
        return fail(ErrorCode::internal, "its manifest has no sentinel");
    }
    auto removed = remove_one(root, *file, package);
    return removed ? root.sync() : removed;
}

/// But for what the player writes, if that was changed since the game was shared.
Result<void> remove_files(const Folder& root, const content::Manifest& manifest, const facts::KeptPaths& kept,
                          RemovedPackage& package)
{
    for (const auto& file : manifest.files()) {
        if (kept.covers(file.path.text())) {
            continue;
        }
        if (const auto removed = remove_one(root, file, package); !removed) {
            return fail(removed.error().in(file.path.text()));
        }
    }
    const auto folders = swarm::folders_of(manifest);
    for (const auto name : folders | std::views::reverse) {  // what lies deeper sorts behind what it lies in
        const auto removed = root.remove_empty_folder(known_safe(name));
        if (!removed && removed.error().code != ErrorCode::refused) {
            return fail(removed.error().in(name));
        }
    }
    return root.sync();
}

/// As far as it can be told: the package is gone whatever else lies there.
void list_left(const Folder& root, RemovedPackage& package)
{
    auto entries = root.list_tree(max_looked_at, content::is_private);
    if (!entries) {
        entries = root.list();
    }
    if (!entries) {
        return;
    }
    for (const auto& entry : *entries) {
        const auto inside = entry.name + '/';
        const auto next = std::ranges::lower_bound(*entries, inside, {}, &platform::Entry::name);
        const bool has_content = next != entries->end() && next->name.starts_with(inside);
        if (content::is_private(entry.name) || has_content) {
            continue;
        }
        ++package.left_count;
        if (package.left.size() < max_named) {
            package.left.push_back(platform::to_utf8(platform::to_path(entry.name)));
        }
    }
}

}  // namespace

Result<void> check_removable(const std::filesystem::path& games_folder, const GameId& game,
                             bool keep_installed)
{
    const auto root = open_root(games_folder, game);
    if (!root) {
        return fail(root.error());
    }
    const auto sentinel = root->stat(known_safe(content::sentinel_name));
    if (!sentinel && sentinel.error().code != ErrorCode::not_found) {
        return fail(sentinel.error().in(game.text()));
    }
    if (!sentinel) {
        return fail(ErrorCode::not_found,
                    fmt::format("{}: there is no {} in its folder, so it is not downloaded (any more)",
                                game.text(), content::sentinel_name));
    }
    if (sentinel->kind != EntryKind::file) {
        return fail(ErrorCode::refused,
                    fmt::format("{}: its {} is no file", game.text(), content::sentinel_name));
    }
    const auto installed = root->stat(known_safe(content::installed_folder));
    if (installed && !keep_installed) {
        return fail(ErrorCode::refused,
                    fmt::format("{} is installed ({}/ is in its folder), and that is never deleted: "
                                "--keep-installed deletes only what was downloaded",
                                game.text(), content::installed_folder));
    }
    return {};
}

Result<RemovedPackage> remove_package(const std::filesystem::path& games_folder,
                                      const content::Manifest& manifest)
{
    const auto root = open_root(games_folder, manifest.game());
    if (!root) {
        return fail(root.error());
    }
    const auto kept = facts::KeptPaths::read(*root);
    if (!kept) {
        return fail(kept.error().in(manifest.game().text()));
    }
    RemovedPackage package;
    auto removed = put_marker(*root, manifest);
    if (removed) {
        removed = remove_sentinel(*root, manifest, package);
    }
    if (removed) {
        removed = remove_files(*root, manifest, *kept, package);
    }
    if (!removed) {
        return fail(removed.error().in(manifest.game().text()));
    }
    list_left(*root, package);
    return package;
}

Result<bool> is_half_removed(const std::filesystem::path& games_folder, const GameId& game,
                             const ContentId& content)
{
    const auto root = open_root(games_folder, game);
    if (!root) {
        return fail(root.error());
    }
    const auto sentinel = root->stat(known_safe(content::sentinel_name));
    if (sentinel || sentinel.error().code != ErrorCode::not_found) {
        return sentinel ? Result<bool>(false) : fail(sentinel.error());
    }
    return has_marker(*root, content);
}

Result<void> clear_after_removal(const std::filesystem::path& games_folder, const GameId& game)
{
    const auto root = open_root(games_folder, game);
    if (!root) {
        return fail(root.error());
    }
    if (auto removed = root->remove_file(known_safe(marker_name)); !removed) {
        return removed;
    }
    if (const auto removed = root->remove_empty_folder(known_safe(content::own_folder)); !removed) {
        return fail(removed.error());
    }
    const auto games = Folder::open(games_folder);
    const auto removed = games ? games->remove_empty_folder(known_safe(game.text())) : fail(games.error());
    return removed ? Result<void>() : fail(removed.error().in(game.text()));
}

}  // namespace lanspread::runtime
