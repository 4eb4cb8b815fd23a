#include "swarm/chunk_fetcher.h"

#include <random>

#include <fmt/format.h>

#include "async/offload.h"
#include "base/log.h"
#include "store/downloads.h"

namespace lanspread::swarm {

namespace {

/// How often the scheduler is asked, even if nothing happens.
constexpr std::chrono::milliseconds tick{250};
/// Unused buffers that are kept: as many as are in flight at most.
constexpr std::size_t kept_buffers = 64;

std::vector<std::uint32_t> chunk_sizes(const content::Manifest& manifest)
{
    std::vector<std::uint32_t> sizes(manifest.chunk_count());
    for (std::uint32_t chunk = 0; chunk < manifest.chunk_count(); ++chunk) {
        sizes[chunk] = manifest.chunk_size(chunk);
    }
    return sizes;
}

SchedulerOptions scheduler_options()
{
    SchedulerOptions options;
    options.seed = std::random_device{}();
    return options;
}

ChunkFailure failure_of(const Error& error)
{
    switch (error.code) {
        case ErrorCode::timed_out: return ChunkFailure::stalled;
        case ErrorCode::not_found: return ChunkFailure::missing;
        default: return ChunkFailure::lost;
    }
}

}  // namespace

ChunkFetcher::ChunkFetcher(const DownloadEnvironment& environment,
                           std::shared_ptr<const content::Manifest> manifest,
                           std::shared_ptr<ChunkStore> store, ChunkSet verified, Sources& sources,
                           Progress& progress)
    : environment_(environment),
      buffers_(content::max_chunk_size, kept_buffers),
      manifest_(std::move(manifest)),
      store_(std::move(store)),
      sources_(sources),
      progress_(progress),
      scheduler_(chunk_sizes(*manifest_), std::move(verified), scheduler_options()),
      saved_count_(scheduler_.verified().count())
{
    progress_.set_sizes(manifest_->total_size(), scheduler_.bytes_verified());
}

Task<Result<void>> ChunkFetcher::run()
{
    TaskGroup group(environment_.executor, CancellationToken());
    group_ = &group;
    group.spawn(steer());
    group.spawn(keep_saved());
    group.spawn(take_space());
    co_await group.join();
    co_return failure_ ? Result<void>(fail(*failure_)) : Result<void>();
}

Task<void> ChunkFetcher::steer()
{
    for (const auto& peer : sources_.here()) {
        scheduler_.source_joined(peer, ChunkSet::all_of(manifest_->chunk_count()));
    }
    while (!scheduler_.is_complete() && !failure_) {
        const auto now = Clock::now();
        update_sources(now);
        update_state(now);
        assign();
        co_await changed_.wait_until(now + tick);
    }
    group_->cancel();
}

Task<void> ChunkFetcher::keep_saved()
{
    while (true) {
        co_await sleep_for(environment_.save_interval);
        if (const auto saved = co_await save(); !saved) {
            saved.error().code == ErrorCode::disk_full ? no_space(saved.error()) : fail_with(saved.error());
        }
    }
}

Task<Result<void>> ChunkFetcher::save()
{
    const auto verified =
        scheduler_.verified();  // as of now: what is written during the sync may not be on the disk
    if (verified.count() == saved_count_) {
        co_return Result<void>();
    }
    auto done = co_await offload(environment_.disk_pool, [store = store_] { return store->sync(); });
    if (done) {
        done = co_await offload(environment_.store_pool, [&database = environment_.database,
                                                          content = manifest_->content_id(), verified] {
            return store::Downloads(database).set_verified(content, verified.to_bytes());
        });
    }
    if (done) {
        saved_count_ = verified.count();
    }
    co_return done;
}

Task<void> ChunkFetcher::take_space()
{
    while (true) {
        auto has_all =
            co_await offload(environment_.disk_pool, [store = store_] { return store->reserve_some(); });
        if (has_all && *has_all && !space_trouble_.empty()) {
            const auto free =
                co_await offload(environment_.disk_pool, [store = store_] { return store->check_space(); });
            if (free) {
                space_trouble_.clear();
                changed_.notify_all();
            }
        }
        if (!has_all) {
            has_all.error().code == ErrorCode::disk_full ? no_space(has_all.error())
                                                         : fail_with(has_all.error());
        }
        // Once all is taken there is nothing to do here, unless the disk turns out to be full all the same.
        if (!has_all || *has_all) {
            co_await sleep_for(environment_.space_retry);
        }
    }
}

void ChunkFetcher::update_sources(TimePoint now)
{
    const auto change = sources_.update(now);
    for (const auto& peer : change.left) {
        give_up(scheduler_.source_left(peer));
    }
    for (const auto& peer : change.joined) {
        scheduler_.source_joined(peer, ChunkSet::all_of(manifest_->chunk_count()));
    }
}

void ChunkFetcher::update_state(TimePoint now)
{
    if (!space_trouble_.empty()) {
        progress_.enter(DownloadState::waiting_for_space, space_trouble_, now);
    } else if (sources_.is_empty()) {
        progress_.enter(DownloadState::waiting_for_source, "nobody who can be reached has it", now);
    } else {
        progress_.enter(DownloadState::running, trouble_, now);
    }
}

void ChunkFetcher::assign()
{
    if (!space_trouble_.empty() || failure_) {
        return;
    }
    for (const auto& assignment : scheduler_.next(Clock::now())) {
        CancellationToken token;
        requests_.insert_or_assign(assignment.request, token);
        group_->spawn(request(assignment, token));
    }
}

void ChunkFetcher::give_up(const std::vector<ChunkRequest>& requests)
{
    for (const auto& request : requests) {
        if (const auto given_up = requests_.extract(request)) {
            given_up.mapped().cancel();
        }
    }
}

Task<void> ChunkFetcher::request(Assignment assignment, CancellationToken token)
{
    TaskGroup group(environment_.executor, token);  // of one: so that this request can be cancelled alone
    group.spawn(fetch(assignment, token));
    co_await group.join();
}

Task<void> ChunkFetcher::fetch(Assignment assignment, CancellationToken token)
{
    const auto request = assignment.request;
    const auto size = manifest_->chunk_size(request.chunk);
    auto buffer = buffers_.take();
    const auto fetched = co_await environment_.network.fetch_chunk(
        request.source, manifest_->content_id(), request.chunk, buffer, size, assignment.deadline);
    Result<void> written;
    if (fetched) {
        written =
            co_await offload(environment_.disk_pool, [store = store_, chunk = request.chunk, buffer, size] {
                return store->verify_and_write(chunk, std::as_const(*buffer).span().first(size));
            });
    }
    buffer.reset();
    // What is verified counts, also when another was faster or the download is about to stop. Failures of
    // what was given up do not.
    const auto& result = fetched ? written : fetched;
    if (result) {
        arrived(request);
    } else if (result.error().code == ErrorCode::corrupt) {
        wrong_bytes(request, result.error());
    } else if (!token.is_cancelled()) {
        fetched ? not_written(request, result.error()) : not_fetched(request, result.error());
    }
}

void ChunkFetcher::arrived(const ChunkRequest& request)
{
    const auto now = Clock::now();
    const bool is_new = !scheduler_.verified().contains(request.chunk);
    const auto others = scheduler_.chunk_verified(request, now);
    requests_.erase(request);
    give_up(others);
    if (is_new) {
        progress_.chunk_verified(request.source, manifest_->chunk_size(request.chunk),
                                 scheduler_.bytes_verified(), now);
        trouble_.clear();
    }
    if (scheduler_.is_complete()) {
        changed_.notify_all();
    } else {
        assign();
    }
}

void ChunkFetcher::not_fetched(const ChunkRequest& request, const Error& error)
{
    requests_.erase(request);
    trouble_ = fmt::format("{}: {}", sources_.name_of(request.source), error.message);
    log::debug("swarm", "chunk {} of {}: {}", request.chunk, manifest_->game().text(), trouble_);
    give_up(scheduler_.chunk_failed(request, failure_of(error), Clock::now()));
    assign();
}

void ChunkFetcher::not_written(const ChunkRequest& request, const Error& error)
{
    requests_.erase(request);
    scheduler_.chunk_returned(request);
    error.code == ErrorCode::disk_full ? no_space(error) : fail_with(error);
}

void ChunkFetcher::wrong_bytes(const ChunkRequest& request, const Error& error)
{
    if (sources_.is_banned(request.source)) {
        return;  // one of many that were under way
    }
    const auto now = Clock::now();
    const auto reason = fmt::format("sent wrong bytes for chunk {} of {} {}", request.chunk,
                                    manifest_->game().text(), manifest_->version());
    trouble_ = fmt::format("{} {} and is banned", sources_.name_of(request.source), reason);
    log::warning("swarm", "{}: {}", trouble_, error.message);
    requests_.erase(request);
    give_up(scheduler_.chunk_failed(request, ChunkFailure::corrupt, now));
    update_sources(now);
    sources_.ban(request.source, reason);
    if (sources_.is_empty()) {
        fail_with({ErrorCode::corrupt,
                   fmt::format("{}; nobody else has it. What was verified is kept.", trouble_)});
    }
    assign();
}

void ChunkFetcher::no_space(const Error& error)
{
    space_trouble_ = error.message;
    changed_.notify_all();
}

void ChunkFetcher::fail_with(Error error)
{
    if (!failure_) {
        failure_ = std::move(error);
    }
    changed_.notify_all();
}

}  // namespace lanspread::swarm
