#include "async/offload.h"
#include "swarm/chunk_fetcher.h"

/// When ChunkFetcher may ask for something: its turn, the room on the disk, and the limit that all downloads
/// share.
namespace lanspread::swarm {

void ChunkFetcher::set_turn(Turn turn)
{
    turn_ = turn;
    if (turn == Turn::paused) {
        // Others may use the room meanwhile; what the files have taken already stays theirs.
        allowance_.space.release(manifest_->content_id());
        has_space_ = false;
        space_trouble_.clear();
    }
    update_state(Clock::now());
    changed_.notify_all();
}

Task<void> ChunkFetcher::take_space()
{
    bool has_taken_all = false;
    while (true) {
        if (!has_space_ && !space_trouble_.empty()) {
            co_await sleep_for(environment_.space_retry);
        }
        // One that waits for space goes on trying without a place; one that has not begun claims nothing.
        const bool may_claim = turn_ == Turn::running || (turn_ == Turn::queued && !space_trouble_.empty());
        if (has_space_ ? has_taken_all : !may_claim) {
            co_await changed_.wait();
        } else if (!has_space_) {
            co_await claim_space();
        } else {
            const auto taken =
                co_await offload(environment_.disk_pool, [store = store_] { return store->reserve_some(); });
            has_taken_all = taken && *taken;
            if (!taken) {
                taken.error().code == ErrorCode::disk_full ? no_space(taken.error())
                                                           : fail_with(taken.error());
            }
        }
    }
}

Task<void> ChunkFetcher::claim_space()
{
    const auto room =
        co_await offload(environment_.disk_pool, [store = store_, &look = environment_.disk_room] {
            return look(store->games_folder());
        });
    if (turn_ == Turn::paused) {
        co_return;
    }
    if (!room) {
        fail_with(room.error());
        co_return;
    }
    const auto to_install =
        allowance_.leaves_room_to_install ? install_estimate(*manifest_, room->can_clone) : 0;
    const auto shortage =
        allowance_.space.claim(manifest_->content_id(),
                               {.file_system = room->file_system,
                                .to_fetch = [store = store_] { return store->bytes_to_take(); },
                                .to_install = to_install},
                               room->free);
    if (shortage) {
        no_space({ErrorCode::disk_full, *shortage});
    } else {
        has_space_ = true;
        space_trouble_.clear();
        changed_.notify_all();
    }
}

void ChunkFetcher::no_space(const Error& error)
{
    allowance_.space.release(manifest_->content_id());
    has_space_ = false;
    space_trouble_ = error.message;
    update_state(Clock::now());
    changed_.notify_all();
}

Task<void> ChunkFetcher::take_permits()
{
    while (true) {
        while (has_permit_ || !allowance_.rate.is_limited()) {
            co_await permit_wanted_.wait();
        }
        co_await allowance_.rate.take(content::max_chunk_size);
        has_permit_ = true;
        assign();
    }
}

void ChunkFetcher::assign()
{
    while (turn_ == Turn::running && has_space_ && !failure_) {
        const bool is_limited = allowance_.rate.is_limited();
        if (is_limited && !has_permit_) {
            permit_wanted_.notify_all();
            break;
        }
        const auto assignments = scheduler_.next(Clock::now(), is_limited ? 1 : SIZE_MAX);
        for (const auto& assignment : assignments) {
            CancellationToken token;
            requests_.insert_or_assign(assignment.request, token);
            group_->spawn(request(assignment, token));
        }
        if (!is_limited || assignments.empty()) {
            break;
        }
        has_permit_ = false;  // it was for a chunk of the largest size
        allowance_.rate.give_back(content::max_chunk_size -
                                  manifest_->chunk_size(assignments.front().request.chunk));
    }
}

}  // namespace lanspread::swarm
