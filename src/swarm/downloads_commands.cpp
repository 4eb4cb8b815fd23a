#include <fmt/format.h>

#include "async/offload.h"
#include "store/downloads.h"
#include "swarm/download.h"
#include "swarm/downloads.h"
#include "swarm/partial_folder.h"

/// What a person does to a download once it is there.
namespace lanspread::swarm {

Result<std::shared_ptr<Download>> Downloads::changeable(const GameId& game) const
{
    const auto found = downloads_.find(game);
    if (found == downloads_.end() || is_terminal(found->second->state()) || found->second->is_ending()) {
        return fail(ErrorCode::not_found, fmt::format("{} is not being downloaded", game.text()));
    }
    return found->second;
}

Task<Result<DownloadStatus>> Downloads::set_paused(GameId game, bool paused)
{
    const auto download = changeable(game);
    if (!download) {
        co_return fail(download.error());
    }
    if (!(*download)->set_paused(paused)) {
        co_return fail(
            ErrorCode::refused,
            fmt::format("the files of {} are being put in place: try again in a moment", game.text()));
    }
    share_places();
    // Nothing was awaited since the look at its state: what `finish` notes comes after this.
    const auto state = paused ? store::DownloadState::paused : store::DownloadState::running;
    const auto noted = co_await offload(
        environment_.store_pool, [&database = environment_.database, content = (*download)->request().content,
                                  state] { return store::Downloads(database).set_state(content, state); });
    // Where there is no record yet, the one that is being made says the same.
    if (!noted && noted.error().code != ErrorCode::not_found) {
        co_return fail(noted.error());
    }
    co_return status_of(**download);
}

Task<Result<DownloadStatus>> Downloads::set_priority(GameId game, Priority priority)
{
    const auto download = changeable(game);
    if (!download) {
        co_return fail(download.error());
    }
    queue_.set_priority(game, priority);
    share_places();
    const auto saved = co_await save_order();
    co_return saved ? Result<DownloadStatus>(status_of(**download)) : fail(saved.error());
}

Task<Result<DownloadStatus>> Downloads::move(GameId game, std::size_t position)
{
    const auto download = changeable(game);
    if (!download) {
        co_return fail(download.error());
    }
    queue_.move(game, position);
    share_places();
    const auto saved = co_await save_order();
    co_return saved ? Result<DownloadStatus>(status_of(**download)) : fail(saved.error());
}

Task<Result<void>> Downloads::save_order()
{
    std::vector<store::QueuePlace> places;
    for (const auto& item : queue_.items()) {
        places.push_back({.content = downloads_.at(item.game)->request().content,
                          .priority = static_cast<std::uint8_t>(item.priority),
                          .place = static_cast<std::int64_t>(places.size())});
    }
    co_return co_await offload(environment_.store_pool,
                               [&database = environment_.database, places = std::move(places)] {
                                   return store::Downloads(database).set_places(places);
                               });
}

Task<void> Downloads::let_end(GameId game)
{
    auto found = downloads_.find(game);
    while (found != downloads_.end() && found->second->is_ending()) {
        const auto download = found->second;
        co_await download->ended();
        found = downloads_.find(game);
    }
}

/// What `state.db` has noted of downloads of the game, of whatever version.
Task<Result<std::vector<store::DownloadRecord>>> Downloads::records_of(GameId game)
{
    auto records = co_await offload(environment_.store_pool, [&database = environment_.database] {
        return store::Downloads(database).load_all();
    });
    if (records) {
        std::erase_if(*records, [&game](const auto& record) { return record.game != game; });
    }
    co_return records;
}

/// `refused` where what is to be deleted is no download, but a game that was here and is being repaired.
Task<Result<void>> Downloads::check_no_repair(GameId game)
{
    const auto records = co_await records_of(game);
    if (!records) {
        co_return fail(records.error());
    }
    for (const auto& record : *records) {
        const auto repaired = co_await offload(environment_.disk_pool, [record] {
            return record.state == store::DownloadState::repairing
                       ? Result<bool>(true)
                       : is_repair(record.games_folder, record.game, record.content);
        });
        // What cannot be looked at cannot be deleted either: that says so itself.
        if (repaired && *repaired) {
            co_return fail(
                ErrorCode::refused,
                fmt::format(
                    "the repair of {} has not ended, and its files are no download, but the game that "
                    "was here: `lanspread verify --repair {}` goes on with it, `lanspread cancel {}` "
                    "stops it and keeps them",
                    game.text(), game.text(), game.text()));
        }
    }
    co_return Result<void>();
}

/// What is noted of a repair that has taken the game root apart.
Task<Result<std::optional<store::DownloadRecord>>> Downloads::begun_repair(GameId game)
{
    const auto records = co_await records_of(std::move(game));
    if (!records) {
        co_return fail(records.error());
    }
    for (const auto& record : *records) {
        const auto is_begun = co_await offload(environment_.disk_pool, [record]() -> Result<bool> {
            const auto marked = is_repair(record.games_folder, record.game, record.content);
            if (!marked || !*marked) {
                return marked;
            }
            const auto whole = has_sentinel(record.games_folder, record.game);
            return whole ? Result<bool>(!*whole) : whole;
        });
        if (!is_begun) {
            co_return fail(is_begun.error());
        }
        if (*is_begun) {
            co_return record;
        }
    }
    co_return std::nullopt;
}

Task<Result<bool>> Downloads::is_taken_apart(GameId game)
{
    const auto record = co_await begun_repair(std::move(game));
    co_return record ? Result<bool>(record->has_value()) : fail(record.error());
}

Task<Result<DownloadStatus>> Downloads::resume_repair(GameId game)
{
    co_await let_end(game);
    const auto record = co_await begun_repair(game);
    if (!record || !*record) {
        co_return record ? fail(ErrorCode::not_found, fmt::format("{} is not being repaired", game.text()))
                         : fail(record.error());
    }
    co_return co_await start((*record)->game, (*record)->version, (*record)->content,
                             (*record)->games_folder);
}

Task<Result<DownloadStatus>> Downloads::cancel(GameId game, bool remove)
{
    co_await let_end(game);
    if (const auto free = remove ? co_await check_no_repair(game) : Result<void>(); !free) {
        co_return fail(free.error());
    }
    const auto found = downloads_.find(game);
    const auto download = found == downloads_.end() ? nullptr : found->second;
    if (download && !is_terminal(download->state())) {
        if (!download->cancel(remove)) {
            co_return fail(
                ErrorCode::refused,
                fmt::format("the files of {} are being put in place: try again in a moment", game.text()));
        }
        co_await download->ended();
        co_return status_of(*download);
    }
    if (download && download->state() == DownloadState::done) {
        co_return fail(ErrorCode::refused, fmt::format("{} is complete already", game.text()));
    }
    if (remove && discarding_.insert(game).second) {
        const auto discarded = co_await discard(game);
        discarding_.erase(game);
        if (!discarded && !(download && discarded.error().code == ErrorCode::not_found)) {
            co_return fail(discarded.error());
        }
        if (download && discarded) {
            download->was_discarded();
        }
    }
    if (!download && !remove) {
        co_return fail(ErrorCode::not_found, fmt::format("{} is not being downloaded", game.text()));
    }
    DownloadStatus deleted;  // of a download of an earlier process, of which no more is known
    deleted.game = game;
    deleted.state = DownloadState::cancelled;
    co_return download ? status_of(*download) : deleted;
}

/// Deletes what ended downloads of a game have left.
Task<Result<void>> Downloads::discard(GameId game)
{
    const auto discarded = co_await records_of(game);
    if (!discarded) {
        co_return fail(discarded.error());
    }
    if (discarded->empty()) {
        co_return fail(ErrorCode::not_found, fmt::format("nothing of a download of {} is left", game.text()));
    }
    for (const auto& record : *discarded) {
        auto removed = co_await offload(environment_.disk_pool, [record] {
            return remove_partial(record.games_folder, record.game, record.content);
        });
        if (removed) {
            removed = co_await offload(environment_.store_pool,
                                       [&database = environment_.database, content = record.content] {
                                           return store::Downloads(database).remove(content);
                                       });
        }
        if (!removed) {
            co_return removed;  // what is left stays noted, so that it can be tried again
        }
    }
    co_return Result<void>();
}

}  // namespace lanspread::swarm
