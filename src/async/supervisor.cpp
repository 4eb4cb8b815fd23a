#include "async/supervisor.h"

#include "base/log.h"

namespace lanspread {

Supervisor::Supervisor(Executor executor, CancellationToken token, Options options)
    : token_(token.child()), options_(std::move(options)), group_(std::move(executor), token_)
{
}

void Supervisor::run(std::string name, RestartPolicy policy, std::function<Task<void>()> factory)
{
    services_.emplace(name, ServiceState{.name = name, .is_running = false, .restarts = 0, .last_error = {}});
    group_.spawn(supervise(std::move(name), policy, std::move(factory)));
}

std::vector<ServiceState> Supervisor::services() const
{
    std::vector<ServiceState> states;
    for (const auto& [name, state] : services_) {
        states.push_back(state);
    }
    return states;
}

Task<void> Supervisor::supervise(std::string name, RestartPolicy policy, std::function<Task<void>()> factory)
{
    auto& state = services_.at(name);
    while (!token_.is_cancelled()) {
        std::exception_ptr failure;
        state.is_running = true;
        try {
            co_await factory();
        } catch (...) {
            failure = std::current_exception();
        }
        state.is_running = false;
        if (!failure) {
            co_return;
        }
        // Only our own end makes an aborted operation a cancellation: a socket that was closed under a
        // service throws the same.
        const bool ending = token_.is_cancelled() || group_.is_cancelled();
        if (ending && is_cancellation(failure)) {
            co_return;
        }
        state.last_error = what(failure);
        log::error("supervisor", "{} failed{}: {}", name, ending ? " while it was ending" : "",
                   state.last_error);
        if (ending || policy == RestartPolicy::best_effort) {
            co_return;
        }
        if (policy == RestartPolicy::required) {
            if (!std::exchange(failed_, true) && options_.on_failure) {
                options_.on_failure(name, state.last_error);
            }
            token_.cancel();
            co_return;
        }
        co_await sleep_for(options_.restart_delay);
        ++state.restarts;
    }
}

}  // namespace lanspread
