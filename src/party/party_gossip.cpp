// Peers hand on the addresses of those whom they are connected to, so that one link that works is enough.

#include <algorithm>
#include <chrono>
#include <unordered_set>

#include "base/log.h"
#include "party/addresses.h"
#include "party/party.h"
#include "wire/codec.h"

namespace lanspread::party {

namespace {

constexpr std::chrono::seconds answer_patience{5};
/// Where both of two peers are told of each other, the one that dials first does so.
constexpr std::chrono::milliseconds head_start{100};

/// What GetPeers says of an id.
std::uint64_t short_form(const PeerId& peer)
{
    std::uint64_t value = 0;
    for (std::size_t index = 0; index < sizeof value; ++index) {
        value = value << 8 | std::to_integer<std::uint64_t>(peer.bytes[index]);
    }
    return value;
}

}  // namespace

Task<void> Party::gossip_when_due()
{
    while (!is_leaving_) {
        while (const auto peer = gossip_.next(Clock::now())) {
            group_->spawn(ask_for_peers(sessions_.at(*peer)));
        }
        co_await changed_.wait_until(gossip_.next_due());
    }
}

Task<void> Party::ask_for_peers(SharedSession session)
{
    wire::GetPeers request{.known = {short_form(self_)}};
    const auto add = [&request](const PeerId& peer) {
        if (request.known.size() < wire::max_known_peers) {
            request.known.push_back(short_form(peer));
        }
    };
    for (const auto& [peer, other] : sessions_) {
        add(peer);
    }
    std::ranges::for_each(rumours_.told_by(session->peer()), add);
    const auto text = wire::encode(request);
    const auto answer =
        text ? co_await session->ask(*text, Clock::now() + answer_patience) : fail(text.error());
    const auto peers = answer ? wire::decode_answer<wire::Peers>(answer->frame) : fail(answer.error());
    if (peers) {
        hear(*session, *peers);
    } else {
        log::debug("party", "{} was asked for peers: {}", session->name(), peers.error().message);
    }
    const bool has_more = peers && peers->peers.size() == wire::max_told_peers;
    gossip_.ended(session->peer(), has_more, Clock::now(), jitter());
    changed_.notify_all();
}

wire::Peers Party::peers_for(const Session& session, const wire::GetPeers& request) const
{
    const std::unordered_set<std::uint64_t> known(request.known.begin(), request.known.end());
    const auto& asker = session.connection().remote();
    wire::Peers answer;
    for (const auto& [peer, other] : sessions_) {
        if (answer.peers.size() == wire::max_told_peers) {
            break;
        }
        if (peer == session.peer() || known.contains(short_form(peer))) {
            continue;
        }
        auto addresses = addresses_to_tell(other->addresses(), asker);
        std::erase_if(addresses, [&](const Address& address) {
            return options_.may_hand_on && !options_.may_hand_on(address, asker);
        });
        if (!addresses.empty()) {
            answer.peers.push_back({.peer = peer, .listen = std::move(addresses)});
        }
    }
    return answer;
}

void Party::hear(const Session& teller, const wire::Peers& answer)
{
    const auto& remote = teller.connection().remote();
    auto near = options_.listen_addresses(remote);
    near.push_back(remote);
    for (const auto& told : answer.peers) {
        if (told.peer != self_ && !is_connected(told.peer) && !book_.is_banned(told.peer)) {
            const auto delay = dials_first(self_, told.peer) ? Duration() : head_start;
            rumours_.heard(teller.peer(), told.peer, addresses_told(told.listen, remote, near), Clock::now(),
                           delay);
        }
    }
}

bool Party::is_wanted(const PeerId& peer) const
{
    return !is_connected(peer) && !book_.is_banned(peer) && !book_.looks_after(peer, Clock::now()) &&
           !roster_.is_greeting(peer) && !dialling_.contains(peer) &&
           !flapping_.kept_out_for(peer, Clock::now());
}

Task<void> Party::dial_rumour(Rumours::Dial dial)
{
    const auto told_by = name(dial.teller);
    DialRequest request{.addresses = std::move(dial.addresses), .expected = dial.peer};
    const auto reached = co_await dial_and_greet(std::move(request));
    if (reached) {
        book_.found("gossip", told_by, *reached, Clock::now());
    } else {
        log::debug("party", "{} told of {}: {}", told_by, dial.peer.short_hex(), reached.error().message);
        rumours_.failed(dial.peer, reached.error().code, Clock::now());
    }
    changed_.notify_all();
}

}  // namespace lanspread::party
