#pragma once
#include "async/task.h"
#include "platform/interfaces.h"

#include <chrono>
#include <functional>
#include <vector>

namespace lanspread::discovery {

/// What is different between two looks at the interfaces.
struct NetworkChange {
    bool is_any = false;
    /// There is an address, on an interface with a link, that was not there before: somebody may be reachable
    /// who was not, and what was sent from elsewhere may get no answer any more.
    bool has_gained = false;
};

[[nodiscard]] NetworkChange compare(const std::vector<platform::NetworkInterface>& before,
                                    const std::vector<platform::NetworkInterface>& after);

/// Notices that the machine has slept, or was stopped: much more time than was waited for has gone by.
/// `time_since_boot` counts on in a suspended machine (platform::time_since_boot).
class SleepDetector {
public:
    explicit SleepDetector(std::chrono::nanoseconds time_since_boot) : last_(time_since_boot) {}

    /// To be called at least every `period`. How long it slept since the last call; 0 where it did not.
    [[nodiscard]] std::chrono::seconds slept(std::chrono::nanoseconds time_since_boot);

    static constexpr std::chrono::seconds period{1};
    static constexpr std::chrono::seconds least{5};  ///< a busy machine may be as late as that

private:
    std::chrono::nanoseconds last_;
};

/// Follows this machine's interfaces: cables, addresses, cards that come and go, and the time in which it
/// slept. Lives on the thread that runs its executor, and calls its owner there.
class NetworkWatch {
public:
    struct Listener {
        /// At each change, and with an empty one every few seconds, for what did not work the last time.
        std::function<void(const NetworkChange& change)> looked;
        std::function<void(std::chrono::seconds slept)> woke;  ///< after `looked`
    };

    NetworkWatch(Executor executor, Listener listener);

    /// Works until it is cancelled. Throws where the system does not tell its interfaces. May be run again.
    [[nodiscard]] Task<void> run();

    /// As they were when looked at last, which is at the start and after each change; best first.
    [[nodiscard]] const std::vector<platform::NetworkInterface>& interfaces() const { return interfaces_; }

private:
    Task<void> follow_interfaces();
    Task<void> look_regularly();
    void look();

    Executor executor_;
    Listener listener_;
    std::vector<platform::NetworkInterface> interfaces_;
};

}  // namespace lanspread::discovery
