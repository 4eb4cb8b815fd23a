#include "api/event_stream.h"

#include "api/control_protocol.h"
#include "wire/codec.h"

namespace lanspread::api {

namespace {

constexpr std::size_t max_waiting_events = 10'000;

}  // namespace

EventStream::EventStream(Executor executor, CommandHandler& handler, std::shared_ptr<FrameSocket> socket,
                         Duration patience)
    : handler_(handler),
      socket_(std::move(socket)),
      patience_(patience),
      group_(std::move(executor), CancellationToken())
{
}

Task<void> EventStream::run(bool follow)
{
    // Nothing suspends between these two, so no event is missed and none comes twice.
    for (const auto& event : handler_.recent_events()) {
        waiting_.push(event);
    }
    std::shared_ptr<void> subscription;
    if (follow) {
        subscription = handler_.subscribe([this](const runtime::Event& event) { add(event); });
        group_.spawn(watch_for_hang_up());
    } else {
        waiting_.close();
    }
    group_.spawn(send());
    co_await group_.join();
}

void EventStream::add(const runtime::Event& event)
{
    if (waiting_.size() >= max_waiting_events) {
        group_.cancel();
        return;
    }
    waiting_.push(event);
}

Task<void> EventStream::send()
{
    while (const auto event = co_await waiting_.pop()) {
        auto text = wire::encode(*event, max_answer_size);
        if (!text || !co_await socket_->write(std::move(*text), patience_)) {
            break;
        }
    }
    group_.cancel();
}

Task<void> EventStream::watch_for_hang_up()
{
    co_await socket_->hung_up();
    group_.cancel();
}

}  // namespace lanspread::api
