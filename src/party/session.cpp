#include "party/session.h"

#include <chrono>

#include "base/log.h"
#include "party/addresses.h"
#include "party/hello.h"
#include "wire/codec.h"

namespace lanspread::party {

namespace {

/// Requests of one peer for manifests and chunks that are answered at once; what is over waits.
constexpr std::size_t max_served = 64;
/// Follows of one peer at once. They live as long as a download, so that what is over would wait too long.
constexpr std::size_t max_followed = 64;
/// Questions of one peer about the network at once.
constexpr std::size_t max_diagnosed = 4;
/// Deltas in a row that may be answered with "not applied": a peer that knows no other answer gets no endless
/// snapshots.
constexpr unsigned max_gaps = 3;
/// For a request or an answer of ours, which is small, to cross a slow link.
constexpr std::chrono::seconds message_patience{20};

/// Between two changes of a peer's library: what changes more often is told together.
constexpr std::chrono::milliseconds library_pause{50};
/// Between two answers to GetPeers.
constexpr std::chrono::milliseconds peers_pause{250};
const Error one_at_a_time{ErrorCode::refused, "one after the other, please"};

using Request = std::variant<wire::Ping, wire::Goodbye, wire::LibraryDelta, wire::LibrarySnapshot,
                             wire::GetPeers, wire::GetManifest, wire::GetChunk, wire::Follow, wire::GetReach,
                             wire::DialBack, wire::TestSpeed, wire::SendFiller>;

/// The request as one about the network, which it is.
DiagnosisRequest diagnosis_request(const Request& request)
{
    DiagnosisRequest result;
    std::visit(
        [&result](const auto& one) {
            if constexpr (std::is_constructible_v<DiagnosisRequest, decltype(one)>) {
                result = one;
            }
        },
        request);
    return result;
}

TimePoint message_deadline() { return Clock::now() + message_patience; }

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

/// One of the places that `taken` counts, for as long as it lives.
class Session::Place {
public:
    Place(std::size_t& taken, Signal& is_free) : taken_(taken), is_free_(is_free) { ++taken_; }
    ~Place()
    {
        --taken_;
        is_free_.notify_all();
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

private:
    std::size_t& taken_;
    Signal& is_free_;
};

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

Task<void> Session::answer(transport::Stream stream)
{
    auto frame = co_await stream.read_frame(wire::max_message_size, message_deadline());
    if (!frame) {
        co_return;
    }
    heard();
    auto request = wire::decode<Request>(*frame);
    frame = std::string();  // may be large, and is not needed while the request waits
    if (!request) {
        log::debug("party", "{}: {}", name_, request.error().message);
        co_await reply(std::move(stream), wire::encode(wire::to_failure(request.error())));
    } else if (auto* manifest = std::get_if<wire::GetManifest>(&*request)) {
        co_await answer_content(std::move(stream), *manifest);
    } else if (auto* chunk = std::get_if<wire::GetChunk>(&*request)) {
        co_await answer_content(std::move(stream), *chunk);
    } else if (auto* follow = std::get_if<wire::Follow>(&*request)) {
        co_await answer_follow(std::move(stream), *follow);
    } else if (auto* delta = std::get_if<wire::LibraryDelta>(&*request)) {
        co_await answer_library(std::move(stream), std::move(*delta));
    } else if (auto* snapshot = std::get_if<wire::LibrarySnapshot>(&*request)) {
        co_await answer_library(std::move(stream), std::move(*snapshot));
    } else if (auto* peers = std::get_if<wire::GetPeers>(&*request)) {
        co_await answer_peers(std::move(stream), std::move(*peers));
    } else if (std::holds_alternative<wire::Ping>(*request)) {
        co_await reply(std::move(stream), wire::encode(wire::Pong{}));
    } else if (std::holds_alternative<wire::Goodbye>(*request)) {
        owner_.said_goodbye(*this);
    } else {
        co_await answer_diagnosis(std::move(stream), diagnosis_request(*request));
    }
}

Task<void> Session::answer_content(transport::Stream stream, ContentRequest request)
{
    while (served_ >= max_served) {
        co_await place_is_free_.wait();
    }
    const Place place(served_, place_is_free_);
    co_await owner_.serve(peer(), std::move(stream), request);
}

Task<void> Session::answer_follow(transport::Stream stream, wire::Follow request)
{
    if (followed_ >= max_followed) {
        const Error error{ErrorCode::refused, fmt::format("more than {} Follows at once", max_followed)};
        co_await reply(std::move(stream), wire::encode(wire::to_failure(error)));
        co_return;
    }
    const Place place(followed_, place_is_free_);
    co_await owner_.serve(peer(), std::move(stream), request);
}

Task<void> Session::answer_diagnosis(transport::Stream stream, DiagnosisRequest request)
{
    if (diagnosed_ >= max_diagnosed) {
        const Error error{ErrorCode::refused,
                          fmt::format("more than {} such questions at once", max_diagnosed)};
        co_await reply(std::move(stream), wire::encode(wire::to_failure(error)));
        co_return;
    }
    const Place place(diagnosed_, place_is_free_);
    co_await owner_.diagnose(peer(), std::move(stream), request);
}

Task<void> Session::reply(transport::Stream stream, Result<std::string> message)
{
    if (message) {
        (void)co_await stream.write_frame(std::move(*message), message_deadline(),
                                          transport::Stream::Then::finish);
    }
}

/// Waits until `turn` has come. False where somebody waits for it already: that would be more than a peer
/// that waits for its answers can ask.
Task<bool> Session::wait_for(Turn* turn)
{
    if (std::exchange(turn->is_awaited, true)) {
        co_return false;
    }
    while (Clock::now() < turn->due) {
        co_await sleep_until(turn->due);
    }
    turn->is_awaited = false;
    co_return true;
}

Task<void> Session::answer_peers(transport::Stream stream, wire::GetPeers request)
{
    if (!co_await wait_for(&peers_turn_)) {
        co_await reply(std::move(stream), wire::encode(wire::to_failure(one_at_a_time)));
        co_return;
    }
    peers_turn_.due = Clock::now() + peers_pause;
    co_await reply(std::move(stream), wire::encode(owner_.peers_for(*this, request)));
}

/// Changes that come in a flood are taken, and told, one by one: who sends them waits for the answer, and
/// sends what has gathered meanwhile in one.
template <class Update>
Task<void> Session::answer_library(transport::Stream stream, Update update)
{
    if (!co_await wait_for(&library_turn_)) {
        co_await reply(std::move(stream), wire::encode(wire::to_failure(one_at_a_time)));
        co_return;
    }
    const auto outcome = library_.apply(update);
    if (!outcome) {
        co_await reply(std::move(stream), wire::encode(wire::to_failure(outcome.error())));
        co_return;
    }
    if (*outcome == LibraryView::Outcome::changed) {
        library_turn_.due = Clock::now() + library_pause;
        owner_.library_changed(*this);
    }
    const bool is_applied = *outcome != LibraryView::Outcome::gap;
    co_await reply(std::move(stream), wire::encode(wire::LibraryAck{.applied = is_applied}));
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
        co_return true;
    }
    acknowledged_rev_.reset();
    co_return delta && ++gaps_ <= max_gaps;
}

}  // namespace lanspread::party
