// Whom the party dials, and how: peers that were found, typed addresses, and rumours when there is time.

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "party/addresses.h"
#include "party/dialer.h"
#include "party/party.h"
#include "party/resolve.h"

namespace lanspread::party {

namespace {

/// For a host name's look-up, and for the handshakes behind it. A LAN answers in milliseconds; the rest is
/// loss. Where dials take longer, whoever is dialled is busy with those of others.
constexpr std::chrono::seconds resolve_patience{5};
constexpr std::chrono::seconds dial_patience{4};
constexpr std::chrono::seconds longest_dial_patience{12};
constexpr int typical_dials_of_patience = 10;
/// For a connection that is nearly there to make another dial needless.
constexpr std::chrono::milliseconds greeting_patience{500};
constexpr std::size_t rumours_at_once = 4;
/// For a host to say on which port its peer listens; the packets may be lost, so it is asked more than once.
constexpr std::chrono::seconds host_patience{2};
constexpr std::chrono::seconds beacon_patience{4};
/// A peer's place among those that are being dialled, for as long as it lives.
class Mark {
public:
    Mark(std::unordered_multiset<PeerId>& marked, const std::optional<PeerId>& peer)
        : marked_(marked), peer_(peer)
    {
        if (peer_) {
            marked_.insert(*peer_);
        }
    }
    ~Mark()
    {
        if (peer_) {
            marked_.erase(marked_.find(*peer_));
        }
    }
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;

private:
    std::unordered_multiset<PeerId>& marked_;
    std::optional<PeerId> peer_;
};

}  // namespace

Task<void> Party::dial_when_due()
{
    while (!is_leaving_) {
        const auto now = Clock::now();
        auto dials = book_.next_dials(now);
        const bool has_room = dials.empty() && book_.room_at() <= now;
        for (auto& due : dials) {
            group_->spawn(dial(std::move(due)));
        }
        const auto is_free = [this](const PeerId& peer) { return is_wanted(peer); };
        for (auto& due : rumours_.next_dials(now, is_free, has_room ? rumours_at_once : 0)) {
            group_->spawn(dial_rumour(std::move(due)));
        }
        co_await changed_.wait_until(
            std::min(book_.next_due(), std::max(rumours_.next_due(), book_.room_at())));
    }
}

Task<void> Party::dial(PeerBook::Dial dial)
{
    const auto target = dial.target;
    const auto peer = co_await attempt(std::move(dial));
    if (peer) {
        book_.reached(target, *peer, Clock::now());
    } else {
        book_.failed(target, peer.error(), Clock::now(), jitter());
    }
    changed_.notify_all();
}

Task<Result<PeerId>> Party::attempt(PeerBook::Dial dial)
{
    DialRequest request{.addresses = std::move(dial.addresses)};
    if (const auto* text = std::get_if<std::string>(&dial.target)) {
        auto addresses = co_await look_up(*text);
        if (!addresses) {
            co_return fail(addresses.error());
        }
        request.addresses = std::move(*addresses);
    } else {
        request.expected = std::get<PeerId>(dial.target);
    }
    co_return co_await dial_and_greet(std::move(request));
}

/// Where a typed HOST[:PORT] is.
Task<Result<std::vector<Address>>> Party::look_up(std::string host_port)
{
    const auto target = parse_host_port(host_port);
    if (!target) {
        co_return fail(target.error());
    }
    auto addresses = co_await resolve(*target, Clock::now() + resolve_patience);
    if (addresses && target->port == 0) {
        addresses = co_await ask_for_port(std::move(*addresses));
    }
    if (!addresses) {
        co_return addresses;
    }
    std::erase_if(*addresses, [](const Address& address) { return !is_dialable(address); });
    if (addresses->empty()) {
        co_return fail(ErrorCode::invalid_input,
                       "no peer can listen there: it is no address of one computer");
    }
    co_return addresses;
}

/// On which port the peer of a host listens: the host itself tells.
Task<Result<std::vector<Address>>> Party::ask_for_port(std::vector<Address> hosts)
{
    if (!options_.ask_beacon) {
        co_return fail(ErrorCode::invalid_input, std::string(port_is_missing));
    }
    const auto deadline = Clock::now() + beacon_patience;
    Error problem{ErrorCode::timed_out, "nobody there says on which port a peer listens: name it, too"};
    for (const auto& host : hosts) {
        const auto answer =
            co_await options_.ask_beacon(host, std::min(deadline, Clock::now() + host_patience));
        if (!answer || answer->addresses.empty()) {
            problem = answer ? problem : answer.error();
            continue;
        }
        auto asked = host;
        asked.port = answer->addresses.front().port;
        std::vector<Address> addresses{asked};
        addresses.insert(addresses.end(), answer->addresses.begin(), answer->addresses.end());
        co_return addresses;
    }
    co_return fail(problem);
}

Task<Result<PeerId>> Party::dial_and_greet(DialRequest request)
{
    const auto expected = request.expected;
    if (expected) {
        if (flapping_.kept_out_for(*expected, Clock::now())) {
            co_return fail(ErrorCode::refused, "it comes and goes too often");
        }
        // Another connection to it is nearly there: a further one would only cost both of us a handshake.
        const auto patience = Clock::now() + greeting_patience;
        while ((roster_.is_greeting(*expected) || dialling_.contains(*expected)) &&
               co_await changed_.wait_until(patience)) {
        }
        if (is_connected(*expected)) {
            co_return *expected;
        }
    }
    const Mark mark(dialling_, expected);
    request.typical = book_.typical_dial();
    const auto patience = std::clamp<Duration>(typical_dials_of_patience * request.typical, dial_patience,
                                               longest_dial_patience);
    const auto dialled = co_await dial_first(endpoint_, std::move(request), Clock::now() + patience);
    for (const auto& address : dialled.own_key) {
        own_key_found("connect", address);
    }
    if (!dialled.connection) {
        co_return fail(dialled.connection.error());
    }
    const auto connection = *dialled.connection;
    const auto peer = connection->peer();
    const auto greeted = co_await greet(connection);
    // Where the peer's own connection to us came first, this one did its work as well.
    if (!greeted && !is_connected(peer)) {
        co_return fail(greeted.error());
    }
    co_return peer;
}

}  // namespace lanspread::party
