#include "swarm/downloads.h"

#include <fmt/format.h>

#include "swarm/download.h"

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

void Downloads::restore(const std::vector<store::DownloadRecord>& records)
{
    for (const auto& record : records) {
        if (record.state != store::DownloadState::stopped && !queue_.contains(record.game)) {
            queue_.add(record.game, static_cast<Priority>(record.priority));
            begin({.game = record.game,
                   .version = record.version,
                   .content = record.content,
                   .games_folder = record.games_folder,
                   .paused = record.state == store::DownloadState::paused,
                   .finishing = record.state == store::DownloadState::finishing,
                   .bytes_verified = record.bytes_verified,
                   .bytes_total = record.bytes_total});
        }
    }
}

void Downloads::configure(const DownloadSettings& settings)
{
    parallel_ = settings.parallel;
    allowance_.leaves_room_to_install = settings.leaves_room_to_install;
    allowance_.rate.set_rate(settings.bytes_per_second);
    share_places();
}

Task<void> Downloads::run()
{
    TaskGroup group(environment_.executor, CancellationToken());
    const Opening opening(*this, group);
    // What was started before this runs, or was cut short when this ran before. At once, so that nothing is
    // begun twice.
    for (auto& [game, download] : downloads_) {
        if (is_terminal(download->state())) {
            continue;
        }
        if (download->has_begun()) {
            begin(download->request());
        } else {
            group.spawn(run_one(download));
        }
    }
    group.spawn(steer());
    co_await group.join();
}

Task<void> Downloads::steer()
{
    while (true) {
        share_places();
        co_await changed_.wait();
    }
}

/// Makes the game's download, in the place of one that has ended.
void Downloads::begin(const DownloadRequest& request)
{
    const auto download =
        std::make_shared<Download>(environment_, allowance_, request, [this] { changed_.notify_all(); });
    downloads_[request.game] = download;
    if (group_ != nullptr) {
        group_->spawn(run_one(download));
    }
}

Task<void> Downloads::run_one(std::shared_ptr<Download> download)
{
    co_await download->run();
    const auto game = download->request().game;
    if (downloads_.at(game) == download) {
        queue_.remove(game);
    }
    share_places();
}

void Downloads::share_places()
{
    const auto admitted =
        queue_.admit(parallel_, [this](const GameId& game) { return downloads_.at(game)->can_run(); });
    for (const auto& [game, download] : downloads_) {
        download->set_place(admitted.contains(game));
    }
}

Task<Result<DownloadStatus>> Downloads::start(GameId game, std::string version, ContentId content,
                                              std::filesystem::path games_folder)
{
    co_await let_end(game);
    if (discarding_.contains(game)) {
        co_return fail(
            ErrorCode::exists,
            fmt::format("what is left of {} is being deleted: try again in a moment", game.text()));
    }
    const auto known = find(game);
    if (known && !is_terminal(known->state)) {
        if (known->content != content) {
            co_return fail(ErrorCode::exists, fmt::format("{} {} is being downloaded: cancel that first",
                                                          game.text(), known->version));
        }
        if (known->state == DownloadState::paused) {
            co_return co_await set_paused(game, false);
        }
        co_return *known;
    }
    const bool was_finishing = known && known->content == content && downloads_.at(game)->request().finishing;
    queue_.remove(game);
    queue_.add(game, Priority::normal);
    begin({.game = game,
           .version = version,
           .content = content,
           .games_folder = std::move(games_folder),
           .finishing = was_finishing});
    share_places();
    if (environment_.on_event) {
        environment_.on_event(
            {DownloadEvent::Kind::started, game, fmt::format("{} {} is asked for", game.text(), version)});
    }
    const auto download = downloads_.at(game);
    co_await download->noted();
    if (const auto saved = co_await save_order(); !saved) {
        co_return fail(saved.error());
    }
    co_return status_of(*download);
}

DownloadStatus Downloads::status_of(const Download& download) const
{
    auto status = download.status();
    if (!is_terminal(status.state)) {
        status.priority = queue_.priority(status.game);
        status.position = queue_.position(status.game);
    }
    return status;
}

std::vector<DownloadStatus> Downloads::snapshot() const
{
    std::vector<DownloadStatus> all;
    for (const auto& item : queue_.items()) {
        all.push_back(status_of(*downloads_.at(item.game)));
    }
    for (const auto& [game, download] : downloads_) {
        if (!queue_.contains(game)) {
            all.push_back(status_of(*download));
        }
    }
    return all;
}

std::optional<DownloadStatus> Downloads::find(const GameId& game) const
{
    const auto found = downloads_.find(game);
    return found == downloads_.end() ? std::nullopt : std::optional(status_of(*found->second));
}

void Downloads::sources_changed()
{
    for (const auto& [game, download] : downloads_) {
        download->sources_changed();
    }
}

}  // namespace lanspread::swarm
