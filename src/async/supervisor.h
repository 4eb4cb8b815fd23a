#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "async/task_group.h"

namespace lanspread {

/// What the end of a service means.
enum class RestartPolicy {
    required,     ///< its failure is the runtime's failure
    restart,      ///< it is started again after a delay, until shutdown
    best_effort,  ///< logged, and that is all
};

/// How a service is doing, for `lanspread status`.
struct ServiceState {
    std::string name;
    bool is_running = false;
    unsigned restarts = 0;
    std::string last_error;  ///< empty where it never failed
};

/// Keeps the services of a runtime running, each by its policy. An exception in a service is its failure; a
/// service that returns without one has ended by its own wish and is not started again.
class Supervisor {
public:
    struct Options {
        std::chrono::milliseconds restart_delay{5000};
        /// Called once, with the service and its error, when a required service fails; the supervisor is
        /// cancelled then.
        std::function<void(const std::string& service, const std::string& error)> on_failure;
    };

    Supervisor(Executor executor, CancellationToken token, Options options);

    /// Starts `factory()` as the service `name`, which is unique.
    void run(std::string name, RestartPolicy policy, std::function<Task<void>()> factory);
    void cancel() { token_.cancel(); }
    [[nodiscard]] std::vector<ServiceState> services() const;
    /// Suspends the caller until every service has ended.
    [[nodiscard]] Task<void> join() { return group_.join(); }

private:
    Task<void> supervise(std::string name, RestartPolicy policy, std::function<Task<void>()> factory);

    CancellationToken token_;
    Options options_;
    TaskGroup group_;
    std::map<std::string, ServiceState> services_;
    bool failed_ = false;
};

}  // namespace lanspread
