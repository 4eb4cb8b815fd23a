#include "runtime/event_log.h"

#include <chrono>

#include "base/log.h"

namespace lanspread::runtime {

namespace {

constexpr std::size_t kept = 100;

}  // namespace

std::uint64_t milliseconds_since_1970()
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

void EventLog::add(std::string kind, About about, std::string text)
{
    log::info("event", "{}: {}", kind, text);
    const auto& event = events_.emplace_back(Event{.sequence = next_sequence_++,
                                                   .time_ms = milliseconds_since_1970(),
                                                   .kind = std::move(kind),
                                                   .game = std::move(about.game),
                                                   .peer = std::move(about.peer),
                                                   .text = std::move(text)});
    const auto copy = event;  // a listener may cause the next event, and with it the end of this one
    if (events_.size() > kept) {
        events_.pop_front();
    }
    std::erase_if(listeners_, [](const auto& weak) { return weak.expired(); });
    for (const auto& weak : std::vector(listeners_)) {
        if (const auto listener = weak.lock()) {
            (*listener)(copy);
        }
    }
}

std::shared_ptr<void> EventLog::subscribe(std::function<void(const Event&)> listener)
{
    auto shared = std::make_shared<Listener>(std::move(listener));
    listeners_.push_back(shared);
    return shared;
}

}  // namespace lanspread::runtime
