#include "facts/package_root.h"

#include <algorithm>

#include <fmt/format.h>

#include "content/hash.h"
#include "content/manifest.h"
#include "content/private_folders.h"
#include "platform/copy_file.h"
#include "platform/files.h"
#include "platform/folder.h"
#include "platform/paths.h"

namespace lanspread::facts {

namespace {

namespace fs = std::filesystem;
using platform::EntryKind;
using platform::Folder;

constexpr std::size_t max_version_ini_size = 64 * 1024;

SafePath safe(std::string_view text) { return SafePath::parse(text).value(); }

const SafePath& sentinel()
{
    static const auto path = safe(content::sentinel_name);
    return path;
}

/// Where the old version's sentinel is while it is replaced: after a crash, the next version is still a newer
/// one.
const SafePath& old_sentinel()
{
    static const auto path = safe(fmt::format("{}/replaced-version.ini", content::own_folder));
    return path;
}

std::optional<std::string> version_in(const fs::path& path)
{
    const auto text = platform::read_file(path, max_version_ini_size);
    auto version = text ? content::parse_version_ini(as_text(*text)) : fail(text.error());
    return version ? std::optional(*std::move(version)) : std::nullopt;
}

/// The folder that a path lies in; nothing for the top.
std::optional<SafePath> parent_of(const SafePath& path)
{
    const auto slash = path.text().rfind('/');
    return slash == std::string::npos ? std::nullopt : std::optional(safe(path.text().substr(0, slash)));
}

Result<void> make_parent(const Folder& root, const SafePath& path)
{
    const auto parent = parent_of(path);
    return parent ? root.make_folders(*parent) : Result<void>();
}

/// Puts together what the package consists of, but for its sentinel.
Result<void> put_files(const fs::path& path, const Folder& folder, const std::vector<PackageFile>& files,
                       const std::vector<WrittenFile>& written)
{
    for (const auto& file : files) {
        if (auto made = make_parent(folder, file.path); !made) {
            return made;
        }
        if (auto copied = platform::clone_or_copy(file.from, path / platform::to_path(file.path.text()));
            !copied) {
            return copied;
        }
    }
    for (const auto& [name, bytes] : written) {
        auto put = make_parent(folder, name);
        if (put) {
            put = folder.write_atomically(name, bytes);
        }
        if (!put) {
            return put;
        }
    }
    return folder.sync_file_system();
}

/// Takes the old package away, but for what the player writes. `game.toml` stays until it is replaced: as
/// long as it is there, whoever repeats this after a crash knows whose root it is. `prefix` is the folder's
/// name, with a slash behind it.
Result<void> remove_old(const Folder& folder, const std::string& prefix, const KeptPaths& kept)
{
    const auto entries = folder.list();
    if (!entries) {
        return fail(entries.error());
    }
    for (const auto& entry : *entries) {
        const auto path = prefix + entry.name;
        if (kept.covers(path) || (prefix.empty() && (content::is_private(path) || path == game_toml_name))) {
            continue;
        }
        const auto name = SafePath::parse(entry.name);
        if (!name) {
            continue;  // only beside what is kept: at the top it was looked for before
        }
        if (entry.kind != EntryKind::folder || !kept.has_below(path)) {
            if (auto removed = folder.remove_tree(*name); !removed) {
                return removed;
            }
            continue;
        }
        const auto below = folder.open_folder(*name);
        if (auto removed = below ? remove_old(*below, path + "/", kept) : fail(below.error()); !removed) {
            return removed;
        }
        (void)folder.remove_empty_folder(*name);  // where the player wrote something it stays
    }
    return {};
}

Result<void> move_file(const Folder& staging, const Folder& root, const SafePath& path)
{
    auto made = make_parent(root, path);
    return made ? staging.rename(path, root, path) : made;
}

Result<void> move_new(const Folder& staging, const Folder& root, const std::vector<PackageFile>& files,
                      const std::vector<WrittenFile>& written)
{
    // game.toml is the first of them.
    for (const auto& [path, bytes] : written) {
        if (auto moved = move_file(staging, root, path); !moved) {
            return moved;
        }
    }
    for (const auto& file : files) {
        if (auto moved = move_file(staging, root, file.path); !moved) {
            return moved;
        }
    }
    return root.sync_file_system();
}

/// From here on, until the new sentinel is there, this is no game.
Result<void> withdraw(const Folder& root)
{
    if (const auto there = root.stat(sentinel()); !there) {
        return there.error().code == ErrorCode::not_found ? Result<void>() : fail(there.error());
    }
    auto done = root.make_folders(safe(content::own_folder));
    if (done) {
        done = root.rename(sentinel(), root, old_sentinel());
    }
    if (done) {
        done = root.sync_folder(safe(content::own_folder));
    }
    return done ? root.sync() : done;
}

Result<void> publish(const Folder& root, const std::string& version_text)
{
    if (auto written = root.write_atomically(sentinel(), as_bytes(version_text)); !written) {
        return written;
    }
    if (root.stat(safe(content::own_folder))) {  // what cannot be tidied up does no harm
        (void)root.remove_file(old_sentinel());
        (void)root.remove_empty_folder(safe(content::own_folder));
    }
    return {};
}

}  // namespace

Result<PackageRoot> PackageRoot::look(const fs::path& root)
{
    PackageRoot result;
    const auto folder = Folder::open(root);
    if (!folder) {
        return folder.error().code == ErrorCode::not_found ? Result<PackageRoot>(result)
                                                           : fail(folder.error());
    }
    const auto entries = folder->list();
    if (!entries) {
        return fail(entries.error());
    }
    for (const auto& entry : *entries) {
        if (!SafePath::parse(entry.name)) {
            return fail(ErrorCode::refused,
                        fmt::format("{}: what lies there has a name that no package can hold: "
                                    "remove it by hand",
                                    platform::to_utf8(root / entry.name)));
        }
    }
    result.is_empty =
        std::ranges::all_of(*entries, [](const auto& entry) { return content::is_private(entry.name); });
    if (const auto text = platform::read_file(root / game_toml_name, max_game_toml_size)) {
        const auto game = parse_game_toml(as_text(*text));
        result.title = game ? game->facts.title : "";
        result.keeps = game ? game->facts.keeps : result.keeps;
    }
    result.version = version_in(root / content::sentinel_name);
    result.is_whole = result.version.has_value();
    if (!result.is_whole) {
        result.version = version_in(root / platform::to_path(old_sentinel().text()));
    }
    return result;
}

Result<void> write_root(const fs::path& games_folder, const GameId& id, const NewPackage& package)
{
    const auto games = Folder::open(games_folder);
    if (!games) {
        return fail(games.error());
    }
    const auto staging_name = safe(fmt::format(".{}.packing", id.text()));
    const auto root_name = safe(id.text());
    auto cleared = games->remove_tree(staging_name);
    auto made = cleared ? games->make_folders(staging_name) : cleared;
    const auto staging = made ? games->open_folder(staging_name) : fail(made.error());
    if (!staging) {
        return fail(staging.error());
    }
    // Nothing of what is there is touched before all that is new lies on the disk.
    auto done = put_files(games_folder / platform::to_path(staging_name.text()), *staging, package.files,
                          package.written);
    if (done) {
        done = games->make_folders(root_name);
    }
    const auto root = done ? games->open_folder(root_name) : fail(done.error());
    if (!root) {
        (void)games->remove_tree(staging_name);
        return fail(root.error());
    }
    done = withdraw(*root);
    if (done && package.old == OldPackage::replaced) {
        done = remove_old(*root, "", package.kept);
    }
    if (done) {
        done = move_new(*staging, *root, package.files, package.written);
    }
    if (done) {
        done = publish(*root, package.version_text);
    }
    if (done) {
        done = games->sync();
    }
    const auto removed = games->remove_tree(staging_name);
    return done ? removed : done;
}

}  // namespace lanspread::facts
