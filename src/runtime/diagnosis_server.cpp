#include "runtime/diagnosis_server.h"

#include <algorithm>
#include <chrono>

#include "base/utf8.h"
#include "party/hello.h"
#include "runtime/event_log.h"
#include "runtime/filler.h"
#include "transport/endpoint.h"
#include "wire/codec.h"

namespace lanspread::runtime {

namespace {

using std::chrono::seconds;

constexpr seconds answer_patience{5};
/// A LAN answers in milliseconds; the rest is loss.
constexpr seconds dial_patience{2};
constexpr seconds speed_test_patience{1};

std::string clean(std::string_view text, std::size_t max_size)
{
    auto clipped = clip_utf8(text, max_size);
    return has_control_characters(clipped) ? std::string() : clipped;
}

wire::ReachPeer to_wire(const party::PeerStatus& status, TimePoint now)
{
    wire::ReachPeer peer{.id = *status.id,
                         .name = clean(status.name, party::max_name_size),
                         .state = std::string(to_string(status.state)),
                         .round_trip_us = static_cast<std::uint64_t>(status.stats.round_trip.count()),
                         .found_by = {}};
    for (const auto& found : status.found_by) {
        const auto age = std::chrono::duration_cast<seconds>(now - found.at).count();
        if (peer.found_by.size() < wire::max_reach_paths) {
            peer.found_by.push_back(
                {.path = clean(found.path, wire::max_word_size),
                 .interface = clean(found.interface_name, wire::max_word_size),
                 .seconds_ago = static_cast<std::uint64_t>(std::max<std::int64_t>(age, 0))});
        }
    }
    return peer;
}

}  // namespace

wire::Reach reach_of(const std::vector<party::PeerStatus>& peers, TimePoint now, std::uint64_t clock_ms)
{
    wire::Reach reach{.clock_ms = clock_ms, .peers = {}};
    for (const bool is_connected : {true, false}) {
        for (const auto& status : peers) {
            const bool is_meant = status.id && (status.state == party::PeerState::connected) == is_connected;
            if (is_meant && reach.peers.size() < wire::max_reach_peers) {
                reach.peers.push_back(to_wire(status, now));
            }
        }
    }
    return reach;
}

Task<void> DiagnosisServer::serve(PeerId peer, transport::Stream stream, party::DiagnosisRequest request)
{
    Result<std::string> answer = fail(ErrorCode::internal, "no question");
    if (std::holds_alternative<wire::SendFiller>(request)) {
        const auto sent = co_await serve_filler(stream);
        if (sent) {
            co_return;
        }
        answer = fail(sent.error());
    } else if (const auto* reach = std::get_if<wire::GetReach>(&request)) {
        answer = co_await this->answer(*reach);
    } else if (const auto* dial_back = std::get_if<wire::DialBack>(&request)) {
        answer = co_await this->answer(peer, *dial_back);
    } else {
        answer = co_await this->answer(std::get<wire::TestSpeed>(request));
    }
    const auto text = answer ? std::move(answer) : wire::encode(wire::to_failure(answer.error()));
    if (text) {
        (void)co_await stream.write_frame(*text, Clock::now() + answer_patience,
                                          transport::Stream::Then::finish);
    }
}

Task<Result<std::string>> DiagnosisServer::answer(wire::GetReach)
{
    const auto now = Clock::now();
    if (const auto may = reaches_.enter(now); !may) {
        co_return fail(may.error());
    }
    const QuestionPlace place(reaches_);
    co_return wire::encode(reach_of(party_.peers(), now, milliseconds_since_1970()));
}

/// Nobody but the asker is dialled, at the address that was proven by the connection: nobody can be pestered
/// by it.
Task<Result<std::string>> DiagnosisServer::answer(PeerId peer, wire::DialBack question)
{
    auto target = party_.remote(peer);
    if (!target || question.port == 0) {
        co_return fail(ErrorCode::invalid_input, "there is no such port");
    }
    if (const auto may = dials_.enter(Clock::now()); !may) {
        co_return fail(may.error());
    }
    const QuestionPlace place(dials_);
    target->port = question.port;
    co_return wire::encode(co_await dial(*target, peer));
}

/// From a socket of its own, as somebody whom the other side does not know.
Task<wire::DialledBack> DiagnosisServer::dial(Address target, PeerId peer) const
{
    const auto identity = transport::Identity::ephemeral();
    if (!identity) {
        co_return wire::DialledBack{.problem = clean(identity.error().message, wire::max_problem_size)};
    }
    auto bind = options_.bind;
    bind.port = 0;
    const auto endpoint = transport::Endpoint::open(options_.executor, *identity, {.bind = bind});
    if (!endpoint) {
        co_return wire::DialledBack{.problem = clean(endpoint.error().message, wire::max_problem_size)};
    }
    const auto connection = co_await (*endpoint)->connect(target, peer, Clock::now() + dial_patience);
    if (!connection) {
        co_return wire::DialledBack{.problem = clean(connection.error().message, wire::max_problem_size)};
    }
    (*connection)->close("it was only tried out");
    co_return wire::DialledBack{.reached = true, .problem = {}};
}

/// The last test may be a moment from its end here, when it is over for who asked for it.
Task<Result<void>> DiagnosisServer::enter_speed_test()
{
    if (const auto reason = options_.why_no_speed_test()) {
        co_return fail(ErrorCode::refused, *reason);
    }
    const auto deadline = Clock::now() + speed_test_patience;
    while (speeds_.is_full() && Clock::now() < deadline) {
        co_await speed_test_ended_.wait_until(deadline);
    }
    co_return speeds_.enter(Clock::now());
}

Task<Result<void>> DiagnosisServer::serve_filler(transport::Stream& stream)
{
    const auto may = co_await enter_speed_test();
    if (may) {
        const QuestionPlace place(speeds_, &speed_test_ended_);
        co_await send_filler(std::move(stream));
    }
    co_return may;
}

Task<Result<wire::SpeedTested>> DiagnosisServer::test_speed(PeerId from)
{
    if (const auto may = co_await enter_speed_test(); !may) {
        co_return fail(may.error());
    }
    const QuestionPlace place(speeds_, &speed_test_ended_);
    co_return co_await receive_filler(&party_, from);
}

Task<Result<std::string>> DiagnosisServer::answer(wire::TestSpeed question)
{
    const auto tested = co_await test_speed(question.peer);
    co_return tested ? wire::encode(*tested) : Result<std::string>(fail(tested.error()));
}

}  // namespace lanspread::runtime
