#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include <boost/asio/thread_pool.hpp>

#include "async/task.h"
#include "base/buffer_pool.h"
#include "base/error.h"
#include "content/chunk_ranges.h"
#include "library/local_game.h"

namespace lanspread::library {

/// Reads chunks of local games, for serving. Before and after the bytes of a file are read, its stat is
/// compared with that of the time when it was hashed, so that nothing is served as a chunk that may have
/// become something else.
///
/// Large files are kept open, the least recently read is closed first; small ones are opened for each chunk.
/// Lives on one thread; the reading happens on the disk pool, which outlives it.
class ChunkReader {
public:
    explicit ChunkReader(asio::thread_pool& disk_pool, std::size_t max_open_files = 64);
    ~ChunkReader();

    /// Fills the first manifest->chunk_size(chunk) bytes of `buffer`, which is at least as large. `not_found`
    /// where there is no such chunk; `unavailable` where a file changed: then the library wants a rescan.
    [[nodiscard]] Task<Result<void>> read(LocalGamePtr game, std::uint32_t chunk, SharedBuffer buffer);
    /// Fills only `ranges` of the chunk, each where it lies there; they are in order, within the chunk.
    /// Nothing else is read, and no other file of the chunk looked at.
    [[nodiscard]] Task<Result<void>> read(LocalGamePtr game, std::uint32_t chunk,
                                          std::vector<content::ChunkRange> ranges, SharedBuffer buffer);
    /// Closes the files that are open below a game root, before somebody removes or replaces it.
    void forget(const std::filesystem::path& root);

private:
    class OpenFiles;

    asio::thread_pool& disk_pool_;
    std::shared_ptr<OpenFiles> open_files_;
};

}  // namespace lanspread::library
