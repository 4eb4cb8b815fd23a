#include "runtime/core.h"

#include "async/offload.h"
#include "runtime/games_folder.h"

namespace lanspread::runtime {

Task<Result<Peer>> PeerRuntime::Core::connect(std::string address)
{
    const auto id = co_await party.connect(address);
    if (!id) {
        co_return fail(id.error());
    }
    const auto text = id->hex();
    for (auto& peer : peers()) {
        if (peer.id == text) {
            co_return std::move(peer);
        }
    }
    co_return fail(ErrorCode::unavailable, fmt::format("{}: the peer there has left again", address));
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
    const auto wanted =
        decide_download(offers(*id), local ? std::optional(to_entry(*local)) : std::nullopt, command.version);
    const bool is_here = wanted && local && wanted->content == local->content;
    // A download that waits for its source needs no offer to go on.
    const auto known = downloads.find(*id);
    const bool is_asked_for_already =
        known && !is_terminal(known->state) && (command.version.empty() || command.version == known->version);
    if ((is_here || !wanted) && is_asked_for_already) {
        co_return to_model(*known);
    }
    if (is_here) {
        swarm::DownloadStatus done{.game = *id, .version = local->version, .content = local->content};
        done.state = swarm::DownloadState::done;
        done.bytes_done = done.bytes_total = local->manifest->total_size();
        co_return to_model(done);
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
    const auto folder = local ? local->root.parent_path() : free_folder;
    const auto started = downloads.start(*id, wanted->version, wanted->content, folder);
    if (!started) {
        co_return fail(started.error());
    }
    co_return to_model(*started);
}

Task<Result<Download>> PeerRuntime::Core::cancel_download(CancelDownload command)
{
    const auto id = GameId::parse(command.game);
    if (!id) {
        co_return fail(id.error());
    }
    const auto cancelled = co_await downloads.cancel(*id, command.remove);
    if (!cancelled) {
        co_return fail(cancelled.error());
    }
    co_return to_model(*cancelled);
}

Task<Result<VerifyReport>> PeerRuntime::Core::verify(std::string game)
{
    const auto id = GameId::parse(game);
    if (!id) {
        co_return fail(id.error());
    }
    const auto report = co_await library.verify(*id);
    if (!report) {
        co_return fail(report.error());
    }
    events.add("verify_finished", {.game = game},
               report->is_good() ? "it is as it was shared" : "it is damaged, and not shared any more");
    co_return VerifyReport{.game = game,
                           .version = report->version,
                           .bytes_checked = report->bytes_checked,
                           .missing = report->missing,
                           .damaged = report->damaged,
                           .extra = report->extra,
                           .good = report->is_good()};
}

Task<Result<Status>> PeerRuntime::Core::rescan()
{
    co_await library.rescan();
    co_return status();
}

}  // namespace lanspread::runtime
