#include "swarm/put_in_place.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>

#include <fmt/format.h>

#include "base/log.h"
#include "content/find_file.h"
#include "content/hash.h"
#include "content/private_folders.h"
#include "facts/kept_paths.h"
#include "platform/paths.h"
#include "swarm/foreign_files.h"
#include "swarm/kept_files.h"
#include "swarm/move_files.h"
#include "swarm/partial_folder.h"

namespace lanspread::swarm {

namespace {

constexpr std::string_view replaced_name = "replaced";

const SafePath& sentinel()
{
    static const auto path = known_safe(content::sentinel_name);
    return path;
}

/// One way into place. All its steps find out for themselves what is done already.
class Placement {
public:
    Placement(const PartialFolder& folder, std::filesystem::path root_path, const content::Manifest& manifest,
              std::optional<content::Manifest> old, bool is_repair, facts::KeptPaths kept)
        : folder_(folder),
          manifest_(manifest),
          old_(std::move(old)),
          is_repair_(is_repair),
          kept_(std::move(kept)),
          foreign_(folder, std::move(root_path), manifest, old_ ? &*old_ : nullptr, kept_)
    {
    }
    Placement(const Placement&) = delete;
    Placement& operator=(const Placement&) = delete;

    Result<void> run() const
    {
        if (const auto entry = folder_.files.stat(sentinel()); !entry) {
            return entry.error().code == ErrorCode::not_found ? check_placed() : fail(entry.error());
        }
        for (const auto step :
             {&Placement::check_folders, &Placement::check_foreign_files, &Placement::remove_old_sentinel,
              &Placement::remove_old_files, &Placement::move_foreign_files, &Placement::move_files,
              &Placement::move_sentinel}) {
            if (auto done = (this->*step)(); !done) {
                return done;
            }
        }
        return {};
    }

private:
    [[nodiscard]] bool was_in_old(const SafePath& path) const
    {
        return old_ && content::find_file(*old_, path.text()) != nullptr;
    }

    [[nodiscard]] bool is_in_new(const SafePath& path) const
    {
        return content::find_file(manifest_, path.text()) != nullptr;
    }

    /// Of a partial download without its sentinel: was that moved, as the last of all, before a crash?
    Result<void> check_placed() const
    {
        constexpr std::size_t enough = 64;  // bytes of version.ini: its first line is what counts
        const auto file = folder_.root.open_file(sentinel());
        const auto stat = file ? file->stat() : fail(file.error());
        if (!stat) {
            return fail(stat.error());
        }
        std::string text(std::min<std::size_t>(stat->size, enough), '\0');
        if (auto read = file->read_at(0, std::as_writable_bytes(std::span(text))); !read) {
            return read;
        }
        const auto version = content::parse_version_ini(text);
        return version && *version == manifest_.version()
                   ? Result<void>()
                   : fail(ErrorCode::not_found,
                          fmt::format("{}: gone from the partial download", sentinel().text()));
    }

    /// While the old version is still whole: is there anything in the way that is not ours to remove?
    Result<void> check_folders() const
    {
        if (is_repair_) {
            return {};  // no version is whole, and what is in the way is moved aside
        }
        for (const auto name : folders_of(manifest_)) {
            const auto path = known_safe(name);
            const auto entry = folder_.root.stat(path);
            if (!entry && entry.error().code != ErrorCode::not_found) {
                return fail(entry.error());
            }
            if (entry && entry->kind != platform::EntryKind::folder && !was_in_old(path)) {
                return fail(
                    ErrorCode::refused,
                    fmt::format("{} is no folder, but the new version needs one there: move it away", name));
            }
        }
        return {};
    }

    Result<void> remove_old_sentinel() const
    {
        auto removed = folder_.root.remove_file(sentinel());
        return removed ? folder_.root.sync() : removed;
    }

    [[nodiscard]] bool is_folder(const SafePath& path) const
    {
        const auto entry = folder_.root.stat(path);
        return entry && entry->kind == platform::EntryKind::folder;
    }

