#include "lanspread/shutdown_watch.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/log.h"

namespace lanspread::cli {

namespace {

constexpr std::chrono::seconds patience{2};

}  // namespace

struct ShutdownWatch::Core {
    explicit Core(CancellationToken its_shutdown) : shutdown(std::move(its_shutdown))
    {
        // Whoever started the process may want it to outlive its terminal: nohup(1).
        if (std::signal(SIGHUP, SIG_IGN) != SIG_IGN) {
            signals.add(SIGHUP);
        }
        wait_for_signal();
        thread = std::thread([this] { context.run(); });
    }

    void wait_for_signal()
    {
        signals.async_wait([this](boost::system::error_code error, int signal) {
            if (error) {
                return;
            }
            if (signalled) {
                std::_Exit(128 + signal);
            }
            signalled = true;
            log::info("main", "{}: shutting down", signal == SIGINT ? "interrupted" : "asked to end");
            shutdown.cancel();
            start_clock();
            wait_for_signal();
        });
    }

    void start_clock()
    {
        if (std::exchange(clock_runs, true)) {
            return;
        }
        timer.expires_after(patience);
        timer.async_wait([this](boost::system::error_code error) {
            if (!error) {
                const std::lock_guard lock(mutex);
                log::error("main", "did not end within {} s; still running: {}", patience.count(),
                           unfinished);
                std::_Exit(EXIT_FAILURE);
            }
        });
    }

    CancellationToken shutdown;
    asio::io_context context{1};
    asio::signal_set signals{context, SIGINT, SIGTERM};
    asio::steady_timer timer{context};
    bool signalled = false;
    bool clock_runs = false;
    std::mutex mutex;
    std::string unfinished = "the core thread, which does not answer";
    std::thread thread;
};

ShutdownWatch::ShutdownWatch(CancellationToken shutdown) : core_(std::make_unique<Core>(std::move(shutdown)))
{
}

ShutdownWatch::~ShutdownWatch()
{
    core_->context.stop();
    core_->thread.join();
}

void ShutdownWatch::end_has_begun()
{
    asio::post(core_->context, [core = core_.get()] { core->start_clock(); });
}

void ShutdownWatch::set_unfinished(std::string names)
{
    const std::lock_guard lock(core_->mutex);
    core_->unfinished = std::move(names);
}

}  // namespace lanspread::cli
