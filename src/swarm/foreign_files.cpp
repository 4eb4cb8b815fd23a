#include "swarm/foreign_files.h"

#include <limits>
#include <set>

#include <fmt/format.h>

#include "content/find_file.h"
#include "content/private_folders.h"
#include "platform/files.h"
#include "platform/paths.h"
#include "swarm/extra_files.h"

namespace lanspread::swarm {

using platform::Entry;
using platform::EntryKind;

void add_parents(std::string_view path, FoldersToClear& folders)
{
    for (auto name = parent_of(path); !name.empty() && folders.emplace(name).second;) {
        name = parent_of(name);
    }
}

Result<void> clear(const platform::Folder& root, const FoldersToClear& folders, const facts::KeptPaths& kept)
{
    for (const auto& name : folders) {
        const auto removed =
            kept.covers(name) ? Result<bool>(false) : root.remove_empty_folder(known_safe(name));
        if (!removed) {
            return fail(removed.error());
        }
    }
    return {};
}

bool ForeignFiles::is_aside(std::string_view name) const
{
    return content::is_private(name) || kept_.covers(name);
}

Result<std::vector<Entry>> ForeignFiles::list() const
{
    auto entries = folder_.root.list_tree(std::numeric_limits<std::size_t>::max(),
                                          [this](std::string_view name) { return is_aside(name); });
    if (entries) {
        std::erase_if(*entries, [this](const Entry& entry) { return is_aside(entry.name); });
    }
    return entries;
}

bool ForeignFiles::is_wanted(std::string_view name) const
{
    return content::find_file(wanted_, name) != nullptr;
}

/// Whether it lies in a folder in whose place the version has a file.
bool ForeignFiles::is_below_wanted_file(std::string_view name) const
{
    for (name = parent_of(name); !name.empty(); name = parent_of(name)) {
        if (is_wanted(name)) {
            return true;
        }
    }
    return false;
}

bool ForeignFiles::is_foreign(const SafePath& path) const
{
    if (!is_wanted(path.text())) {
        return true;
    }
    // What is no longer in the partial download is in its place already, since before a crash.
    return was_not_in_old(path) && folder_.files.stat(path);
}

bool ForeignFiles::was_not_in_old(const SafePath& path) const
{
    return old_ == nullptr || content::find_file(*old_, path.text()) == nullptr;
}

Result<void> ForeignFiles::check() const
{
    const auto entries = list();
    if (!entries) {
        return fail(entries.error());
    }
    std::set<std::string_view> looked_at;
    for (const auto& entry : *entries) {
        const auto path = SafePath::parse(entry.name);
        const auto shown = platform::to_path(entry.name);
        if (!path && is_below_wanted_file(entry.name)) {
            return fail(ErrorCode::refused,
                        fmt::format("{} is in the way, and has a name that cannot be moved: move it away",
                                    platform::to_utf8(shown)));
        }
        const bool is_moved = path && entry.kind != EntryKind::folder && was_not_in_old(*path) &&
                              is_foreign(*path) && looked_at.insert(parent_of(entry.name)).second;
        if (is_moved && !platform::is_writable(root_path_ / shown.parent_path())) {
            return fail(ErrorCode::refused,
                        fmt::format("{} does not belong to the game and cannot be moved: check the rights of "
                                    "its folder, or move it away",
                                    platform::to_utf8(shown)));
        }
    }
    return {};
}

Result<std::vector<std::string>> ForeignFiles::move_aside() const
{
    const auto entries = list();
    if (!entries) {
        return fail(entries.error());
    }
    ExtraFiles extra(folder_.root);
    FoldersToClear folders;
    for (const auto& entry : *entries) {
        const auto path = SafePath::parse(entry.name);
        // A name that no package can have stays: whoever adopts the root says what to do about it.
        if (!path) {
            continue;
        }
        if (entry.kind == EntryKind::folder) {
            if (is_wanted(entry.name) || is_below_wanted_file(entry.name)) {
                folders.insert(entry.name);
            }
            continue;
        }
        if (!is_foreign(*path)) {
            continue;
        }
        if (auto moved = extra.move_aside(entry.name); !moved) {
            return fail(moved.error().in(entry.name));
        }
        add_parents(entry.name, folders);
    }
    auto cleared = clear(folder_.root, folders, kept_);
    return cleared ? Result<std::vector<std::string>>(extra.moved()) : fail(cleared.error());
}

}  // namespace lanspread::swarm
