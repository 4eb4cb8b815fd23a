#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <boost/asio/thread_pool.hpp>

#include "async/task.h"
#include "base/buffer_pool.h"
#include "base/digest.h"
#include "base/error.h"
#include "content/manifest.h"
#include "library/game_root.h"

namespace lanspread::library {

/// Which chunks of a root's files are to be read.
struct HashWork {
    Root root;
    std::vector<content::ManifestFile> files;
    content::ChunkLayout layout;
    std::vector<std::uint32_t> chunks;
};

/// Reads and hashes chunks on all threads of a pool at once: any large game keeps every core busy, whether it
/// is one file or many. Memory is bounded by one piece of a chunk a thread. Lives on one thread; the pool
/// outlives it.
class ChunkHasher {
public:
    ChunkHasher(asio::thread_pool& pool, unsigned threads);

    /// The hashes of `work->chunks`, one each; an error where a file could not be read.
    [[nodiscard]] Task<std::vector<Result<ChunkHash>>> hash(std::shared_ptr<const HashWork> work);

private:
    struct Run;
    [[nodiscard]] Task<void> run(std::shared_ptr<Run> run);

    asio::thread_pool& pool_;
    unsigned threads_;
    BufferPool buffers_;
};

}  // namespace lanspread::library
