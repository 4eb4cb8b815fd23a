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
                   .repairing = record.state == store::DownloadState::repairing,
                   .verified = record.state == store::DownloadState::repairing ? record.verified : Bytes(),
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
    if (const auto free = check_discarding(game); !free) {
        co_return fail(free.error());
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
    const bool was_repairing = known && known->content == content && downloads_.at(game)->request().repairing;
    co_return co_await enqueue(
        {.game = game,
         .version = version,
         .content = content,
         .games_folder = std::move(games_folder),
         .finishing = was_finishing,
         .repairing = was_repairing,
         .verified = was_repairing ? downloads_.at(game)->request().verified : Bytes()},
        fmt::format("{} {} is asked for", game.text(), version));
}

Task<Result<DownloadStatus>> Downloads::repair(std::shared_ptr<const content::Manifest> manifest,
                                               std::filesystem::path games_folder, ChunkSet good)
{
    const auto game = manifest->game();
    co_await let_end(game);
    if (const auto free = check_discarding(game); !free) {
        co_return fail(free.error());
    }
    if (const auto known = find(game); known && !is_terminal(known->state)) {
        co_return fail(ErrorCode::exists, fmt::format("{} {} is being downloaded: cancel that first",
                                                      game.text(), known->version));
    }
    co_return co_await enqueue({.game = game,
                                .version = manifest->version(),
                                .content = manifest->content_id(),
                                .games_folder = std::move(games_folder),
                                .repairing = true,
                                .verified = good.to_bytes(),
                                .is_verified_now = true,
                                .bytes_verified = total_size(good, *manifest),
                                .bytes_total = manifest->total_size()},
                               fmt::format("{} {} is repaired: {} of {} chunks are bad", game.text(),
                                           manifest->version(), good.size() - good.count(), good.size()));
}

Result<void> Downloads::check_discarding(const GameId& game) const
{
    return discarding_.contains(game)
               ? fail(ErrorCode::exists,
                      fmt::format("what is left of {} is being deleted: try again in a moment", game.text()))
               : Result<void>();
}

/// Puts a new download at the end of the queue, and tells so in `text`.
Task<Result<DownloadStatus>> Downloads::enqueue(DownloadRequest request, std::string text)
{
    const auto game = request.game;
    queue_.remove(game);
    queue_.add(game, Priority::normal);
    begin(request);
    share_places();
    if (environment_.on_event) {
        environment_.on_event({DownloadEvent::Kind::started, game, std::move(text)});
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
