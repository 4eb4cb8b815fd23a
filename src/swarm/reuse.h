#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include "async/signal.h"
#include "async/task.h"
#include "base/buffer_pool.h"
#include "content/manifest.h"
#include "library/chunk_reader.h"
#include "swarm/allowance.h"
#include "swarm/chunk_store.h"
#include "swarm/environment.h"
#include "swarm/local_chunks.h"
#include "swarm/pair_search.h"

namespace lanspread::swarm {

/// Spares a download what this disk has already: copies chunks that lie in some local game, and puts others
/// together out of the old version's files and of the few bytes that differ, which it asks a source for. What
/// it cannot have in this way it gives back, to be fetched whole. Every chunk is compared with its hash, so
/// neither a damaged file nor a source that lies about sums costs more than time. Lives on the executor's
/// thread.
class Reuse {
public:
    /// The download that it works for. Outlives it.
    class Host {
    public:
        virtual ~Host() = default;
        /// Whether it is the download's turn, and there is room. `changed` tells that this may have changed,
        /// or who the sources are.
        [[nodiscard]] virtual bool may_work() const = 0;
        [[nodiscard]] virtual Signal& changed() = 0;
        /// The sources that have the chunk and may be asked.
        [[nodiscard]] virtual std::vector<PeerId> sources_of(std::uint32_t chunk) const = 0;
        [[nodiscard]] virtual bool source_has(const PeerId& source, std::uint32_t chunk) const = 0;
        /// The chunk is here, right and written: `local` bytes of it were, `fetched` bytes came from
        /// `source`.
        virtual void found(std::uint32_t chunk, std::uint32_t local, std::uint32_t fetched,
                           const PeerId& source) = 0;
        /// The chunk is to be fetched whole.
        virtual void fetch_whole(std::uint32_t chunk) = 0;
        virtual void not_written(const Error& error) = 0;
        /// The source has not answered in time.
        virtual void stalled(const PeerId& source) = 0;
    };

    Reuse(const DownloadEnvironment& environment, Allowance& allowance,
          std::shared_ptr<const content::Manifest> manifest, std::shared_ptr<ChunkStore> store, Host& host);
    ~Reuse();

    /// Whether it is worth a look: then the chunks that are missing are to be asked of nobody until `run` has
    /// given them back.
    [[nodiscard]] bool is_possible() const;
    /// Something is happening that needs nobody else, or somebody is being asked.
    [[nodiscard]] bool is_at_work() const { return is_planning_ || copying_ > 0 || patching_ > 0; }
    /// Does all of it, for the chunks that are not in `verified`. Returns when each of those was found or
    /// given back. Once.
    [[nodiscard]] Task<void> run(ChunkSet verified);

private:
    using Sums = std::vector<std::uint32_t>;
    struct RegionChunk;
    struct Region;
    /// What is known of a large file of the old version, from chunk to chunk.
    struct FileTrack {
        std::int64_t shift = 0;        ///< how much further on its bytes were found last
        unsigned searches = 0;         ///< how often all of it was looked through; more where in vain
        unsigned found_something = 0;  ///< regions of which something was found
        unsigned found_nothing = 0;    ///< regions in a row of which next to nothing was
    };

    [[nodiscard]] Task<LocalPlan> plan(ChunkSet verified);
    // Workers, each several times side by side:
    [[nodiscard]] Task<void> copy_chunks();
    [[nodiscard]] Task<void> patch_chunks();

    [[nodiscard]] Task<Result<void>> copy(LocalChunk local, std::uint32_t size);
    void give_up_copying(std::uint32_t chunk);

    // Patching, in patching.cpp:
    [[nodiscard]] std::shared_ptr<Region> next_region();
    [[nodiscard]] Task<Result<void>> patch(std::shared_ptr<Region> region);
    [[nodiscard]] Task<Result<std::vector<Sums>>> fetch_sums(std::shared_ptr<Region> region,
                                                             BlockLevel level);
    [[nodiscard]] Task<Result<void>> fetch_missing(std::shared_ptr<Region> region);
    [[nodiscard]] Task<void> match(std::shared_ptr<Region> region);
    [[nodiscard]] Task<void> match_at(std::shared_ptr<Region> region, RegionChunk* chunk, std::int64_t shift);
    [[nodiscard]] std::map<std::uint32_t, std::vector<PairSearch::Pair>> lost_pairs(
        const Region& region) const;
    [[nodiscard]] Task<std::optional<std::int64_t>> search_file(std::uint32_t file,
                                                                std::vector<PairSearch::Pair> pairs);
    void drop_hopeless(Region& region);
    [[nodiscard]] Task<Result<void>> finish(std::shared_ptr<Region> region);
    void give_back(Region& region);

    const DownloadEnvironment& environment_;
    Allowance& allowance_;
    std::shared_ptr<const content::Manifest> manifest_;
    std::shared_ptr<ChunkStore> store_;
    Host& host_;
    library::ChunkReader reader_;
    BufferPool buffers_;
    std::mt19937 random_{std::random_device{}()};
    std::shared_ptr<const OldVersion> old_;  // null: there is none
    std::deque<LocalChunk> copies_;
    bool is_planning_ = true;
    unsigned copying_ = 0;   // workers that are at it
    unsigned patching_ = 0;  // regions that are being patched
    std::set<std::uint32_t> patches_;
    std::uint32_t cursor_ = 0;                    // where among those the next region begins
    std::map<std::uint32_t, FileTrack> files_;    // by old file
    std::map<std::uint32_t, unsigned> failures_;  // of chunks that are to be patched
    std::map<PeerId, unsigned> wrong_;            // what came out wrong, or did not come, by source
    Signal more_to_patch_;
};

}  // namespace lanspread::swarm
