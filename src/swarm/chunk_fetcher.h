#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "async/signal.h"
#include "async/task_group.h"
#include "base/buffer_pool.h"
#include "content/manifest.h"
#include "swarm/chunk_store.h"
#include "swarm/environment.h"
#include "swarm/scheduler.h"
#include "swarm/sources.h"

namespace lanspread::swarm {

/// Fetches the chunks of one package until none is missing: does what the scheduler decides, one coroutine
/// for each request, and lets every chunk be verified and written on the disk pool. Lives on the executor's
/// thread.
class ChunkFetcher {
public:
    /// `verified` is in `store` already. `sources` and `progress` outlive the fetcher.
    ChunkFetcher(const DownloadEnvironment& environment, std::shared_ptr<const content::Manifest> manifest,
                 std::shared_ptr<ChunkStore> store, ChunkSet verified, Sources& sources, Progress& progress);

    /// Returns when every chunk is verified and written; waits for sources and for space as long as it takes.
    /// Fails where waiting does not help: the disk refuses, or the only source sent wrong bytes. Once.
    [[nodiscard]] Task<Result<void>> run();

    /// Brings what was written to the disk, then notes it as verified in the store: what a crash cannot take
    /// away.
    [[nodiscard]] Task<Result<void>> save();

    /// Looks up the sources again, soon.
    void sources_changed() { changed_.notify_all(); }

private:
    // Children of the group of `run`:
    [[nodiscard]] Task<void> steer();
    [[nodiscard]] Task<void> keep_saved();
    [[nodiscard]] Task<void> take_space();
    [[nodiscard]] Task<void> request(Assignment assignment, CancellationToken token);
    [[nodiscard]] Task<void> fetch(Assignment assignment, CancellationToken token);

    void update_sources(TimePoint now);
    void update_state(TimePoint now);
    void assign();
    void give_up(const std::vector<ChunkRequest>& requests);
    void arrived(const ChunkRequest& request);
    void not_fetched(const ChunkRequest& request, const Error& error);
    void not_written(const ChunkRequest& request, const Error& error);
    void wrong_bytes(const ChunkRequest& request, const Error& error);
    void no_space(const Error& error);
    void fail_with(Error error);

    const DownloadEnvironment& environment_;
    BufferPool buffers_;
    std::shared_ptr<const content::Manifest> manifest_;
    std::shared_ptr<ChunkStore> store_;
    Sources& sources_;
    Progress& progress_;
    Scheduler scheduler_;
    TaskGroup* group_ = nullptr;                          // of `run`, while it runs
    Signal changed_;                                      // steer shall look again
    std::map<ChunkRequest, CancellationToken> requests_;  // those that were not given up
    std::uint32_t saved_count_;                           // chunks that the store has as verified
    std::string trouble_;        // what went wrong last; empty once a chunk has arrived since
    std::string space_trouble_;  // not empty: the disk is full
    std::optional<Error> failure_;
};

}  // namespace lanspread::swarm
