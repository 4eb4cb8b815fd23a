#include "lanspread/get_command.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "lanspread/ask_and_print.h"
#include "lanspread/format.h"
#include "lanspread/output.h"
#include "lanspread/progress.h"

namespace lanspread::cli {

namespace {

using runtime::Download;

constexpr std::chrono::milliseconds poll_interval{200};

bool has_ended(const Download& download)
{
    return download.state == "done" || download.state == "failed" || download.state == "cancelled";
}

/// Waits for a download's end. Snapshots tell it; events only make the next look come sooner, so none is ever
/// relied on.
class Wait {
public:
    Wait(const api::ControlClient& client, Download download)
        : client_(client), download_(std::move(download))
    {
        auto events = client_.events(true);
        if (events) {
            events_.emplace(std::move(*events));
        }
    }

    [[nodiscard]] api::Answer<Download> run()
    {
        ProgressBar bar;
        while (!has_ended(download_)) {
            bar.show(download_, Clock::now());
            pause();
            auto looked = look();
            if (!looked) {
                return std::unexpected(looked.error());
            }
        }
        return download_;
    }

private:
    [[nodiscard]] api::Answer<void> look()
    {
        auto game = client_.ask<runtime::Game>(runtime::GetGame{.game = download_.game});
        if (!game && game.error().no_peer) {
            return std::unexpected(
                api::ControlError{.error = {ErrorCode::unavailable,
                                            fmt::format("the peer ended while {} was being fetched: start it "
                                                        "again (`lanspread run`), and the download goes on",
                                                        download_.title)},
                                  .no_peer = true});
        }
        if (!game) {
            return std::unexpected(game.error());
        }
        if (game->downloads.empty() || game->downloads.front().content != download_.content) {
            return std::unexpected(api::ControlError{
                .error = {ErrorCode::unavailable,
                          fmt::format("{}: somebody else ended this download, or began another",
                                      download_.title)}});
        }
        download_ = std::move(game->downloads.front());
        return {};
    }

    /// Until the next look is due, or an event says that this download has ended.
    void pause()
    {
        const auto deadline = Clock::now() + poll_interval;
        while (events_) {
            const auto text = events_->receive_until(deadline);
            if (!text && text.error().error.code == ErrorCode::timed_out) {
                return;
            }
            if (!text || !*text) {
                events_.reset();
                break;
            }
            const auto event = api::answer_in<runtime::Event>(**text);
            if (event && event->game == download_.game && tells_an_end(event->kind)) {
                return;
            }
        }
        std::this_thread::sleep_until(deadline);
    }

    static bool tells_an_end(std::string_view kind)
    {
        return kind == "download_done" || kind == "download_failed" || kind == "download_cancelled";
    }

    const api::ControlClient& client_;
    Download download_;
    std::optional<api::ControlConnection> events_;
};

}  // namespace

api::Answer<runtime::Download> wait_for_end(const api::ControlClient& client, runtime::Download download)
{
    return Wait(client, std::move(download)).run();
}

namespace {

std::string started_text(const Download& download)
{
    if (download.state == "done") {
        return fmt::format("{} {} is here already, complete\n", printable(download.title), download.version);
    }
    return fmt::format("{} {}: {}; `lanspread get --wait {}` shows how it goes on\n",
                       printable(download.title), printable(download.version),
                       printable(state_text(download)), printable(download.game));
}

std::string done_text(const Download& download)
{
    const auto sources =
        std::ranges::count_if(download.sources, [](const auto& source) { return source.bytes > 0; });
    return fmt::format("done seconds={:.2f} bytes={} sources={} fetched={} local={}\n", download.seconds,
                       download.bytes_total, sources, download.bytes_fetched, download.bytes_local);
}

ExitCode judge(const Download& download)
{
    if (download.state == "done") {
        return ExitCode::done;
    }
    complain(fmt::format("{}: {}", download.title, state_text(download)));
    return ExitCode::failed;
}

}  // namespace

ExitCode get_game(const CommonOptions& options, const GetOptions& get)
{
    const api::ControlClient client(options.state_folder);
    const auto started =
        client.ask<Download>(runtime::StartDownload{.game = get.game, .version = get.version});
    if (!started) {
        return fail_with(started.error());
    }
    if (!get.wait) {
        if (options.json) {
            return print_json(*started);
        }
        print_now(started_text(*started));
        return ExitCode::done;
    }
    const auto ended = wait_for_end(client, *started);
    if (!ended) {
        return fail_with(ended.error());
    }
    if (options.json) {
        if (const auto printed = print_json(*ended); printed != ExitCode::done) {
            return printed;
        }
    } else if (ended->state == "done") {
        print_now(done_text(*ended));
    }
    return judge(*ended);
}

}  // namespace lanspread::cli
