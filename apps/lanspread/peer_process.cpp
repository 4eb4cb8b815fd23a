#include "lanspread/peer_process.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/log.h"

namespace lanspread::cli {

namespace {

/// How long after a failed attempt a wanted game is asked for again, where no event makes it sooner.
constexpr std::chrono::seconds retry_interval{5};

/// Whether an attempt that failed so may succeed later.
bool may_pass(ErrorCode code)
{
    return code != ErrorCode::invalid_input && code != ErrorCode::refused && code != ErrorCode::internal;
}

}  // namespace

PeerProcess::PeerProcess(Executor executor, runtime::PeerRuntime& runtime, ShutdownWatch& watch,
                         CancellationToken shutdown)
    : runtime_(runtime),
      watch_(watch),
      commands_(runtime),
      control_(executor, commands_, runtime.config().state_folder),
      services_(executor, token_,
                {.on_failure = [this](const std::string&, const std::string& error) { failure_ = error; }}),
      subscription_(runtime.subscribe([this](const runtime::Event& event) { on_event(event); })),
      shutdown_registration_(shutdown.on_cancel(executor, [this] { shut_down(); }))
{
}

void PeerProcess::shut_down()
{
    note_end();
    runtime_.shutdown();
}

void PeerProcess::note_end()
{
    is_ending_ = true;
    watch_.end_has_begun();
    ending_.notify_all();
    party_changed_.notify_all();
}

void PeerProcess::on_event(const runtime::Event& event)
{
    if (event.kind == "peer_joined" || event.kind == "library_changed") {
        party_changed_.notify_all();
    } else if (event.kind == "shutting_down" || event.kind == "runtime_failed") {
        note_end();
    }
}

Task<std::optional<std::string>> PeerProcess::run(std::vector<std::string> games_to_fetch)
{
    services_.run("runtime", RestartPolicy::required, [this] { return wait_for_end(); });
    services_.run("shutdown report", RestartPolicy::best_effort, [this] { return report_unfinished(); });
    services_.run("control socket", RestartPolicy::restart, [this] { return control_.run(); });
    for (const auto& game : games_to_fetch) {
        services_.run("fetch " + game, RestartPolicy::best_effort, [this, game] { return fetch(game); });
    }
    co_await services_.join();
    co_return failure_;
}

Task<void> PeerProcess::wait_for_end()
{
    failure_ = co_await runtime_.stopped();
    token_.cancel();
}

Task<void> PeerProcess::report_unfinished()
{
    while (!is_ending_) {
        co_await ending_.wait();
    }
    while (true) {
        std::vector<std::string> names{"runtime"};
        for (const auto& service : runtime_.status().services) {
            if (service.running) {
                names.push_back(service.name);
            }
        }
        watch_.set_unfinished(
            fmt::format("{}", fmt::join(names, ", ")));  // the last one said is what the log will show
        co_await sleep_for(std::chrono::milliseconds(50));
    }
}

Task<void> PeerProcess::fetch(std::string game)
{
    bool said = false;
    while (!is_ending_) {
        const auto started = co_await runtime_.start_download({.game = game});
        if (started) {
            co_return;  // from here on the runtime goes on with it by itself
        }
        if (!may_pass(started.error().code)) {
            log::error("main", "{} is not fetched: {}", game, started.error().message);
            co_return;
        }
        if (!std::exchange(said, true)) {
            log::info("main", "{} is fetched as soon as it can be: {}", game, started.error().message);
        }
        co_await party_changed_.wait_until(Clock::now() + retry_interval);
    }
}

}  // namespace lanspread::cli
