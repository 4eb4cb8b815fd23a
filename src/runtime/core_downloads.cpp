#include "async/offload.h"
#include "runtime/core.h"
#include "runtime/games_folder.h"

namespace lanspread::runtime {

Result<Download> PeerRuntime::Core::answer_of(const Result<swarm::DownloadStatus>& status) const
{
    return status ? Result<Download>(to_model(*status, title_of(status->game))) : fail(status.error());
}

Task<Result<Download>> PeerRuntime::Core::start_download(StartDownload command)
{
    const auto id = GameId::parse(command.game);
    if (!id) {
        co_return fail(id.error());
    }
    const auto free_folder = co_await offload(
        disk_pool, [folders = config.games_folders, game = *id] { return games_folder_for(folders, game); });
    const auto local = library.find(*id);
    const auto* game = party_library.find(*id);
    const auto wanted = game == nullptr ? std::nullopt : decide_download(*game, command.version);
    const bool is_here = wanted && local && wanted->second == local->content;
    // A download that waits for its source needs no offer to go on.
    const auto known = downloads.find(*id);
    const bool is_asked_for_already =
        known && !is_terminal(known->state) && (command.version.empty() || command.version == known->version);
    if ((is_here || !wanted) && is_asked_for_already) {
        if (known->state == swarm::DownloadState::paused) {
            co_return answer_of(co_await downloads.set_paused(*id, false));
        }
        co_return answer_of(*known);
    }
    if (is_here) {
        swarm::DownloadStatus done{.game = *id, .version = local->version, .content = local->content};
        done.state = swarm::DownloadState::done;
        done.bytes_done = done.bytes_total = local->manifest->total_size();
        co_return answer_of(done);
    }
    if (!wanted) {
        const auto which =
            command.version.empty() ? command.game : fmt::format("{} {}", command.game, command.version);
        co_return fail(
            ErrorCode::not_found,
            fmt::format("nobody who is connected has {}: see `lanspread peers` for who is here, and "
                        "`lanspread games --all` for what they have",
                        which));
    }
    if (!free_folder) {
        co_return fail(free_folder.error());
    }
    const auto beginning = operations.begin_download(*id);
    if (!beginning) {
        co_return fail(beginning.error());
    }
    // What somebody wants back is not removed any further, should that have been cut short once.
    const auto dropped = co_await drop_removal(*id);
    if (!dropped) {
        co_return fail(dropped.error());
    }
    const auto folder = local ? local->root.parent_path() : *free_folder;
    co_return answer_of(co_await downloads.start(*id, wanted->first, wanted->second, folder));
}

Task<Result<Download>> PeerRuntime::Core::cancel_download(CancelDownload command)
{
    const auto id = GameId::parse(command.game);
    if (!id) {
        co_return fail(id.error());
    }
    co_return answer_of(co_await downloads.cancel(*id, command.remove));
}

Task<Result<std::vector<Download>>> PeerRuntime::Core::set_paused(std::string game, bool all, bool paused)
{
    std::vector<GameId> games;
    if (all) {
        for (const auto& status : downloads.snapshot()) {
            const bool is_wanted = paused ? status.state != swarm::DownloadState::finishing
                                          : status.state == swarm::DownloadState::paused;
            if (status.position != 0 && is_wanted) {
                games.push_back(status.game);
            }
        }
    } else if (auto id = GameId::parse(game)) {
        games.push_back(std::move(*id));
    } else {
        co_return fail(id.error());
    }
    std::vector<Download> answers;
    for (const auto& id : games) {
        const auto status = co_await downloads.set_paused(id, paused);
        // With `all`, one that ends meanwhile is none of those that were meant.
        if (!status && !all) {
            co_return fail(status.error());
        }
        if (status) {
            answers.push_back(to_model(*status, title_of(id)));
        }
    }
    co_return answers;
}

Task<Result<Download>> PeerRuntime::Core::set_priority(SetPriority command)
{
    const auto id = GameId::parse(command.game);
    if (!id) {
        co_return fail(id.error());
    }
    const auto priority = swarm::parse_priority(command.priority);
    if (!priority) {
        co_return fail(ErrorCode::invalid_input,
                       fmt::format("'{}' is no priority: high, normal or low", command.priority));
    }
    co_return answer_of(co_await downloads.set_priority(*id, *priority));
}

Task<Result<Download>> PeerRuntime::Core::move_download(MoveDownload command)
{
    const auto id = GameId::parse(command.game);
    if (!id) {
        co_return fail(id.error());
    }
    co_return answer_of(co_await downloads.move(*id, command.position));
}

}  // namespace lanspread::runtime
