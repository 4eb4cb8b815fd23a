#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "swarm/chunk_fetcher.h"

/// Where the chunks come from: the part of ChunkFetcher that tells the scheduler what each source has, and
/// which chunks need no source.
namespace lanspread::swarm {

namespace {

/// Partial holders that are followed at once: of more, each would bring little, and news of every chunk.
constexpr std::size_t max_followed = 40;
/// Before a partial holder that could not be followed is tried again.
constexpr std::chrono::seconds follow_pause{1};

}  // namespace

/// Hands what a partial holder tells to the scheduler.
class ChunkFetcher::Follower final : public FollowSink {
public:
    Follower(ChunkFetcher& fetcher, const PeerId& peer) : fetcher_(fetcher), peer_(peer) {}

    void bitfield(ChunkSet has) override
    {
        fetcher_.scheduler_.source_joined(peer_, std::move(has));
        fetcher_.assign();
    }
    void have(std::vector<std::uint32_t> chunks) override
    {
        fetcher_.scheduler_.source_has(peer_, chunks);
        fetcher_.assign();
    }

private:
    ChunkFetcher& fetcher_;
    PeerId peer_;
};

void ChunkFetcher::update_sources(TimePoint now)
{
    for (const auto& peer : sources_.update(now).left) {
        complete_.erase(peer);
        give_up(scheduler_.source_left(peer));
    }
    std::vector<PeerId> partial;  // not followed yet
    for (const auto& peer : sources_.here()) {
        if (!sources_.is_complete(peer)) {
            if (!followed_.contains(peer)) {
                partial.push_back(peer);
            }
        } else if (complete_.insert(peer).second) {
            scheduler_.source_joined(peer, ChunkSet::all_of(manifest_->chunk_count()));
        }
    }
    // By chance, lest everybody follows the same ones.
    std::ranges::shuffle(partial, random_);
    partial.resize(std::min(partial.size(), max_followed - std::min(max_followed, followed_.size())));
    for (const auto& peer : partial) {
        followed_.insert(peer);
        group_->spawn(follow(peer));
    }
}

Task<void> ChunkFetcher::follow(PeerId peer)
{
    Follower follower(*this, peer);
    const auto followed = co_await environment_.network.follow(peer, manifest_->content_id(),
                                                               manifest_->chunk_count(), &follower);
    update_sources(Clock::now());  // it may have become complete
    if (!complete_.contains(peer)) {
        give_up(scheduler_.source_left(peer));
    }
    if (!followed && followed.error().code == ErrorCode::corrupt) {
        ban(peer,
            fmt::format("says that it has chunks of {} {} that there are not", manifest_->game().text(),
                        manifest_->version()),
            followed.error());
    }
    changed_.notify_all();
    co_await sleep_for(follow_pause);
    followed_.erase(peer);
}

void ChunkFetcher::ban(const PeerId& peer, const std::string& reason, const Error& error)
{
    if (sources_.is_banned(peer)) {
        return;  // one of many requests that were under way
    }
    const auto now = Clock::now();
    trouble_ = fmt::format("{} {} and is banned", sources_.name_of(peer), reason);
    log::warning("swarm", "{}: {}", trouble_, error.message);
    give_up(scheduler_.source_lied(peer));
    update_sources(now);
    sources_.ban(peer, reason);
    if (sources_.is_empty()) {
        fail_with({ErrorCode::corrupt,
                   fmt::format("{}; nobody else has it. What was verified is kept.", trouble_)});
    }
    assign();
}

Task<void> ChunkFetcher::reuse()
{
    co_await reuse_.run(scheduler_.verified());
    is_reusing_ = false;
    changed_.notify_all();
}

bool ChunkFetcher::may_work() const { return turn_ == Turn::running && has_space_ && !failure_; }

std::vector<PeerId> ChunkFetcher::sources_of(std::uint32_t chunk) const
{
    return scheduler_.sources_of(chunk, Clock::now());
}

bool ChunkFetcher::source_has(const PeerId& source, std::uint32_t chunk) const
{
    return scheduler_.source_has(source, chunk);
}

void ChunkFetcher::found(std::uint32_t chunk, std::uint32_t local, std::uint32_t fetched,
                         const PeerId& source)
{
    scheduler_.chunk_found(chunk);
    partial_->chunk_verified(chunk);
    progress_.chunk_found(source, local, fetched, scheduler_.bytes_verified(), Clock::now());
    if (scheduler_.is_complete()) {
        changed_.notify_all();
    }
}

void ChunkFetcher::stalled(const PeerId& source) { scheduler_.source_stalled(source, Clock::now()); }

void ChunkFetcher::fetch_whole(std::uint32_t chunk)
{
    scheduler_.put_back(chunk);
    changed_.notify_all();
}

}  // namespace lanspread::swarm
