#include "swarm/downloads.h"

#include <stdexcept>

#include <fmt/format.h>

#include "async/offload.h"
#include "store/downloads.h"
#include "swarm/download.h"
#include "swarm/partial_folder.h"

namespace lanspread::swarm {

/// The time in which `run` takes downloads into its group.
class Downloads::Opening {
public:
    Opening(Downloads& downloads, TaskGroup& group) : downloads_(downloads) { downloads_.group_ = &group; }
    ~Opening() { downloads_.group_ = nullptr; }
    Opening(const Opening&) = delete;
    Opening& operator=(const Opening&) = delete;

private:
    Downloads& downloads_;
};

Downloads::Downloads(DownloadEnvironment environment) : environment_(std::move(environment)) {}

Downloads::~Downloads() = default;

Task<void> Downloads::run()
{
    TaskGroup group(environment_.executor, CancellationToken());
    const Opening opening(*this, group);
    group.spawn(resume());
    co_await group.join();
}

Task<void> Downloads::resume()
{
    // What was started before this runs, or was cut short when this ran before.
    for (auto& [game, download] : downloads_) {
        if (!is_terminal(download->status().state)) {
            download = begin(download->request());
        }
    }
    const auto records = co_await offload(environment_.store_pool, [&database = environment_.database] {
        return store::Downloads(database).load_all();
    });
    if (!records) {
        throw std::runtime_error(records.error().message);
    }
    for (const auto& record : *records) {
        if (record.state != store::DownloadState::stopped && !downloads_.contains(record.game)) {
            downloads_[record.game] =
                begin({record.game, record.version, record.content, record.games_folder});
        }
    }
    while (true) {
        co_await idle_.wait();
    }
}

std::shared_ptr<Download> Downloads::begin(const DownloadRequest& request)
{
    auto download = std::make_shared<Download>(environment_, request);
    if (group_ != nullptr) {
        group_->spawn(run_one(download));
    }
    return download;
}

Task<void> Downloads::run_one(std::shared_ptr<Download> download) { co_await download->run(); }

Result<DownloadStatus> Downloads::start(const GameId& game, const std::string& version,
                                        const ContentId& content, const std::filesystem::path& games_folder)
{
    if (discarding_.contains(game)) {
        return fail(ErrorCode::exists,
                    fmt::format("what is left of {} is being deleted: try again in a moment", game.text()));
    }
    if (const auto known = find(game); known && !is_terminal(known->state)) {
        if (known->content == content) {
            return *known;
        }
        return fail(ErrorCode::exists,
                    fmt::format("{} {} is being downloaded: cancel that first", game.text(), known->version));
    }
    const auto download = begin({game, version, content, games_folder});
    downloads_[game] = download;
    if (environment_.on_event) {
        environment_.on_event(
            {DownloadEvent::Kind::started, game, fmt::format("{} {} is asked for", game.text(), version)});
    }
    return download->status();
}

Task<Result<DownloadStatus>> Downloads::cancel(GameId game, bool remove)
{
    const auto found = downloads_.find(game);
    const auto download = found == downloads_.end() ? nullptr : found->second;
    if (download && !is_terminal(download->status().state)) {
        if (!download->cancel(remove)) {
            co_return fail(ErrorCode::refused,
                           fmt::format("{} is complete and being put in place", game.text()));
        }
        co_await download->ended();
        co_return download->status();
    }
    if (download && download->status().state == DownloadState::done) {
        co_return fail(ErrorCode::refused, fmt::format("{} is complete already", game.text()));
    }
    if (remove && discarding_.insert(game).second) {
        const auto discarded = co_await discard(game);
        discarding_.erase(game);
        if (!discarded && !(download && discarded.error().code == ErrorCode::not_found)) {
            co_return fail(discarded.error());
        }
    }
    if (!download && !remove) {
        co_return fail(ErrorCode::not_found, fmt::format("{} is not being downloaded", game.text()));
    }
    DownloadStatus deleted;  // of a download of an earlier process, of which no more is known
    deleted.game = game;
    deleted.state = DownloadState::cancelled;
    co_return download ? download->status() : deleted;
}

/// Deletes what ended downloads of a game have left.
Task<Result<void>> Downloads::discard(GameId game)
{
    const auto discarded = co_await offload(
        environment_.store_pool,
        [&database = environment_.database, game]() -> Result<std::vector<store::DownloadRecord>> {
            store::Downloads downloads(database);
            auto records = downloads.load_all();
            if (!records) {
                return records;
            }
            std::erase_if(*records, [&](const store::DownloadRecord& record) { return record.game != game; });
            for (const auto& record : *records) {
                if (auto removed = downloads.remove(record.content); !removed) {
                    return fail(removed.error());
                }
            }
            return records;
        });
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
        if (!removed) {
            co_return removed;
        }
    }
    co_return Result<void>();
}

std::vector<DownloadStatus> Downloads::snapshot() const
{
    std::vector<DownloadStatus> all;
    for (const auto& [game, download] : downloads_) {
        all.push_back(download->status());
    }
    return all;
}

std::optional<DownloadStatus> Downloads::find(const GameId& game) const
{
    const auto found = downloads_.find(game);
    return found == downloads_.end() ? std::nullopt : std::optional(found->second->status());
}

void Downloads::sources_changed()
{
    for (const auto& [game, download] : downloads_) {
        download->sources_changed();
    }
}

}  // namespace lanspread::swarm
