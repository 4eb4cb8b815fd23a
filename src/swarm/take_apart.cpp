#include "swarm/take_apart.h"

#include <algorithm>
#include <limits>
#include <ranges>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "content/find_file.h"
#include "content/hash.h"
#include "content/private_folders.h"
#include "platform/files.h"
#include "platform/paths.h"
#include "swarm/partial_folder.h"

namespace lanspread::swarm {

namespace {

using platform::Entry;
using platform::EntryKind;

/// One way from a game root to a partial download. All its steps find out for themselves what is done.
class TakingApart {
public:
    TakingApart(const PartialFolder& folder, std::filesystem::path root_path,
                const content::Manifest& manifest)
        : folder_(folder), root_path_(std::move(root_path)), manifest_(manifest)
    {
    }

    Result<void> run()
    {
        auto entries = folder_.root.list_tree(std::numeric_limits<std::size_t>::max(), content::is_private);
        if (!entries) {
            return fail(entries.error());
        }
        entries_ = std::move(*entries);
        for (const auto step :
             {&TakingApart::check_sentinel, &TakingApart::check_folders, &TakingApart::mark,
              &TakingApart::move_sentinel, &TakingApart::take_files, &TakingApart::remove_folders}) {
            if (auto done = (this->*step)(); !done) {
                return done;
            }
        }
        return folder_.root.sync_file_system();
    }

private:
    [[nodiscard]] const content::ManifestFile* find(std::string_view name) const
    {
        return content::find_file(manifest_, name);
    }

    /// Is it still this version, and not another that somebody put here since?
    Result<void> check_sentinel() const
    {
        const auto name = known_safe(content::sentinel_name);
        const auto file = folder_.root.open_file(name);
        if (!file) {
            return file.error().code == ErrorCode::not_found ? Result<void>() : fail(file.error());
        }
        const auto stat = file->stat();
        std::string text(stat ? std::min<std::size_t>(stat->size, 64) : 0, '\0');
        if (auto read = file->read_at(0, std::as_writable_bytes(std::span(text))); !read) {
            return read;
        }
        const auto version = content::parse_version_ini(text);
        const bool is_moved = folder_.files.stat(name).has_value();
        if (is_moved || !version || *version != manifest_.version()) {
            return fail(
                ErrorCode::refused,
                "there is another game in the folder by now than the one that was to be repaired; what was "
                "moved of that lies in .lanspread/download");
        }
        return {};
    }

    /// While the game is still whole: could all of it be moved?
    Result<void> check_folders() const
    {
        const auto folders = folders_of(manifest_);
        for (const auto& entry : entries_) {
            if (entry.kind == EntryKind::folder && folders.contains(entry.name) &&
                !platform::is_writable(root_path_ / platform::to_path(entry.name))) {
                return fail(ErrorCode::refused,
                            fmt::format("{}: cannot be written; check its rights", entry.name));
            }
        }
        return {};
    }

    Result<void> mark() const { return mark_as_repair(folder_); }

    /// From here on, nobody takes the root for a complete game.
    Result<void> move_sentinel() const
    {
        const auto name = known_safe(content::sentinel_name);
        auto moved = folder_.root.rename(name, folder_.files, name);
        if (!moved && moved.error().code != ErrorCode::not_found) {
            return moved;
        }
        auto synced = folder_.files.sync();
        return synced ? folder_.root.sync() : synced;
    }

    Result<void> take_files() const
    {
        for (const auto& entry : entries_) {
            const auto* file = entry.kind == EntryKind::file ? find(entry.name) : nullptr;
            if (file == nullptr || entry.name == content::sentinel_name) {
                continue;
            }
            if (auto taken = take(*file, entry.stat); !taken) {
                return fail(taken.error().in(entry.name));
            }
        }
        return {};
    }

    Result<void> take(const content::ManifestFile& file, const platform::FileStat& stat) const
    {
        if (const auto parent = parent_of(file.path.text()); !parent.empty()) {
            if (auto made = folder_.files.make_folders(known_safe(parent)); !made) {
                return made;
            }
        }
        if (auto moved = folder_.root.rename(file.path, folder_.files, file.path); !moved) {
            return moved;
        }
        // Of a small one, another length means that its chunk is bad: that will be written anew.
        const bool is_resized = stat.size != file.size && file.size >= content::max_chunk_size;
        const auto opened = folder_.files.open_file(file.path);
        auto done = opened ? opened->make_writable() : fail(opened.error());
        if (done && stat.executable != file.executable) {
            done = opened->set_executable(file.executable);
        }
        if (!done || !is_resized) {
            return done;
        }
        const auto writable = folder_.files.open_for_writing(file.path);
        return writable ? writable->resize(file.size) : fail(writable.error());
    }

    /// Those that the game has, and those in whose place it has a file.
    Result<void> remove_folders() const
    {
        const auto folders = folders_of(manifest_);
        for (const auto& entry : entries_ | std::views::reverse) {  // what lies deeper comes first
            const bool is_of_game = folders.contains(entry.name) || find(entry.name) != nullptr;
            if (entry.kind != EntryKind::folder || !is_of_game) {
                continue;
            }
            if (const auto removed = folder_.root.remove_empty_folder(known_safe(entry.name)); !removed) {
                return fail(removed.error());
            }
        }
        return {};
    }

    const PartialFolder& folder_;
    std::filesystem::path root_path_;
    const content::Manifest& manifest_;
    std::vector<Entry> entries_;  ///< of the root, while it was whole
};

}  // namespace

Result<void> take_apart(const std::filesystem::path& games_folder, const content::Manifest& manifest)
{
    const auto folder = PartialFolder::open(games_folder, manifest.game(), manifest.content_id());
    auto taken =
        folder
            ? TakingApart(*folder, games_folder / platform::to_path(manifest.game().text()), manifest).run()
            : fail(folder.error());
    return taken ? taken : fail(taken.error().in(manifest.game().text()));
}

}  // namespace lanspread::swarm
