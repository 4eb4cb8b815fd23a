#include "runtime/diagnosis_asker.h"

#include <chrono>

#include "async/task_group.h"
#include "runtime/diagnosis_server.h"
#include "wire/codec.h"

namespace lanspread::runtime {

namespace {

using std::chrono::seconds;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr seconds reach_patience{3};
/// More than the other side's own for dialling.
constexpr seconds dial_back_patience{4};
/// So many are asked to dial back: more of them tell nothing new, and each costs a handshake.
constexpr std::size_t max_dial_backs = 8;

/// The clock that people set, in ms since 1970.
double wall_clock_ms()
{
    return std::chrono::duration_cast<Milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

/// How a peer is seen by another, as the control socket tells it.
doctor::View to_view(const wire::ReachPeer& peer)
{
    return {.id = peer.id.hex(),
            .name = peer.name.empty() ? "peer " + peer.id.short_hex() : peer.name,
            .state = peer.state,
            .round_trip_ms = static_cast<double>(peer.round_trip_us) / 1000,
            .found_by = peer.found_by};
}

class Inquiry {
public:
    Inquiry(Executor executor, party::Party* party, std::uint16_t port)
        : party_(party), port_(port), statuses_(party->peers()), group_(std::move(executor), {})
    {
    }

    Task<std::vector<doctor::Member>> run()
    {
        const auto now = Clock::now();
        const auto seen = reach_of(statuses_, now, 0);
        std::size_t dial_backs = 0;
        members_.resize(seen.peers.size());  // which does not move any more: the children write into it
        for (std::size_t index = 0; index < seen.peers.size(); ++index) {
            const auto& peer = seen.peers[index];
            begin(members_[index], peer);
            if (peer.state == "connected") {
                group_.spawn(ask_reach(peer.id, &members_[index]));
                if (dial_backs < max_dial_backs) {
                    ++dial_backs;
                    group_.spawn(ask_to_dial_back(peer.id, &members_[index]));
                }
            }
        }
        co_await group_.join();
        co_return std::move(members_);
    }

private:
    void begin(doctor::Member& member, const wire::ReachPeer& peer) const
    {
        member.seen = to_view(peer);
        for (const auto& status : statuses_) {
            if (status.id == peer.id) {
                const auto remote = party_->remote(peer.id);
                member.address = remote ? remote->text() : status.address;
                member.problem = status.problem;
            }
        }
    }

    Task<void> ask_reach(PeerId peer, doctor::Member* member)
    {
        const auto asked = Clock::now();
        const auto asked_ms = wall_clock_ms();
        const party::DiagnosisRequest question = wire::GetReach{};
        const auto answer = co_await party_->request(peer, question, asked + reach_patience);
        const auto taken = Milliseconds(Clock::now() - asked).count();
        const auto reach = answer ? wire::decode_answer<wire::Reach>(answer->frame) : fail(answer.error());
        if (!reach) {
            member->silence = reach.error().message;
            co_return;
        }
        member->answered = true;
        member->clock_ahead_ms = static_cast<double>(reach->clock_ms) - (asked_ms + taken / 2);
        member->clock_uncertainty_ms = taken / 2;
        for (const auto& other : reach->peers) {
            member->sees.push_back(to_view(other));
        }
    }

    Task<void> ask_to_dial_back(PeerId peer, doctor::Member* member)
    {
        const party::DiagnosisRequest question = wire::DialBack{.port = port_};
        const auto answer = co_await party_->request(peer, question, Clock::now() + dial_back_patience);
        const auto dialled =
            answer ? wire::decode_answer<wire::DialledBack>(answer->frame) : fail(answer.error());
        if (dialled) {
            member->dial_back = dialled->reached ? "reached" : "failed";
            member->dial_back_problem = dialled->problem;
        } else {
            member->dial_back = dialled.error().code == ErrorCode::refused ? "refused" : "";
            member->dial_back_problem = dialled.error().message;
        }
    }

    party::Party* party_;
    std::uint16_t port_;
    std::vector<party::PeerStatus> statuses_;
    std::vector<doctor::Member> members_;
    TaskGroup group_;
};

}  // namespace

Task<std::vector<doctor::Member>> ask_party(party::Party* party, std::uint16_t port)
{
    Inquiry inquiry(co_await asio::this_coro::executor, party, port);
    co_return co_await inquiry.run();
}

}  // namespace lanspread::runtime
