#include "swarm/download.h"

#include <fmt/format.h>

#include "async/offload.h"
#include "async/task_group.h"
#include "base/log.h"
#include "swarm/kept_files.h"
#include "swarm/put_in_place.h"

namespace lanspread::swarm {

namespace {

/// What the store has of a request, and what it has of other versions of the same game.
struct Recalled {
    store::DownloadRecord record;
    std::vector<store::DownloadRecord> others;
};

/// Notes that the request is running, with what an earlier one has reached. Runs on the store's thread.
Result<Recalled> recall_record(store::Database& database, const DownloadRequest& request)
{
    store::Downloads downloads(database);
    auto records = downloads.load_all();
    if (!records) {
        return fail(records.error());
    }
    Recalled recalled;
    recalled.record = {.game = request.game,
                       .version = request.version,
                       .content = request.content,
                       .games_folder = request.games_folder,
                       .state = {},
                       .verified = {},
                       .created_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                                         std::chrono::system_clock::now().time_since_epoch())
                                         .count()};
    for (auto& record : *records) {
        if (record.content == request.content) {
            recalled.record = std::move(record);
        } else if (record.game == request.game) {
            recalled.others.push_back(std::move(record));
        }
    }
    if (request.repairing) {
        recalled.record.state = store::DownloadState::repairing;
        recalled.record.verified = request.verified;
        if (request.is_verified_now) {  // else some of it lies where the record says
            recalled.record.games_folder = request.games_folder;
        }
        recalled.record.bytes_verified = request.bytes_verified;
        recalled.record.bytes_total = request.bytes_total;
    } else if (recalled.record.state != store::DownloadState::finishing &&
               recalled.record.state != store::DownloadState::repairing) {
        recalled.record.state = request.paused ? store::DownloadState::paused : store::DownloadState::running;
    }
    for (const auto& other : recalled.others) {
        if (auto stopped = downloads.set_state(other.content, store::DownloadState::stopped); !stopped) {
            return fail(stopped.error());
        }
    }
    auto saved = downloads.save(recalled.record);
    return saved ? Result<Recalled>(std::move(recalled)) : fail(saved.error());
}

}  // namespace

Download::Download(const DownloadEnvironment& environment, Allowance& allowance, DownloadRequest request,
                   std::function<void()> on_change)
    : environment_(environment),
      allowance_(allowance),
      on_change_(std::move(on_change)),
      request_(std::move(request)),
      progress_(request_.game, request_.version, request_.content, environment.on_event, Clock::now()),
      sources_(environment.network, request_.content, progress_)
{
    progress_.set_sizes(request_.bytes_total, request_.bytes_verified);
    if (request_.repairing) {
        is_repair_ = true;
        hold_ = environment_.library.hold(request_.game);
        reads_again_ = !request_.is_verified_now;
    }
    progress_.on_state_change([this] { state_changed(); });
    request_.finishing ? enter(DownloadState::finishing) : apply_turn();
}

Task<void> Download::run()
{
    has_begun_ = true;
    std::exception_ptr exception;
    {
        TaskGroup group(environment_.executor, token_);
        group.spawn(work());
        try {
            co_await group.join();
        } catch (...) {
            exception = std::current_exception();
        }
    }
    if (exception && is_cancellation(exception)) {
        // This process ends, the download does not. A cancelled coroutine cannot await: this one may again.
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        if (const auto saved = fetcher_ ? co_await fetcher_->save() : Result<void>(); !saved) {
            log::warning("swarm", "{}: {}", request_.game.text(), saved.error().message);
        }
        std::rethrow_exception(exception);
    }
    if (exception) {
        outcome_ = fail(ErrorCode::internal, what(exception));
    }
    co_await leave();
    fetcher_.reset();
    environment_.partials.remove(request_.content);
    manifest_.reset();
    changed_.notify_all();
}

Task<void> Download::work() { outcome_ = co_await all_steps(); }

Task<Result<void>> Download::all_steps()
{
    auto record = co_await recall();
    if (!record) {
        co_return fail(record.error());
    }
    auto manifest = co_await find_manifest();
    if (!manifest) {
        co_return fail(manifest.error());
    }
    manifest_ = std::move(*manifest);
    if (progress_.total() == 0) {
        progress_.set_sizes(manifest_->total_size(), 0);
    }
    const bool was_finishing = request_.finishing;
    if (request_.repairing) {
        if (auto taken = co_await take_apart(); !taken) {
            co_return taken;
        }
    }
    if (!was_finishing) {
        if (auto fetched = co_await fetch_chunks(std::move(record->verified)); !fetched) {
            co_return fetched;
        }
        auto may_be_placed =
            co_await offload(environment_.disk_pool, [folder = request_.games_folder, manifest = manifest_] {
                return check_kept(folder, *manifest);
            });
        if (!may_be_placed) {
            co_return may_be_placed;
        }
        co_await let_old_version_be_known();
        if (token_.is_cancelled()) {
            throw_cancelled();  // from here on it is too late for that
        }
    }
    co_return co_await finish(was_finishing);
}

