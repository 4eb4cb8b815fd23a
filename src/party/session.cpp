#include "party/session.h"

#include <chrono>

#include "base/log.h"
#include "party/addresses.h"
#include "party/exchange.h"
#include "party/hello.h"
#include "wire/codec.h"

namespace lanspread::party {

namespace {

/// Deltas in a row that may be answered with "not applied": a peer that knows no other answer gets no endless
/// snapshots.
constexpr unsigned max_gaps = 3;
std::vector<Address> addresses_of(const Greeting& greeting, const transport::Connection& connection)
{
    auto near = greeting.our_addresses;
    near.push_back(connection.remote());
    auto addresses = listening_addresses(greeting.theirs, connection.remote(), near);
    if (connection.is_outgoing()) {
        std::erase(addresses, connection.remote());
        addresses.insert(addresses.begin(), connection.remote());
    }
    return addresses;
}

}  // namespace

Session::Session(Owner& owner, transport::SharedConnection connection, std::uint64_t number,
                 const Greeting& greeting, const Liveness::Parameters& liveness)
    : owner_(owner),
      connection_(std::move(connection)),
      number_(number),
      name_(display_name(greeting.theirs.name, connection_->peer())),
      epoch_(greeting.theirs.library.epoch),
      addresses_(addresses_of(greeting, *connection_)),
      liveness_(liveness, Clock::now()),
      acknowledged_rev_(greeting.sent_rev)
{
    if (const auto applied = library_.apply(greeting.theirs.library); !applied) {
        log::warning("party", "{}: {}", name_, applied.error().message);
    }
}

Task<void> Session::run()
{
    group_.emplace(co_await asio::this_coro::executor, CancellationToken());
    group_->spawn(watch_connection());
    group_->spawn(accept_streams());
    group_->spawn(keep_alive());
    group_->spawn(tell_library());
    co_await group_->join();
}

void Session::close(std::string reason)
{
    if (end_reason_.empty()) {
        end_reason_ = reason;
    }
    connection_->close(std::move(reason));
}

std::string Session::end_reason() const
{
    return end_reason_.empty() ? connection_->close_reason() : end_reason_;
}

Task<void> Session::watch_connection()
{
    co_await connection_->closed();
    group_->cancel();
}

Task<void> Session::accept_streams()
{
    while (auto stream = co_await connection_->accept_stream()) {
        group_->spawn(answer(std::move(*stream)));
    }
}

Task<Result<Answer>> Session::ask(std::string request, TimePoint deadline)
{
    auto answer = co_await exchange(connection_, std::move(request), deadline);
    if (answer) {
        heard();
    }
    co_return answer;
}

Task<void> Session::say_goodbye(TimePoint deadline)
{
    const auto text = wire::encode(wire::Goodbye{});
    auto stream = co_await connection_->open_stream(deadline);
    if (!text || !stream) {
        co_return;
    }
    if (co_await stream->write_frame(*text, deadline, transport::Stream::Then::finish)) {
        (void)co_await stream->flushed(deadline);
    }
}

Task<void> Session::keep_alive()
{
    while (true) {
        const auto decision = liveness_.decide(Clock::now());
        if (decision.action == Liveness::Action::give_up) {
            close("it does not answer any more");
            co_return;
        }
        if (decision.action == Liveness::Action::ping) {
            group_->spawn(ping(decision.until));
        }
        co_await liveness_changed_.wait_until(decision.until);
    }
}

Task<void> Session::library_told(TimePoint deadline)
{
    const auto rev = owner_.journal().rev();
    while ((!acknowledged_rev_ || *acknowledged_rev_ < rev) && co_await acknowledged_.wait_until(deadline)) {
    }
}

void Session::doubt()
{
    liveness_.doubt(Clock::now());
    liveness_changed_.notify_all();
}

Task<void> Session::ping(TimePoint deadline)
{
    if (auto text = wire::encode(wire::Ping{})) {
        (void)co_await ask(std::move(*text), deadline);
    }
}

Task<void> Session::tell_library()
{
    while (true) {
        while (acknowledged_rev_ == owner_.journal().rev()) {
            co_await owner_.journal_changed().wait();
        }
        if (!co_await tell_library_once()) {
            close("it does not take our library");
            co_return;
        }
    }
}

/// Sends what comes next, and takes note of how far the peer is then. False where that leads nowhere.
Task<bool> Session::tell_library_once()
{
    const auto& journal = owner_.journal();
    const auto delta = acknowledged_rev_ ? journal.delta_from(*acknowledged_rev_) : std::nullopt;
    const auto snapshot = delta ? wire::LibrarySnapshot() : journal.snapshot();
    const auto rev = delta ? delta->to_rev : snapshot.rev;
    auto text = delta ? wire::encode(*delta) : wire::encode(snapshot);
    if (!text) {
        log::error("party", "our library cannot be sent: {}", text.error().message);
        co_return false;
    }
    const auto answer = co_await ask(std::move(*text), message_deadline());
    const auto ack = answer ? wire::decode_answer<wire::LibraryAck>(answer->frame) : fail(answer.error());
    if (!ack) {
        if (ack.error().code !=
            ErrorCode::unavailable) {  // which is the end of the connection, and told elsewhere
            log::warning("party", "{}: our library was not taken: {}", name_, ack.error().message);
        }
        co_return false;
    }
    if (ack->applied) {
        gaps_ = delta ? 0 : gaps_;
        acknowledged_rev_ = rev;
        acknowledged_.notify_all();
        co_return true;
    }
    acknowledged_rev_.reset();
    co_return delta && ++gaps_ <= max_gaps;
}

}  // namespace lanspread::party
