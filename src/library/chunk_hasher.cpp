#include "library/chunk_hasher.h"

#include <algorithm>
#include <optional>

#include "async/offload.h"
#include "async/task_group.h"
#include "content/chunk_hashing.h"
#include "platform/folder.h"

namespace lanspread::library {

namespace {

/// Chunks in one piece of work: enough to open a large file once for several of them, few enough to be
/// cancelled soon.
constexpr std::size_t batch_size = 8;
/// Bytes that are read before they are hashed: so few that they are still in the core's cache then, which
/// saves a fifth of the time, and so many that BLAKE3 has work for all of a vector's lanes.
constexpr std::size_t piece_size = 128 * 1024;

/// Reads chunks one after the other, and keeps the file open that the last one ended with.
class RootReader {
public:
    explicit RootReader(const HashWork& work) : work_(work) {}

    /// `buffer` has room for a piece.
    Result<ChunkHash> hash(std::uint32_t chunk, std::span<std::byte> buffer)
    {
        content::ChunkHashing hashing;
        std::size_t filled = 0;
        const auto& first = work_.layout.first_extent;
        for (auto index = first[chunk]; index < first[chunk + 1]; ++index) {
            const auto& extent = work_.layout.extents[index];
            if (const auto opened = open(extent.file); !opened) {
                return fail(opened.error());
            }
            for (std::uint32_t done = 0; done < extent.size;) {
                const auto size = std::min<std::size_t>(extent.size - done, piece_size - filled);
                const auto read = file_.read_at(extent.offset + done, buffer.subspan(filled, size));
                if (!read) {
                    return fail(read.error().in(work_.files[extent.file].path.text()));
                }
                done += static_cast<std::uint32_t>(size);
                filled += size;
                if (filled == piece_size) {
                    hashing.add(buffer.first(filled));
                    filled = 0;
                }
            }
        }
        hashing.add(buffer.first(filled));
        return hashing.hash();
    }

private:
    Result<void> open(std::uint32_t file)
    {
        if (open_file_ == file) {
            return {};
        }
        if (!root_) {
            auto root = open_root(work_.root);
            if (!root) {
                return fail(root.error());
            }
            root_ = std::move(*root);
        }
        auto opened = root_->open_file(work_.files[file].path);
        if (!opened) {
            return fail(opened.error());
        }
        file_ = std::move(*opened);
        open_file_ = file;
        return {};
    }

    const HashWork& work_;
    std::optional<platform::Folder> root_;
    platform::File file_;
    std::optional<std::uint32_t> open_file_;
};

}  // namespace

struct ChunkHasher::Run {
    std::shared_ptr<const HashWork> work;
    std::vector<Result<ChunkHash>> hashes;
    std::size_t next = 0;
};

ChunkHasher::ChunkHasher(asio::thread_pool& pool, unsigned threads)
    : pool_(pool), threads_(std::max(threads, 1U)), buffers_(piece_size, threads_)
{
}

Task<std::vector<Result<ChunkHash>>> ChunkHasher::hash(std::shared_ptr<const HashWork> work)
{
    const auto run = std::make_shared<Run>(Run{.work = work, .hashes = {}, .next = 0});
    run->hashes.resize(work->chunks.size());
    TaskGroup group(co_await asio::this_coro::executor, CancellationToken());
    for (unsigned thread = 0; thread < threads_; ++thread) {
        group.spawn(this->run(run));
    }
    co_await group.join();
    co_return std::move(run->hashes);
}

Task<void> ChunkHasher::run(std::shared_ptr<Run> run)
{
    while (run->next < run->work->chunks.size()) {
        const auto begin = run->next;
        const auto end = std::min(begin + batch_size, run->work->chunks.size());
        run->next = end;
        auto hashes = co_await offload(pool_, [work = run->work, buffer = buffers_.take(), begin, end] {
            std::vector<Result<ChunkHash>> batch;
            RootReader reader(*work);
            for (auto index = begin; index < end; ++index) {
                batch.push_back(reader.hash(work->chunks[index], buffer->span()));
            }
            return batch;
        });
        std::ranges::move(hashes, run->hashes.begin() + static_cast<std::ptrdiff_t>(begin));
    }
}

}  // namespace lanspread::library
