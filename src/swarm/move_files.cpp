#include "swarm/move_files.h"

#include <algorithm>
#include <span>
#include <vector>

#include <fmt/format.h>

namespace lanspread::swarm {

namespace {

using platform::Entry;

bool is_whole(const Entry& entry, const content::ManifestFile& file)
{
    return entry.name == file.path.text() && entry.kind == platform::EntryKind::file &&
           entry.stat.size == file.size;
}

/// What is to be in a folder with all below it, and what of that lies in the partial download; both sorted.
struct Content {
    std::span<const content::ManifestFile> wanted;
    std::span<const Entry> there;
    std::size_t prefix = 0;  ///< where in their paths the names within the folder begin

    /// That of the folder `path`, which ends in a slash.
    [[nodiscard]] Content below(std::string_view path) const
    {
        const auto start = [size = path.size()](std::string_view name) { return name.substr(0, size); };
        return {
            .wanted = std::ranges::equal_range(
                wanted, path, {}, [&](const content::ManifestFile& file) { return start(file.path.text()); }),
            .there = std::ranges::equal_range(there, path, {},
                                              [&](const Entry& entry) { return start(entry.name); }),
            .prefix = path.size()};
    }

    /// The folder's own name.
    [[nodiscard]] SafePath name() const
    {
        const auto path = std::string_view(wanted.front().path.text()).substr(0, prefix - 1);
        return known_safe(path.substr(path.rfind('/') + 1));
    }
};

/// Goes through both trees at once, with open folders: so a name is never looked up from the top.
class Mover {
public:
    explicit Mover(const platform::Folder& root) : root_(root) {}

    /// Moves what lies in one folder of the partial download to that of the game root.
    Result<void> move_below(const platform::Folder& from, const platform::Folder& to,
                            const Content& content) const
    {
        for (auto rest = content; !rest.wanted.empty();) {
            const auto path = std::string_view(rest.wanted.front().path.text());
            const auto slash = path.find('/', content.prefix);
            if (slash == std::string_view::npos) {
                if (auto moved = move_file(from, to, rest); !moved) {
                    return moved;
                }
                rest.wanted = rest.wanted.subspan(1);
                continue;
            }
            const auto inside = rest.below(path.substr(0, slash + 1));
            if (auto moved = move_folder(from, to, inside); !moved) {
                return fail(moved.error());
            }
            rest.wanted = rest.wanted.subspan(inside.wanted.size());
        }
        return {};
    }

private:
    /// Moves the first of the files, unless it is the sentinel.
    Result<void> move_file(const platform::Folder& from, const platform::Folder& to,
                           const Content& content) const
    {
        const auto& file = content.wanted.front();
        if (file.path.text() == content::sentinel_name) {
            return {};
        }
        const auto entry = std::ranges::lower_bound(content.there, file.path.text(), {}, &Entry::name);
        if (entry == content.there.end() || !is_whole(*entry, file)) {
            return check_moved(file);
        }
        const auto leaf = known_safe(std::string_view(file.path.text()).substr(content.prefix));
        return from.rename(leaf, to, leaf);
    }

    /// Moves the folder that `content` lies in: as it is where the game root has none of that name.
    Result<void> move_folder(const platform::Folder& from, const platform::Folder& to,
                             const Content& content) const
    {
        if (content.there.empty()) {
            return check_all_moved(content);
        }
        const auto leaf = content.name();
        if (const auto entry = to.stat(leaf); !entry) {
            if (entry.error().code != ErrorCode::not_found) {
                return fail(entry.error());
            }
            if (std::ranges::equal(content.there, content.wanted, is_whole)) {
                return from.rename(leaf, to, leaf);
            }
            if (auto made = to.make_folders(leaf); !made) {
                return made;
            }
        }
        const auto from_below = from.open_folder(leaf);
        const auto to_below = from_below ? to.open_folder(leaf) : fail(from_below.error());
        return to_below ? move_below(*from_below, *to_below, content) : fail(to_below.error());
    }

    Result<void> check_all_moved(const Content& content) const
    {
        for (const auto& file : content.wanted) {
            if (auto moved = check_moved(file); !moved) {
                return moved;
            }
        }
        return {};
    }

    /// Of a file that is no longer in the partial download: was it moved before a crash?
    Result<void> check_moved(const content::ManifestFile& file) const
    {
        const auto entry = root_.stat(file.path);
        if (!entry && entry.error().code != ErrorCode::not_found) {
            return fail(entry.error());
        }
        return entry && is_whole(*entry, file)
                   ? Result<void>()
                   : fail(ErrorCode::not_found,
                          fmt::format("{}: gone from the partial download", file.path.text()));
    }

    const platform::Folder& root_;
};

/// Also the names within the folders that were moved as they were, for nobody has synced those.
Result<void> sync_folders(const platform::Folder& root, const content::Manifest& manifest)
{
    constexpr std::size_t max_synced_alone = 64;
    const auto folders = folders_of(manifest);
    if (folders.size() > max_synced_alone) {
        return root.sync_file_system();
    }
    for (const auto name : folders) {
        if (auto synced = root.sync_folder(known_safe(name)); !synced) {
            return synced;
        }
    }
    return root.sync();
}

}  // namespace

Result<void> move_files(const PartialFolder& folder, const content::Manifest& manifest)
{
    const auto there = list_files(folder.files, manifest);
    if (!there) {
        return fail(there.error());
    }
    const Content content{.wanted = manifest.files(), .there = *there};
    auto moved = Mover(folder.root).move_below(folder.files, folder.root, content);
    return moved ? sync_folders(folder.root, manifest) : moved;
}

}  // namespace lanspread::swarm
