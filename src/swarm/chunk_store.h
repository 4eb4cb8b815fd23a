#pragma once

#include <atomic>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "content/chunk_ranges.h"
#include "content/manifest.h"
#include "platform/files.h"
#include "swarm/chunk_set.h"
#include "swarm/partial_folder.h"

namespace lanspread::swarm {

/// The files of a partial download. Everything blocks and belongs on a disk pool; all but `open` and
/// `prepare` may run on several threads at once. Errors name the file; `disk_full` where there is no room.
class ChunkStore {
public:
    /// Opens the partial download of the manifest's content in `games_folder`, making its folders.
    [[nodiscard]] static Result<std::shared_ptr<ChunkStore>> open(
        const std::filesystem::path& games_folder, std::shared_ptr<const content::Manifest> manifest);

    /// What can still be believed of `claimed`: not the chunks of files that are not there or have another
    /// length. Makes nothing.
    [[nodiscard]] Result<ChunkSet> believable(ChunkSet claimed) const;

    /// Makes the large files and the empty ones that are not there, at their full length, which takes no room
    /// yet. (A small file lies in one chunk as a whole: it is made when that is written, for making a hundred
    /// thousand of them first takes seconds.) Returns what could be believed of `claimed` before that: what
    /// was made cannot be told from what was fetched, so it must no longer be claimed anywhere.
    [[nodiscard]] Result<ChunkSet> prepare(ChunkSet claimed);

    /// Takes a further 64 MiB or so for the large files from the disk, so that a full one is known early;
    /// true when there is no more to take. In steps and beside the writing, because a file system in memory
    /// needs a second for some GB. (The small files take theirs when they are written: opening them all would
    /// cost more than it tells.)
    [[nodiscard]] Result<bool> reserve_some();

    [[nodiscard]] const std::filesystem::path& games_folder() const { return games_folder_; }
    /// How much more room the files will take from the disk. Since `prepare`; from any thread.
    [[nodiscard]] std::uint64_t bytes_to_take() const { return bytes_to_take_; }

    /// Writes the chunk where it belongs, if `bytes` are what the manifest says (`corrupt`). Makes the files
    /// and folders that it needs.
    [[nodiscard]] Result<void> verify_and_write(std::uint32_t chunk, ByteSpan bytes);

    /// Fills the first bytes of `buffer` with a chunk that was written before.
    [[nodiscard]] Result<void> read(std::uint32_t chunk, std::span<std::byte> buffer);
    /// Fills only `ranges` of it, each where it lies in the chunk; they are in order, within the chunk.
    [[nodiscard]] Result<void> read(std::uint32_t chunk, std::span<const content::ChunkRange> ranges,
                                    std::span<std::byte> buffer);

    /// Returns once all that was written before the call is on the disk.
    [[nodiscard]] Result<void> sync();

private:
    ChunkStore(PartialFolder folder, std::filesystem::path games_folder,
               std::shared_ptr<const content::Manifest> manifest);

    using SharedFile = std::shared_ptr<const platform::File>;

    [[nodiscard]] ChunkSet only_whole(ChunkSet claimed, const std::vector<bool>& is_whole) const;
    [[nodiscard]] Result<void> make_file(const content::ManifestFile& wanted, std::uint64_t size);
    [[nodiscard]] Result<platform::File> create(const content::ManifestFile& wanted);
    [[nodiscard]] Result<void> write(const content::Extent& extent, ByteSpan bytes);
    [[nodiscard]] Result<SharedFile> file(std::uint32_t index);
    void mark_dirty(std::uint32_t file);
    void has_taken(std::uint32_t file, std::uint64_t bytes);
    [[nodiscard]] Result<void> sync_files(const std::vector<std::uint32_t>& files);

    PartialFolder folder_;
    std::filesystem::path games_folder_;
    std::shared_ptr<const content::Manifest> manifest_;
    std::atomic<std::uint64_t> bytes_to_take_ = 0;

    std::mutex reserving_;              // for these two
    std::uint32_t reserved_files_ = 0;  // of the manifest's, in order
    std::uint64_t reserved_bytes_ = 0;  // of the next one

    std::mutex mutex_;                                            // for what follows
    std::list<std::pair<std::uint32_t, SharedFile>> open_files_;  // the large ones, last used first
    std::vector<std::uint64_t> to_take_;  // the part of bytes_to_take_ that is each file's
    std::vector<bool> is_dirty_;
    std::vector<std::uint32_t> dirty_;
};

}  // namespace lanspread::swarm