    /// Whether a file of the new version is already where the old one had a folder that `path` lay in.
    [[nodiscard]] bool is_below_new_file(const SafePath& path) const
    {
        for (auto name = parent_of(path.text()); !name.empty(); name = parent_of(name)) {
            const auto parent = known_safe(name);
            if (is_in_new(parent)) {
                return !is_folder(parent);
            }
        }
        return false;
    }

    /// All but those in whose place something of the new version is, since before a crash.
    Result<void> remove_old_files() const
    {
        if (!old_) {
            return {};
        }
        FoldersToClear parents;
        const auto new_folders = folders_of(manifest_);
        for (const auto& file : old_->files()) {
            if (is_in_new(file.path) || (new_folders.contains(file.path.text()) && is_folder(file.path)) ||
                is_below_new_file(file.path) || kept_.covers(file.path.text())) {
                continue;
            }
            if (auto removed = folder_.root.remove_file(file.path); !removed) {
                return removed;
            }
            add_parents(file.path.text(), parents);
        }
        return clear(folder_.root, parents, kept_);
    }

    Result<void> check_foreign_files() const { return foreign_.check(); }

    Result<void> move_foreign_files() const
    {
        const auto moved = foreign_.move_aside();
        if (!moved) {
            return fail(moved.error());
        }
        if (!moved->empty()) {
            log::warning("swarm",
                         "{}: {} files that do not belong to it, {} first, were moved to its folder "
                         ".lanspread/extra",
                         manifest_.game().text(), moved->size(), moved->front());
        }
        return {};
    }

    Result<void> move_files() const { return swarm::move_files(folder_, manifest_); }

    Result<void> move_sentinel() const
    {
        auto moved = folder_.files.rename(sentinel(), folder_.root, sentinel());
        return moved ? folder_.root.sync() : moved;
    }

    const PartialFolder& folder_;
    const content::Manifest& manifest_;
    std::optional<content::Manifest> old_;
    bool is_repair_;
    facts::KeptPaths kept_;
    ForeignFiles foreign_;
};

/// What `note_replaced` noted; nothing where there was nothing to note.
Result<std::optional<content::Manifest>> read_replaced(const PartialFolder& folder)
{
    const auto file = folder.partial.open_file(known_safe(replaced_name));
    if (!file) {
        return file.error().code == ErrorCode::not_found ? Result<std::optional<content::Manifest>>()
                                                         : fail(file.error());
    }
    const auto stat = file->stat();
    if (!stat || stat->size > content::max_manifest_size) {
        return fail(stat ? Error{ErrorCode::invalid_input, "the note of the replaced version is too large"}
                         : stat.error());
    }
    Bytes bytes(stat->size);
    if (auto read = file->read_at(0, bytes); !read) {
        return fail(read.error());
    }
    auto manifest = content::Manifest::parse(bytes);
    return manifest ? Result<std::optional<content::Manifest>>(std::move(*manifest)) : fail(manifest.error());
}

}  // namespace

Result<void> note_replaced(const std::filesystem::path& games_folder, const content::Manifest& wanted,
                           const content::Manifest& old)
{
    const auto folder = PartialFolder::open(games_folder, wanted.game(), wanted.content_id());
    return folder ? folder->partial.write_atomically(known_safe(replaced_name), old.canonical_bytes())
                  : fail(folder.error());
}

Result<void> put_in_place(const std::filesystem::path& games_folder, const content::Manifest& manifest)
{
    const auto& game = manifest.game();
    {
        const auto folder = PartialFolder::open(games_folder, game, manifest.content_id());
        if (!folder) {
            return fail(folder.error());
        }
        auto old = read_replaced(*folder);
        if (!old) {
            return fail(old.error().in(game.text()));
        }
        const auto was_repair = is_repair(games_folder, game, manifest.content_id());
        auto kept = was_repair ? kept_by(*folder, manifest) : fail(was_repair.error());
        if (!kept) {
            return fail(kept.error().in(game.text()));
        }
        if (auto placed = Placement(*folder, games_folder / platform::to_path(game.text()), manifest,
                                    std::move(*old), *was_repair, std::move(*kept))
                              .run();
            !placed) {
            return fail(placed.error().in(game.text()));
        }
    }
    return remove_partial(games_folder, game, manifest.content_id());
}

}  // namespace lanspread::swarm
