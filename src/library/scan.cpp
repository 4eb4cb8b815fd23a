#include <chrono>
#include <utility>

#include "async/offload.h"
#include "base/log.h"
#include "library/core.h"
#include "platform/paths.h"

/// The scan: a look at every games folder, after which every root in it is looked at.
namespace lanspread::library {

Task<void> Library::Core::scans()
{
    co_await load_index();
    while (true) {
        // One that was asked for and has not ended when a service fails is not asked for again.
        std::optional<LookPlan::Asker> asker;
        if (std::exchange(is_asked_by_person_, false)) {
            asker = LookPlan::Asker::person;
        } else if (scans_asked_ > scans_started_ || !has_looked_) {
            asker = LookPlan::Asker::program;
        }
        scans_started_ = scans_asked_;
        is_scan_wanted_ = false;
        co_await scan(asker);
        const auto next = Clock::now() + options_.scan_interval;
        while (scans_asked_ <= scans_started_ && !is_scan_wanted_ && co_await scan_wanted_.wait_until(next)) {
        }
    }
}

Task<void> Library::Core::scan(std::optional<LookPlan::Asker> asker)
{
    is_scanning_ = is_scanning_ || asker;
    is_reading_folders_ = true;
    if (watch_) {
        watch_->forget_problem();
        (void)co_await offload(pools_.disk, [watch = watch_] {
            watch->watch_games_folders();
            return true;
        });
    }
    for (const auto& folder : options_.games_folders) {
        co_await look_into(folder);
    }
    const auto now = Clock::now();
    for (const auto& [folder, view] : views_) {
        for (const auto& [game, kind] : view.found.roots) {
            const Root root{.games_folder = folder, .game = game};
            if (asker) {
                // The largest first: else it might be all that is left to wait for.
                const auto known = known_.find(root);
                const auto files = known == known_.end() ? 0 : known->second.fingerprint->files.size();
                plan_.ask(root, *asker, now - std::chrono::nanoseconds(files));
            } else if (!plan_.is_restless(root, now)) {
                plan_.look_soon(root, now);
            }
        }
    }
    is_reading_folders_ = false;
    looks_wanted_.notify_all();
    folders_changed();
    co_await note_seen();
    end_scan_when_done();
}

Task<void> Library::Core::look_into(std::filesystem::path games_folder)
{
    const auto since = touches_;
    auto view = co_await offload(pools_.disk, [games_folder, watch = watch_] {
        FolderView seen{.found = {}, .identity = platform::folder_identity(games_folder)};
        seen.found = read_games_folder(games_folder, watch.get());
        return seen;
    });
    const auto& state = view.found.state;
    auto& before = views_[games_folder];
    if (state.condition != before.found.state.condition && !state.text.empty()) {
        log::warning("library", "{}: {}", platform::to_utf8(games_folder), state.text);
    }
    // Of a game at which somebody was at work meanwhile, what was known is newer.
    for (const auto& [game, kind] : before.found.roots) {
        if (is_busy(game, since)) {
            view.found.roots.insert_or_assign(game, kind);
            plan_.look_soon({.games_folder = games_folder, .game = game}, Clock::now());
        }
    }
    before = std::move(view);
    std::erase_if(problems_, [&](const auto& problem) {
        const auto game = GameId::parse(problem.first.filename().native());
        return problem.first.parent_path() == games_folder && game && !before.found.roots.contains(*game);
    });
    for (const auto& game : table_.games()) {
        if (game->root.parent_path() == games_folder && !before.found.roots.contains(game->id)) {
            leave_table({.games_folder = games_folder, .game = game->id});
        }
    }
}

Task<void> Library::Core::check_folders()
{
    const auto identities = co_await offload(pools_.disk, [folders = options_.games_folders, watch = watch_] {
        if (watch) {
            watch->watch_games_folders();
        }
        std::vector<std::optional<platform::FolderIdentity>> found;
        found.reserve(folders.size());
        for (const auto& folder : folders) {
            found.push_back(platform::folder_identity(folder));
        }
        return found;
    });
    for (std::size_t index = 0; index < identities.size(); ++index) {
        const auto view = views_.find(options_.games_folders[index]);
        if (view == views_.end() || view->second.identity != identities[index]) {
            request_scan();
        }
    }
}

/// Called whenever a piece of work has ended.
void Library::Core::end_scan_when_done()
{
    if (is_reading_folders_ || !index_loaded_) {
        return;
    }
    if (looks_running_ == 0 && !plan_.is_asked_look_left()) {
        has_looked_ = true;
    }
    if (!is_scanning_ || plan_.is_asked_work_left()) {
        return;
    }
    is_scanning_ = false;
    scans_ended_ = scans_started_;
    scan_ended_.notify_all();
    if (scan_finished_) {
        scan_finished_();
    }
}

}  // namespace lanspread::library
