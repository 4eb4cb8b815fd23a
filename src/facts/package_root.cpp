#include "facts/package_root.h"

#include <algorithm>
#include <map>

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
constexpr std::size_t compare_step = std::size_t{1} << 20;

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

bool is_kept(std::string_view path, const std::vector<std::string>& kept)
{
    return std::ranges::find(kept, path) != kept.end();
}

/// Whether the player writes it, or a folder that it lies in.
bool is_below_kept(std::string_view path, const std::vector<std::string>& kept)
{
    return std::ranges::any_of(kept, [&](const auto& one) {
        return path == one || (path.starts_with(one) && path.substr(one.size()).starts_with('/'));
    });
}

bool has_kept_below(const std::string& path, const std::vector<std::string>& kept)
{
    return std::ranges::any_of(kept, [&](const auto& one) { return one.starts_with(path + "/"); });
}

/// Takes the old package away, but for what the player writes. `game.toml` stays until it is replaced: as
/// long as it is there, whoever repeats this after a crash knows whose root it is. `prefix` is the folder's
/// name, with a slash behind it.
Result<void> remove_old(const Folder& folder, const std::string& prefix, const std::vector<std::string>& kept)
{
    const auto entries = folder.list();
    if (!entries) {
        return fail(entries.error());
    }
    for (const auto& entry : *entries) {
        const auto path = prefix + entry.name;
        if (is_kept(path, kept) ||
            (prefix.empty() && (content::is_private(path) || path == game_toml_name))) {
            continue;
        }
        const auto name = SafePath::parse(entry.name);
        if (!name) {
            continue;  // only beside what is kept: at the top it was looked for before
        }
        if (entry.kind != EntryKind::folder || !has_kept_below(path, kept)) {
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

/// Whether what the player wrote leaves room for the package: no file where the other has a folder, at any
/// height.
Result<void> check_kept(const Folder& root, const NewPackage& package)
{
    for (const auto& kept : package.kept) {
        const auto there = root.stat(safe(kept));
        const auto is_in_the_way = [&](const PackageFile& file) {
            const auto& path = file.path.text();
            return kept.starts_with(path + "/") ||
                   (there->kind == EntryKind::folder ? path == kept : path.starts_with(kept + "/"));
        };
        if (there && std::ranges::any_of(package.files, is_in_the_way)) {
            return fail(
                ErrorCode::refused,
                fmt::format("{}: what the player wrote there is in the way of the package: move it away",
                            kept));
        }
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

bool has_bytes(const fs::path& path, ByteSpan bytes)
{
    const auto there = platform::read_file(path, bytes.size());
    return there && std::ranges::equal(*there, bytes);
}

bool has_same_bytes(const fs::path& one, const fs::path& other, std::uint64_t size)
{
    const auto first = platform::File::open(one);
    const auto second = platform::File::open(other);
    Bytes left(compare_step);
    Bytes right(compare_step);
    for (std::uint64_t at = 0; first && second && at < size; at += compare_step) {
        left.resize(std::min<std::uint64_t>(compare_step, size - at));
        right.resize(left.size());
        if (!first->read_at(at, left) || !second->read_at(at, right) || left != right) {
            return false;
        }
    }
    return first && second;
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

bool has_same_files(const fs::path& root, const NewPackage& package)
{
    const auto& [files, written, kept, old, version_text] = package;
    const auto folder = Folder::open(root);
    const auto entries =
        folder ? folder->list_tree(content::max_file_count, content::is_private) : fail(folder.error());
    if (!entries) {
        return false;
    }
    std::map<std::string, const platform::Entry*> there;
    for (const auto& entry : *entries) {
        if (entry.kind != EntryKind::folder && entry.name != content::sentinel_name) {
            there.emplace(entry.name, &entry);
        }
    }
    const auto is_of_package = [&](const std::string& path) {
        return std::ranges::any_of(files, [&](const auto& file) { return file.path.text() == path; }) ||
               std::ranges::any_of(written, [&](const auto& file) { return file.first.text() == path; });
    };
    std::erase_if(there, [&](const auto& entry) {
        return is_below_kept(entry.first, kept) && !is_of_package(entry.first);
    });
    if (there.size() != files.size() + written.size()) {
        return false;
    }
    const auto is_there = [&](const PackageFile& file) {
        const auto found = there.find(file.path.text());
        return found != there.end() && found->second->kind == EntryKind::file &&
               found->second->stat.size == file.size && found->second->stat.executable == file.executable;
    };
    return std::ranges::all_of(files, is_there) &&
           std::ranges::all_of(written,
                               [&](const WrittenFile& file) {
                                   return has_bytes(root / platform::to_path(file.first.text()), file.second);
                               }) &&
           std::ranges::all_of(files, [&](const PackageFile& file) {
               return has_same_bytes(file.from, root / platform::to_path(file.path.text()), file.size);
           });
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
    done = check_kept(*root, package);
    if (!done) {
        (void)games->remove_tree(staging_name);
        return done;
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
