#include "async/offload.h"
#include "base/log.h"
#include "content/hash.h"
#include "swarm/download.h"
#include "swarm/partial_folder.h"
#include "swarm/take_apart.h"

/// How a Download gets from what is noted to what lies on the disk, and from there to all chunks.
namespace lanspread::swarm {

/// Its files are named here before they are moved, so that a crash loses none of them. Nobody cancels it:
/// half a game root and half a partial download are neither.
Task<Result<void>> Download::take_apart()
{
    const auto taken =
        co_await offload(environment_.disk_pool, [folder = request_.games_folder, manifest = manifest_] {
            return swarm::take_apart(folder, *manifest);
        });
    if (!taken) {
        co_return taken;
    }
    auto noted = co_await offload(
        environment_.store_pool, [&database = environment_.database, content = request_.content] {
            return store::Downloads(database).set_state(content, store::DownloadState::running);
        });
    request_.repairing = !noted;
    hold_ = library::Library::Hold();
    co_return noted;
}

/// What of `claimed` the files bear out: of a repair that a crash cut short, nobody knows what happened to
/// them between then and now.
Task<ChunkSet> Download::read_again(std::shared_ptr<ChunkStore> store, ChunkSet claimed)
{
    for (std::uint32_t chunk = 0; chunk < claimed.size(); ++chunk) {
        if (!claimed.contains(chunk)) {
            continue;
        }
        const bool is_right = co_await offload(environment_.disk_pool, [store, chunk, manifest = manifest_] {
            Bytes bytes(manifest->chunk_size(chunk));
            return store->read(chunk, bytes) && content::hash_chunk(bytes) == manifest->chunk_hash(chunk);
        });
        if (!is_right) {
            claimed.erase(chunk);
        }
    }
    co_return claimed;
}

/// Deletes what downloads of other versions of the game have left.
Task<void> Download::remove_others(std::vector<store::DownloadRecord> others, Others which)
{
    for (const auto& other : others) {
        // What was a game that was here goes only when there is another.
        auto removed = co_await offload(environment_.disk_pool, [other, which]() -> Result<void> {
            const auto is_kept = which == Others::all
                                     ? Result<bool>(false)
                                     : is_repair(other.games_folder, other.game, other.content);
            if (!is_kept || *is_kept) {
                return is_kept ? fail(ErrorCode::exists, "kept until the other version is here")
                               : fail(is_kept.error());
            }
            return remove_partial(other.games_folder, other.game, other.content);
        });
        if (removed) {
            removed = co_await offload(environment_.store_pool,
                                       [&database = environment_.database, content = other.content] {
                                           return store::Downloads(database).remove(content);
                                       });
        }
        if (!removed) {
            log::warning("swarm", "what is left of {} {}: {}", other.game.text(), other.version,
                         removed.error().message);
        }
    }
}

Task<std::vector<store::DownloadRecord>> Download::other_records()
{
    auto records = co_await offload(environment_.store_pool, [&database = environment_.database] {
        return store::Downloads(database).load_all();
    });
    if (!records) {
        co_return std::vector<store::DownloadRecord>();
    }
    std::erase_if(*records, [this](const store::DownloadRecord& record) {
        return record.game != request_.game || record.content == request_.content;
    });
    co_return std::move(*records);
}

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
    if (looked && reads_again_) {
        looked->verified = co_await read_again(looked->store, std::move(looked->verified));
    }
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

/// What lies there and is still to be hashed: nobody knew which files are of the old version, and all of it
/// would be moved aside.
Task<void> Download::let_old_version_be_known()
{
    constexpr std::chrono::milliseconds pause{250};
    while (environment_.library.is_scanning()) {
        const auto whole = co_await offload(environment_.disk_pool, [request = request_] {
            return has_sentinel(request.games_folder, request.game);
        });
        if (!whole || !*whole ||
            co_await environment_.library.original(request_.games_folder, request_.game)) {
            co_return;
        }
        co_await sleep_for(pause);
    }
}

Task<Result<void>> Download::note_verified(ChunkSet verified)
{
    co_return co_await offload(
        environment_.store_pool, [&database = environment_.database, manifest = manifest_, verified] {
            return store::Downloads(database).set_verified(manifest->content_id(), verified.to_bytes(),
                                                           total_size(verified, *manifest),
                                                           manifest->total_size());
        });
}

}  // namespace lanspread::swarm
