// What a session answers to the requests of its peer, and how many of them at once.

#include "party/session.h"

#include <chrono>

#include <fmt/format.h>

#include "base/log.h"
#include "party/exchange.h"
#include "wire/codec.h"

namespace lanspread::party {

namespace {

/// Requests of one peer for manifests and chunks that are answered at once; what is over waits.
constexpr std::size_t max_served = 64;
/// Follows of one peer at once. They live as long as a download, so that what is over would wait too long.
constexpr std::size_t max_followed = 64;
/// Questions of one peer about the network at once.
constexpr std::size_t max_diagnosed = 4;
/// Questions of one peer about the facts of games that are answered at once; what is over waits.
constexpr std::size_t max_told = 4;
/// Between two changes of a peer's library: what changes more often is told together.
constexpr std::chrono::milliseconds library_pause{50};
/// Between two answers to GetPeers.
constexpr std::chrono::milliseconds peers_pause{250};
const Error one_at_a_time{ErrorCode::refused, "one after the other, please"};

using Request =
    std::variant<wire::Ping, wire::Goodbye, wire::LibraryDelta, wire::LibrarySnapshot, wire::GetPeers,
                 wire::GetManifest, wire::GetManifestSums, wire::GetManifestRanges, wire::GetChunk,
                 wire::GetSums, wire::GetRanges, wire::Follow, wire::GetReach, wire::DialBack,
                 wire::TestSpeed, wire::SendFiller, wire::GetFacts, wire::GetCover>;

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
    } else if (auto* its_sums = std::get_if<wire::GetManifestSums>(&*request)) {
        co_await answer_content(std::move(stream), std::move(*its_sums));
    } else if (auto* its_ranges = std::get_if<wire::GetManifestRanges>(&*request)) {
        co_await answer_content(std::move(stream), std::move(*its_ranges));
    } else if (auto* chunk = std::get_if<wire::GetChunk>(&*request)) {
        co_await answer_content(std::move(stream), *chunk);
    } else if (auto* sums = std::get_if<wire::GetSums>(&*request)) {
        co_await answer_content(std::move(stream), std::move(*sums));
    } else if (auto* ranges = std::get_if<wire::GetRanges>(&*request)) {
        co_await answer_content(std::move(stream), std::move(*ranges));
    } else if (auto* follow = std::get_if<wire::Follow>(&*request)) {
        co_await answer_follow(std::move(stream), *follow);
    } else if (const auto* facts = std::get_if<wire::GetFacts>(&*request)) {
        co_await answer_facts(std::move(stream), *facts);
    } else if (const auto* cover = std::get_if<wire::GetCover>(&*request)) {
        co_await answer_facts(std::move(stream), *cover);
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
    co_await owner_.serve(peer(), std::move(stream), std::move(request));
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

Task<void> Session::answer_facts(transport::Stream stream, FactsRequest request)
{
    while (told_ >= max_told) {
        co_await place_is_free_.wait();
    }
    const Place place(told_, place_is_free_);
    co_await owner_.tell(peer(), std::move(stream), request);
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

}  // namespace lanspread::party
