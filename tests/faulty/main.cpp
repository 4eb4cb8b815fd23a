#include <exception>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "async/task_group.h"
#include "faulty/faulty_peer.h"
#include "platform/paths.h"

namespace lanspread::faulty {

namespace {

constexpr int wrong_use = 2;

int complain(const std::string& text)
{
    fmt::print(stderr, "faulty_peer: {}\n", text);
    return 1;
}

/// Runs the peer until SIGTERM or SIGINT.
int run(Options options)
{
    asio::io_context context(1);
    auto peer = FaultyPeer::open(context.get_executor(), std::move(options));
    if (!peer) {
        return complain(peer.error().message);
    }
    TaskGroup group(context.get_executor(), CancellationToken());
    asio::signal_set signals(context, SIGTERM, SIGINT);
    signals.async_wait([&group](const boost::system::error_code&, int) { group.cancel(); });
    group.spawn((*peer)->run());
    std::exception_ptr failure;
    asio::co_spawn(Executor(context.get_executor()), group.join(), [&](std::exception_ptr exception) {
        failure = std::move(exception);
        signals.cancel();
    });
    context.run();
    return failure ? complain(what(failure)) : 0;
}

}  // namespace

}  // namespace lanspread::faulty

int main(int argc, char** argv)
{
    using namespace lanspread;
    CLI::App app{"A peer that does wrong on purpose, for the LAN tests."};
    std::string state;
    std::string games;
    std::string fault;
    bool is_last = false;
    faulty::Options options;
    app.add_option("--state", state, "Its state folder")->required();
    app.add_option("--games", games, "A folder with games, one folder per game")->required();
    app.add_option("--name", options.name, "The name that others see")->required();
    app.add_option("--fault", fault, "What it does wrong")->required();
    app.add_flag("--last", is_last, "Have an id that sorts behind the others', rather than before them");
    app.add_flag("--partial", options.is_partial, "Announce the games as downloads that are under way");
    CLI11_PARSE(app, argc, argv);
    const auto parsed = faulty::parse_fault(fault);
    if (!parsed) {
        fmt::print(stderr, "faulty_peer: {}\n", parsed.error().message);
        return faulty::wrong_use;
    }
    options.state_folder = platform::to_path(state);
    options.games_folder = platform::to_path(games);
    options.fault = *parsed;
    options.id_order = is_last ? faulty::IdOrder::last : faulty::IdOrder::first;
    try {
        return faulty::run(std::move(options));
    } catch (const std::exception& exception) {
        return faulty::complain(exception.what());
    }
}
