#pragma once

#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "content/manifest.h"
#include "platform/files.h"
#include "swarm/chunk_set.h"
#include "swarm/partial_folder.h"

namespace lanspread::swarm {

/// The files of a partial download. Everything blocks and belongs on a disk pool; all but `open` and
/// `prepare` may run on several threads at once. Errors name the file; `disk_full` where there is no room.
class ChunkStore {
public:
    using FreeSpace = std::function<Result<std::uint64_t>(const std::filesystem::path&)>;

    /// Opens the partial download of the manifest's content in `games_folder`, making its folders.
    [[nodiscard]] static Result<std::shared_ptr<ChunkStore>> open(
        const std::filesystem::path& games_folder, std::shared_ptr<const content::Manifest> manifest,
        const FreeSpace& free_space);

    /// Makes the files that are not there, at their full length, after a look at the free space. Returns what
    /// can still be believed of `claimed`: not the chunks of files that are gone or have another length.
    [[nodiscard]] Result<ChunkSet> prepare(ChunkSet claimed);

    /// Takes a further 64 MiB or so for the large files from the disk, so that a full one is known early;
    /// true when there is no more to take. In steps and beside the writing, because a file system in memory
    /// needs a second for some GB. (The small files are covered by the look at the free space: opening them
    /// all would cost more than it tells.)
    [[nodiscard]] Result<bool> reserve_some();

    /// `disk_full` unless some space is free.
    [[nodiscard]] Result<void> check_space() const { return check_space(1); }

    /// Writes the chunk where it belongs, if `bytes` are what the manifest says (`corrupt`).
    [[nodiscard]] Result<void> verify_and_write(std::uint32_t chunk, ByteSpan bytes);

    /// Returns once all that was written before the call is on the disk.
    [[nodiscard]] Result<void> sync();

private:
    ChunkStore(PartialFolder folder, std::filesystem::path games_folder,
               std::shared_ptr<const content::Manifest> manifest, const FreeSpace& free_space);

    using SharedFile = std::shared_ptr<const platform::File>;

    [[nodiscard]] Result<void> check_space(std::uint64_t needed) const;
    [[nodiscard]] Result<SharedFile> file(std::uint32_t index);
    void mark_dirty(std::uint32_t file);
    [[nodiscard]] Result<void> sync_files(const std::vector<std::uint32_t>& files);

    PartialFolder folder_;
    std::filesystem::path games_folder_;
    std::shared_ptr<const content::Manifest> manifest_;
    FreeSpace free_space_;

    std::mutex reserving_;              // for these two
    std::uint32_t reserved_files_ = 0;  // of the manifest's, in order
    std::uint64_t reserved_bytes_ = 0;  // of the next one

    std::mutex mutex_;                                            // for what follows
    std::list<std::pair<std::uint32_t, SharedFile>> open_files_;  // the large ones, last used first
    std::vector<bool> is_dirty_;
    std::vector<std::uint32_t> dirty_;
};

}  // namespace lanspread::swarm
