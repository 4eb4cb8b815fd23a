#include "async/offload.h"
#include "swarm/download.h"

/// How a Download gets from what is noted to what lies on the disk, and from there to all chunks.
namespace lanspread::swarm {

Task<Result<void>> Download::fetch_chunks(Bytes verified)
{
    // A bitmap that does not fit is worth nothing: all is fetched again.
    auto claimed = ChunkSet::from_bytes(verified, manifest_->chunk_count());
    if (!claimed) {
        claimed = ChunkSet::none_of(manifest_->chunk_count());
    }
    // What has begun is there for others also while it has no place; what has not makes no files yet.
    while (claimed->count() == 0 && turn() != Turn::running) {
        enter(DownloadState::starting);
        co_await changed_.wait();
    }
    enter(DownloadState::starting);
    while (true) {
        auto files = co_await look_at_files(*claimed);
        if (files) {
            claimed = files->verified;  // no more than that, should a full disk cut the making short
            files = co_await make_files(std::move(*files));
        }
        if (files) {
            fetcher_ =
                std::make_unique<ChunkFetcher>(environment_, allowance_, manifest_, std::move(files->store),
                                               std::move(files->verified), sources_, progress_, turn());
            co_return co_await fetcher_->run();
        }
        if (files.error().code != ErrorCode::disk_full) {
            co_return fail(files.error());
        }
        enter(DownloadState::waiting_for_space, files.error().message);
        co_await sleep_for(environment_.space_retry);
    }
}

/// What has vanished is no longer noted as verified when this returns, and so before `make_files` makes it
/// anew: nobody could tell the zeros in there from what was fetched.
Task<Result<Download::Files>> Download::look_at_files(ChunkSet claimed)
{
    auto looked = co_await offload(environment_.disk_pool, [this, claimed]() -> Result<Files> {
        auto store = ChunkStore::open(request_.games_folder, manifest_);
        auto believed = store ? (*store)->believable(claimed) : fail(store.error());
        return believed ? Result<Files>(Files{std::move(*store), std::move(*believed)})
                        : fail(believed.error());
    });
    if (looked && looked->verified != claimed) {
        if (const auto noted = co_await note_verified(looked->verified); !noted) {
            co_return fail(noted.error());
        }
    }
    co_return looked;
}

Task<Result<Download::Files>> Download::make_files(Files files)
{
    auto believed = co_await offload(environment_.disk_pool, [store = files.store, claimed = files.verified] {
        return store->prepare(claimed);
    });
    if (!believed) {
        co_return fail(believed.error());
    }
    if (*believed != files.verified) {  // somebody has deleted files since they were looked at
        if (const auto noted = co_await note_verified(*believed); !noted) {
            co_return fail(noted.error());
        }
    }
    files.verified = std::move(*believed);
    co_return files;
}

Task<Result<void>> Download::note_verified(ChunkSet verified)
{
    std::uint64_t bytes = 0;
    for (std::uint32_t chunk = 0; chunk < verified.size(); ++chunk) {
        bytes += verified.contains(chunk) ? manifest_->chunk_size(chunk) : 0;
    }
    co_return co_await offload(
        environment_.store_pool, [&database = environment_.database, manifest = manifest_, verified, bytes] {
            return store::Downloads(database).set_verified(manifest->content_id(), verified.to_bytes(), bytes,
                                                           manifest->total_size());
        });
}

}  // namespace lanspread::swarm
