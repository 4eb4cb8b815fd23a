#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "runtime/model.h"

namespace lanspread::runtime {

/// The wall clock, as a person would read it off.
[[nodiscard]] std::uint64_t milliseconds_since_1970();

/// The last hundred events, and those who want to hear of further ones. On the core thread.
class EventLog {
public:
    /// What an event is about, beside its kind: a game, a peer, or neither.
    struct About {
        std::string game = {};
        std::string peer = {};
    };

    void add(std::string kind, About about, std::string text);
    [[nodiscard]] std::vector<Event> recent() const { return {events_.begin(), events_.end()}; }
    /// Calls `listener` for every further event until the returned registration is dropped.
    [[nodiscard]] std::shared_ptr<void> subscribe(std::function<void(const Event&)> listener);

private:
    using Listener = std::function<void(const Event&)>;

    std::deque<Event> events_;
    std::vector<std::weak_ptr<Listener>> listeners_;
    std::uint64_t next_sequence_ = 1;
};

}  // namespace lanspread::runtime
