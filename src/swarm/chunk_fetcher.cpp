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
/// The longest pause in the middle of a chunk.
constexpr std::chrono::seconds max_stall{3};
/// A partial holder needs a moment to say what it has.
constexpr std::chrono::seconds stuck_after{2};
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

ChunkFetcher::ChunkFetcher(const DownloadEnvironment& environment, Allowance& allowance,
                           std::shared_ptr<const content::Manifest> manifest,
                           std::shared_ptr<ChunkStore> store, ChunkSet verified, Sources& sources,
                           Progress& progress, Turn turn)
    : environment_(environment),
      allowance_(allowance),
      buffers_(content::max_chunk_size, kept_buffers),
      manifest_(std::move(manifest)),
      store_(std::move(store)),
      partial_(std::make_shared<PartialContent>(manifest_, store_, verified)),
      sources_(sources),
      progress_(progress),
      scheduler_(chunk_sizes(*manifest_), std::move(verified), scheduler_options()),
      reuse_(environment, allowance, manifest_, store_, *this),
      turn_(turn),
      moved_at_(Clock::now()),
      saved_count_(scheduler_.verified().count())
{
    progress_.set_sizes(manifest_->total_size(), scheduler_.bytes_verified());
    environment_.partials.add(partial_);
    is_reusing_ = !scheduler_.is_complete() && reuse_.is_possible();
    for (std::uint32_t chunk = 0; is_reusing_ && chunk < manifest_->chunk_count(); ++chunk) {
        scheduler_.set_aside(chunk);
    }
}

ChunkFetcher::~ChunkFetcher()
{
    allowance_.space.release(manifest_->content_id());
    partial_->close();
}

Task<Result<void>> ChunkFetcher::run()
{
    TaskGroup group(environment_.executor, CancellationToken());
    group_ = &group;
    group.spawn(steer());
    group.spawn(keep_saved());
    group.spawn(take_space());
    group.spawn(take_permits());
    if (is_reusing_) {
        group.spawn(reuse());
    }
    co_await group.join();
    co_return failure_ ? Result<void>(fail(*failure_)) : Result<void>();
}

Task<void> ChunkFetcher::steer()
{
    while (!scheduler_.is_complete() && !failure_) {
        const auto now = Clock::now();
        update_sources(now);
        give_up(scheduler_.give_up_overdue(now));
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
    // As of now: what is written during the sync may not be on the disk.
    const auto verified = scheduler_.verified();
    const auto bytes = scheduler_.bytes_verified();
    if (verified.count() == saved_count_) {
        co_return Result<void>();
    }
    auto done = co_await offload(environment_.disk_pool, [store = store_] { return store->sync(); });
    if (done) {
        done = co_await offload(environment_.store_pool, [&database = environment_.database,
                                                          manifest = manifest_, verified, bytes] {
            return store::Downloads(database).set_verified(manifest->content_id(), verified.to_bytes(), bytes,
                                                           manifest->total_size());
        });
    }
    if (done) {
        saved_count_ = verified.count();
    }
    co_return done;
}

void ChunkFetcher::update_state(TimePoint now)
{
    const bool is_reusing = is_reusing_ && reuse_.is_at_work();
    if (scheduler_.can_go_on() || is_reusing) {
        moved_at_ = now;
    }
    if (turn_ == Turn::paused) {
        progress_.enter(DownloadState::paused, {}, now);
    } else if (!space_trouble_.empty()) {
        progress_.enter(DownloadState::waiting_for_space, space_trouble_, now);
    } else if (sources_.is_empty() && !is_reusing) {
        progress_.enter(DownloadState::waiting_for_source, "nobody who can be reached has it", now);
    } else if (now - moved_at_ > stuck_after) {
        progress_.enter(DownloadState::waiting_for_source,
                        "nobody who can be reached has what is still missing", now);
    } else if (turn_ == Turn::queued) {
        progress_.enter(DownloadState::queued, {}, now);
    } else {
        progress_.enter(DownloadState::running, trouble_, now);
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
        request.source, manifest_->content_id(), request.chunk, buffer, size,
        transport::Patience{.first_byte = assignment.deadline, .stall = max_stall});
    Result<void> written;
    if (fetched && !*fetched) {
        written =
            co_await offload(environment_.disk_pool, [store = store_, chunk = request.chunk, buffer, size] {
                return store->verify_and_write(chunk, std::as_const(*buffer).span().first(size));
            });
    }
    buffer.reset();
    // What is verified counts, also when another was faster or the download is about to stop. Failures of
    // what was given up do not.
    const auto result = fetched ? written : Result<void>(fail(fetched.error()));
    if (fetched && *fetched) {
        requests_.erase(request);
        scheduler_.chunk_failed(request, ChunkFailure::elsewhere, Clock::now());
        assign();
    } else if (result) {
        arrived(request);
    } else if (result.error().code == ErrorCode::corrupt) {
        requests_.erase(request);
        ban(request.source,
            fmt::format("sent wrong bytes for chunk {} of {} {}", request.chunk, manifest_->game().text(),
                        manifest_->version()),
            result.error());
    } else if (!token.is_cancelled()) {
        if (fetched) {
            requests_.erase(request);
            scheduler_.chunk_returned(request);
            not_written(result.error());
        } else {
            not_fetched(request, result.error());
        }
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
        partial_->chunk_verified(request.chunk);
        progress_.chunk_verified(request.source, manifest_->chunk_size(request.chunk),
                                 scheduler_.bytes_verified(), now);
        trouble_.clear();
    } else {
        progress_.chunk_came_twice(manifest_->chunk_size(request.chunk));
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
    scheduler_.chunk_failed(request, failure_of(error), Clock::now());
    assign();
}

void ChunkFetcher::not_written(const Error& error)
{
    error.code == ErrorCode::disk_full ? no_space(error) : fail_with(error);
}

void ChunkFetcher::fail_with(Error error)
{
    if (!failure_) {
        failure_ = std::move(error);
    }
    changed_.notify_all();
}

}  // namespace lanspread::swarm
