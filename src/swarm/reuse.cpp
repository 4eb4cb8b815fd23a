#include "swarm/reuse.h"

#include "async/offload.h"
#include "async/task_group.h"
#include "base/log.h"

namespace lanspread::swarm {

namespace {

/// Chunks that are copied at once, and regions that are patched: enough to keep the disk busy beside the
/// network, few enough to leave it to others, too.
constexpr int copiers = 2;
constexpr int patchers = 2;
/// Open files of other games.
constexpr std::size_t max_open_files = 16;
constexpr std::size_t kept_buffers = 32;
/// For the library to say what is here, when the download goes on as the peer starts.
constexpr std::chrono::seconds library_patience{10};
constexpr std::chrono::milliseconds library_look{20};

}  // namespace

Reuse::Reuse(const DownloadEnvironment& environment, Allowance& allowance,
             std::shared_ptr<const content::Manifest> manifest, std::shared_ptr<ChunkStore> store, Host& host)
    : environment_(environment),
      allowance_(allowance),
      manifest_(std::move(manifest)),
      store_(std::move(store)),
      host_(host),
      reader_(environment.disk_pool, max_open_files),
      buffers_(content::max_chunk_size, kept_buffers)
{
}

Reuse::~Reuse() = default;

bool Reuse::is_possible() const
{
    return !environment_.library.has_looked() || !environment_.library.games().empty();
}

Task<void> Reuse::run(ChunkSet verified)
{
    auto local = co_await plan(verified);
    std::set<std::uint32_t> kept(local.patches.begin(), local.patches.end());
    for (const auto& copy : local.copies) {
        kept.insert(copy.chunk);
    }
    for (std::uint32_t chunk = 0; chunk < manifest_->chunk_count(); ++chunk) {
        if (!verified.contains(chunk) && !kept.contains(chunk)) {
            host_.fetch_whole(chunk);
        }
    }
    if (!kept.empty()) {
        log::info("swarm", "{} {}: {} of {} chunks may be here, and {} in part", manifest_->game().text(),
                  manifest_->version(), local.copies.size(), manifest_->chunk_count(), local.patches.size());
    }
    copies_ = std::move(local.copies);
    patches_ = {local.patches.begin(), local.patches.end()};
    cursor_ = patches_.empty()
                  ? 0
                  : *std::next(patches_.begin(), static_cast<std::ptrdiff_t>(random_() % patches_.size()));
    copying_ = copiers;
    is_planning_ = false;
    TaskGroup group(environment_.executor, CancellationToken());
    for (int worker = 0; worker < copiers; ++worker) {
        group.spawn(copy_chunks());
    }
    for (int worker = 0; worker < patchers; ++worker) {
        group.spawn(patch_chunks());
    }
    co_await group.join();
}

Task<LocalPlan> Reuse::plan(ChunkSet verified)
{
    const auto deadline = Clock::now() + library_patience;
    while (!environment_.library.has_looked() && Clock::now() < deadline) {
        co_await sleep_for(library_look);
    }
    if (const auto old = environment_.library.find(manifest_->game())) {
        old_ = std::make_shared<const OldVersion>(old, manifest_);
    }
    co_return co_await offload(environment_.disk_pool, [manifest = manifest_, verified, old = old_,
                                                        games = environment_.library.games()] {
        return plan_local_chunks(*manifest, verified, games, old.get());
    });
}

Task<void> Reuse::copy_chunks()
{
    while (!copies_.empty()) {
        if (!host_.may_work()) {
            co_await host_.changed().wait();
            continue;
        }
        auto next = copies_.front();
        copies_.pop_front();
        const auto size = manifest_->chunk_size(next.chunk);
        const auto copied = co_await copy(next, size);
        if (copied) {
            host_.found(next.chunk, size, 0, {});
        } else if (copied.error().code == ErrorCode::disk_full) {
            copies_.push_front(std::move(next));
            host_.not_written(copied.error());
        } else {
            log::debug("swarm", "chunk {} of {} is not here after all: {}", next.chunk,
                       manifest_->game().text(), copied.error().message);
            give_up_copying(next.chunk);
        }
    }
    --copying_;
    more_to_patch_.notify_all();
}

/// Through memory, for it has to be hashed anyway.
Task<Result<void>> Reuse::copy(LocalChunk local, std::uint32_t size)
{
    if (!local.game) {
        co_return co_await offload(
            environment_.disk_pool, [old = old_, store = store_, chunk = local.chunk, size] {
                const auto basis = old->packed_basis(chunk);
                return store->verify_and_write(chunk, ByteSpan(basis.bytes).first(size));
            });
    }
    auto buffer = buffers_.take();
    auto read = co_await reader_.read(local.game, local.chunk_of_game, buffer);
    if (!read) {
        co_return fail(ErrorCode::unavailable, read.error().message);
    }
    co_return co_await offload(environment_.disk_pool, [store = store_, chunk = local.chunk, buffer, size] {
        return store->verify_and_write(chunk, std::as_const(*buffer).span().first(size));
    });
}

void Reuse::give_up_copying(std::uint32_t chunk)
{
    if (old_ && old_->has_some_file(chunk)) {
        patches_.insert(chunk);
        more_to_patch_.notify_all();
    } else {
        host_.fetch_whole(chunk);
    }
}

}  // namespace lanspread::swarm
