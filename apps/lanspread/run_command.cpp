#include "lanspread/run_command.h"

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/describe/class.hpp>

#include "base/log.h"
#include "lanspread/peer_process.h"
#include "platform/paths.h"

namespace lanspread::cli {

namespace {

/// The line that says that the peer serves, for scripts that read JSON.
struct Ready {
    std::string id;
    std::string listen;
    std::string api;
};
BOOST_DESCRIBE_STRUCT(Ready, (), (id, listen, api))

Result<runtime::Config> config_from(const CommonOptions& options, const RunOptions& run)
{
    runtime::Config config{.state_folder = options.state_folder,
                           .catalog_file = platform::to_path(run.catalog),
                           .covers_folder = platform::to_path(run.covers),
                           .name = run.name,
                           .interfaces = run.interfaces,
                           .connect = run.connect,
                           .discovery = !run.no_discovery,
                           .allow_fast_aead = run.cipher != "gnutls"};
    for (const auto& folder : run.games_folders) {
        config.games_folders.push_back(platform::to_path(folder));
    }
    if (!run.listen.empty()) {
        const auto address = Address::parse(run.listen);
        if (!address) {
            return fail(address.error().in("--listen"));
        }
        config.listen = *address;
    }
    return config;
}

void say_ready(const runtime::PeerRuntime& runtime, const std::filesystem::path& control_socket, bool json)
{
    auto listen = runtime.config().listen;
    listen.port = runtime.port();
    const Ready ready{.id = runtime.id(),
                      .listen = listen.is_unspecified() ? std::to_string(listen.port) : listen.text(),
                      .api = platform::to_utf8(control_socket)};
    print_now(json ? wire::encode(ready).value_or("") + '\n'
                   : fmt::format("ready id={} listen={} api={}\n", ready.id, ready.listen, ready.api));
}

/// Runs `context` until `task` has ended, and gives what it gave.
std::optional<std::string> run_to_end(asio::io_context& context, Task<std::optional<std::string>> task)
{
    std::optional<std::string> failure;
    asio::co_spawn(Executor(context.get_executor()), std::move(task),
                   [&failure](std::exception_ptr exception, std::optional<std::string> result) {
                       failure = exception ? what(exception) : std::move(result);
                   });
    context.run();
    return failure;
}

}  // namespace

ExitCode run_peer(const CommonOptions& options, const RunOptions& run)
{
    const auto level = log::parse_level(run.log_level);
    if (!level) {
        return fail_with(level.error());
    }
    log::set_level(*level);
    auto config = config_from(options, run);
    if (!config) {
        return fail_with(config.error());
    }

    const CancellationToken shutdown;
    ShutdownWatch watch(
        shutdown);  // before everything that it watches: it is there until all of that is gone
    asio::io_context core(1);
    auto started = runtime::PeerRuntime::start(core.get_executor(), std::move(*config));
    if (!started) {
        (void)fail_with(started.error());
        return ExitCode::failed;
    }
    const auto runtime = std::move(*started);
    PeerProcess process(core.get_executor(), *runtime, watch, shutdown);
    const auto opened = process.open();
    if (opened) {
        say_ready(*runtime, process.control_socket(), options.json);
    } else {
        complain(opened.error().message);
        process.shut_down();
    }
    const auto failure = run_to_end(core, process.run(run.fetch));
    if (failure) {
        complain(*failure);
    }
    return opened && !failure ? ExitCode::done : ExitCode::failed;
}

}  // namespace lanspread::cli
