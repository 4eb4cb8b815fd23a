#include "async/supervisor.h"

#include "base/log.h"

namespace lanspread {

Supervisor::Supervisor(Executor executor, CancellationToken token, Options options)
    : token_(token.child()), options_(std::move(options)), group_(std::move(executor), token_)
{
}

void Supervisor::run(std::string name, RestartPolicy policy, std::function<Task<void>()> factory)
{
    services_.emplace(name, ServiceState{.name = name, .is_running = true, .restarts = 0, .last_error = {}});
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
    while (true) {
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
        if (token_.is_cancelled() || is_cancellation(failure)) {
            std::rethrow_exception(failure);
        }
        state.last_error = what(failure);
        log::error("runtime", "{} failed: {}", name, state.last_error);
        if (policy == RestartPolicy::best_effort) {
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
