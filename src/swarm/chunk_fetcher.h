#pragma once

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>

#include "async/signal.h"
#include "async/task_group.h"
#include "base/buffer_pool.h"
#include "content/manifest.h"
#include "swarm/allowance.h"
#include "swarm/chunk_store.h"
#include "swarm/environment.h"
#include "swarm/partial_content.h"
#include "swarm/reuse.h"
#include "swarm/scheduler.h"
#include "swarm/sources.h"

namespace lanspread::swarm {

/// Fetches the chunks of one package until none is missing: does what the scheduler decides, one coroutine
/// for each request, and lets every chunk be verified and written on the disk pool. What this disk has
/// already is left to Reuse. Follows partial holders, and offers what is verified to others, as a
/// PartialContent, for as long as it lives. Lives on the executor's thread.
class ChunkFetcher : private Reuse::Host {
public:
    /// `verified` is in `store` already. `sources` and `progress` outlive the fetcher.
    ChunkFetcher(const DownloadEnvironment& environment, Allowance& allowance,
                 std::shared_ptr<const content::Manifest> manifest, std::shared_ptr<ChunkStore> store,
                 ChunkSet verified, Sources& sources, Progress& progress, Turn turn);
    ~ChunkFetcher() override;
    ChunkFetcher(const ChunkFetcher&) = delete;
    ChunkFetcher& operator=(const ChunkFetcher&) = delete;

    /// Returns when every chunk is verified and written; waits for sources and for space as long as it takes.
    /// Fails where waiting does not help: the disk refuses, or the only source sent wrong bytes. Once.
    [[nodiscard]] Task<Result<void>> run();

    /// Brings what was written to the disk, then notes it as verified in the store: what a crash cannot take
    /// away.
    [[nodiscard]] Task<Result<void>> save();

    /// Where it is not its turn, it asks for nothing further: what is under way comes to its end and counts.
    /// Chunks that are verified stay for others.
    void set_turn(Turn turn);

    /// Looks up the sources again, soon.
    void sources_changed() { changed_.notify_all(); }

private:
    class Follower;

    // Children of the group of `run`:
    [[nodiscard]] Task<void> steer();
    [[nodiscard]] Task<void> keep_saved();
    [[nodiscard]] Task<void> take_space();
    [[nodiscard]] Task<void> take_permits();
    [[nodiscard]] Task<void> follow(PeerId peer);
    [[nodiscard]] Task<void> request(Assignment assignment, CancellationToken token);
    [[nodiscard]] Task<void> fetch(Assignment assignment, CancellationToken token);

    // For Reuse, in chunk_fetcher_sources.cpp:
    [[nodiscard]] Task<void> reuse();
    [[nodiscard]] bool may_work() const override;
    [[nodiscard]] Signal& changed() override { return changed_; }
    [[nodiscard]] std::vector<PeerId> sources_of(std::uint32_t chunk) const override;
    [[nodiscard]] bool source_has(const PeerId& source, std::uint32_t chunk) const override;
    void found(std::uint32_t chunk, std::uint32_t local, std::uint32_t fetched,
               const PeerId& source) override;
    void fetch_whole(std::uint32_t chunk) override;
    void not_written(const Error& error) override;
    void stalled(const PeerId& source) override;

    [[nodiscard]] Task<void> claim_space();
    void update_sources(TimePoint now);
    void update_state(TimePoint now);
    void assign();
    void give_up(const std::vector<ChunkRequest>& requests);
    void arrived(const ChunkRequest& request);
    void not_fetched(const ChunkRequest& request, const Error& error);
    void ban(const PeerId& peer, const std::string& reason, const Error& error);
    void no_space(const Error& error);
    void fail_with(Error error);

    const DownloadEnvironment& environment_;
    Allowance& allowance_;
    BufferPool buffers_;
    std::shared_ptr<const content::Manifest> manifest_;
    std::shared_ptr<ChunkStore> store_;
    std::shared_ptr<PartialContent> partial_;
    Sources& sources_;
    Progress& progress_;
    Scheduler scheduler_;
    Reuse reuse_;
    bool is_reusing_ = false;     // what is here already is being taken over, or will be
    TaskGroup* group_ = nullptr;  // of `run`, while it runs
    Signal changed_;              // steer shall look again
    std::map<ChunkRequest, CancellationToken> requests_;  // those that were not given up
    std::set<PeerId> complete_;  // sources that the scheduler knows to have everything
    std::mt19937 random_{std::random_device{}()};
    std::set<PeerId> followed_;  // partial holders that are followed
    Turn turn_;
    bool has_space_ = false;   // the room for all of it is promised
    bool has_permit_ = false;  // under a limit: the next chunk is paid for
    Signal permit_wanted_;
    TimePoint moved_at_;         // when there was something to fetch, or to wait for, last
    std::uint32_t saved_count_;  // chunks that the store has as verified
    std::string trouble_;        // what went wrong last; empty once a chunk has arrived since
    std::string space_trouble_;  // not empty: it waits for space
    std::optional<Error> failure_;
};

}  // namespace lanspread::swarm