Task<Result<store::DownloadRecord>> Download::recall()
{
    auto recalled =
        co_await offload(environment_.store_pool, [&database = environment_.database, request = request_] {
            return recall_record(database, request);
        });
    if (!recalled) {
        co_return fail(recalled.error());
    }
    co_await remove_others(recalled->others, Others::but_repairs);
    request_.games_folder = recalled->record.games_folder;  // where the partial download lies
    request_.finishing = recalled->record.state == store::DownloadState::finishing;
    request_.repairing = recalled->record.state == store::DownloadState::repairing;
    const auto is_marked = co_await offload(environment_.disk_pool, [request = request_] {
        return swarm::is_repair(request.games_folder, request.game, request.content);
    });
    is_repair_ = request_.repairing || is_marked.value_or(false);
    if (progress_.total() == 0) {
        progress_.set_sizes(recalled->record.bytes_total, recalled->record.bytes_verified);
    }
    is_noted_ = true;
    changed_.notify_all();
    co_return std::move(recalled->record);
}

Task<Result<void>> Download::finish(bool again)
{
    enter(DownloadState::finishing);
    const auto hold = environment_.library.hold(request_.game);
    if (!again) {
        if (auto noted = co_await note_finishing(); !noted) {
            co_return noted;
        }
        request_.finishing = true;
        fetcher_.reset();  // closes the files before they are moved
    }
    while (true) {
        const auto placed = co_await offload(
            environment_.disk_pool, [this] { return put_in_place(request_.games_folder, *manifest_); });
        if (placed) {
            break;
        }
        if (placed.error().code != ErrorCode::disk_full) {
            co_return placed;
        }
        enter(DownloadState::finishing, placed.error().message);
        co_await sleep_for(environment_.space_retry);
    }
    const auto adopted = co_await environment_.library.adopt(request_.games_folder, manifest_);
    if (adopted) {
        co_await remove_others(co_await other_records(), Others::all);
    }
    const auto removed = co_await offload(environment_.store_pool,
                                          [&database = environment_.database, content = request_.content] {
                                              return store::Downloads(database).remove(content);
                                          });
    co_return adopted ? removed : adopted;
}

Task<Result<void>> Download::note_finishing()
{
    if (auto saved = co_await fetcher_->save(); !saved) {
        co_return saved;
    }
    // Not what is there now, with what was written into it since: of that nothing is to be deleted.
    const auto old = co_await environment_.library.original(request_.games_folder, request_.game);
    if (old && old->content_id() != request_.content) {
        auto noted = co_await offload(environment_.disk_pool, [this, old] {
            return note_replaced(request_.games_folder, *manifest_, *old);
        });
        if (!noted) {
            co_return noted;
        }
    }
    co_return co_await offload(
        environment_.store_pool, [&database = environment_.database, content = request_.content] {
            return store::Downloads(database).set_state(content, store::DownloadState::finishing);
        });
}

/// Leaves the disk and the store as the end demands, then tells the end.
Task<void> Download::leave()
{
    if (outcome_ && *outcome_) {
        progress_.set_sizes(manifest_->total_size(), manifest_->total_size());
        enter(DownloadState::done);
    } else if (token_.is_cancelled()) {
        // Also where it failed at the same time: somebody was promised that it is cancelled.
        const auto how = co_await leave_cancelled();
        enter(DownloadState::cancelled, how);
    } else {
        co_await leave_failed();
        enter(DownloadState::failed, outcome_->error().message);
    }
}

/// Says how it was left.
Task<std::string> Download::leave_cancelled()
{
    auto left = fetcher_ && !remove_ ? co_await fetcher_->save() : Result<void>();
    // Before anything is deleted: what is left if that fails, or is cut short, does not go on by itself.
    const auto stopped = co_await note_stopped();
    left = left ? stopped : left;
    if (remove_) {
        left = co_await remove();
    }
    if (!left) {
        log::warning("swarm", "{}: {}", request_.game.text(), left.error().message);
    }
    if (!remove_) {
        co_return "cancelled; what was fetched is kept";
    }
    co_return left ? "cancelled and deleted"
                   : fmt::format("cancelled, but not all could be deleted: {}", left.error().message);
}

Task<void> Download::leave_failed()
{
    // What was being put in place is tried again as it is, unless part of it has vanished: that is fetched
    // again.
    if (progress_.state() == DownloadState::finishing && outcome_->error().code != ErrorCode::not_found) {
        co_return;
    }
    if (request_.repairing) {
        co_return;  // what is still in the game root would be forgotten: it is done again, too
    }
    request_.finishing = false;
    const auto left = fetcher_ ? co_await fetcher_->save() : Result<void>();
    const auto stopped = co_await note_stopped();
    if (!left || !stopped) {
        log::warning("swarm", "{}: {}", request_.game.text(), (left ? stopped : left).error().message);
    }
}

Task<Result<void>> Download::note_stopped()
{
    const auto noted = co_await offload(
        environment_.store_pool, [&database = environment_.database, content = request_.content] {
            return store::Downloads(database).set_state(content, store::DownloadState::stopped);
        });
    const bool is_known = is_noted_ || noted || noted.error().code != ErrorCode::not_found;
    co_return is_known ? noted : Result<void>();  // it ended before it was noted at all
}

/// What cannot be deleted stays noted, so that it can be tried again.
Task<Result<void>> Download::remove()
{
    fetcher_.reset();  // closes its files
    auto removed = co_await offload(environment_.disk_pool, [request = request_] {
        return remove_partial(request.games_folder, request.game, request.content);
    });
    if (!removed) {
        co_return removed;
    }
    co_return co_await offload(environment_.store_pool,
                               [&database = environment_.database, content = request_.content] {
                                   return store::Downloads(database).remove(content);
                               });
}

}  // namespace lanspread::swarm
