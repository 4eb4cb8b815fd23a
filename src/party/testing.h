#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "async/testing.h"
#include "party/party.h"

/// For tests: parties of real endpoints on 127.0.0.1, all in one process and on one thread.
namespace lanspread::party::testing {

inline Address loopback(std::uint16_t port) { return Address::v4({127, 0, 0, 1}, port); }
inline TimePoint soon() { return Clock::now() + std::chrono::seconds(10); }

inline GameId game(std::size_t number) { return GameId::parse("game" + std::to_string(number)).value(); }

inline wire::GameEntry entry(std::size_t number)
{
    wire::GameEntry result{
        .game = game(number), .version = "20240101", .content = {}, .size = 10, .chunks = 1, .files = 1};
    result.content.bytes[0] = std::byte(number & 0xff);
    result.content.bytes[1] = std::byte(number >> 8);
    return result;
}

/// What a party told, in order: "joined bob", "left bob: it said goodbye".
using Told = std::vector<std::string>;

/// One peer, and what its party told.
struct Peer {
    explicit Peer(transport::Identity its_identity) : identity(std::move(its_identity)) {}

    transport::Identity identity;
    std::unique_ptr<transport::Endpoint> endpoint;
    std::unique_ptr<Party> party;    ///< none where it is a stranger
    std::optional<TaskGroup> group;  ///< that the party runs in
    ContentHandler serve;
    DiagnosisHandler diagnose;
    FactsHandler tell;
    Told events;
    Told clones;  ///< what was said of keys in use twice
    std::size_t library_changes = 0;
    std::size_t games_when_joined = 0;  ///< of the last peer that joined

    [[nodiscard]] PeerId id() const { return identity.id(); }
    [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(endpoint->port()); }
    [[nodiscard]] std::size_t games_of(const PeerId& who) const
    {
        std::size_t count = 0;
        party->visit_libraries([&](const PeerId& holder, const std::string&, const wire::GameEntry&) {
            count += holder == who ? 1 : 0;
        });
        return count;
    }
};

/// The network of a test. Ends its parties with itself.
class Lan {
public:
    Lan() { group_.emplace(context_.get_executor(), CancellationToken()); }
    Lan(const Lan&) = delete;
    Lan& operator=(const Lan&) = delete;

    ~Lan()
    {
        end(group_);
        for (const auto& peer : peers_) {
            kill(*peer);
        }
    }

    Peer& start(const std::string& name, std::size_t games = 0, Liveness::Parameters liveness = {})
    {
        return start_as(transport::Identity::ephemeral().value(), name, games, 0, liveness);
    }

    /// Port 0: the system chooses.
    Peer& start_as(transport::Identity identity, const std::string& name, std::size_t games = 0,
                   std::uint16_t port = 0, Liveness::Parameters liveness = {})
    {
        auto& peer = open(std::move(identity), port);
        peer.party = std::make_unique<Party>(context_.get_executor(), *peer.endpoint, peer.id(),
                                             options_of(peer, name, liveness));
        std::vector<wire::GameEntry> entries;
        entries.reserve(games);
        for (std::size_t number = 0; number < games; ++number) {
            entries.push_back(entry(number));
        }
        peer.party->set_library(entries, {});
        peer.group.emplace(context_.get_executor(), CancellationToken());
        peer.group->spawn(peer.party->run());
        return peer;
    }

    /// One that asks `ask_beacon` for ports.
    Peer& start_asking(const std::string& name, decltype(Options::ask_beacon) ask_beacon)
    {
        ask_beacon_ = std::move(ask_beacon);
        auto& peer = start(name);
        ask_beacon_ = {};
        return peer;
    }

    /// Ends a peer without a goodbye. Its port is free then.
    void kill(Peer& peer)
    {
        end(peer.group);
        peer.party.reset();
        peer.endpoint.reset();
    }

    /// A connection to `to` of somebody who runs no Party, with an identity of his own.
    transport::SharedConnection stranger(const Peer& to)
    {
        auto& peer = open(transport::Identity::ephemeral().value(), 0);
        return result_of(peer.endpoint->connect(loopback(to.endpoint->port()), to.id(), soon())).value();
    }

    /// An endpoint for somebody who runs no Party.
    [[nodiscard]] std::unique_ptr<transport::Endpoint> open_endpoint(const transport::Identity& identity)
    {
        return transport::Endpoint::open(context_.get_executor(), identity, {.bind = loopback(0)}).value();
    }

    [[nodiscard]] Result<PeerId> connect(Peer& from, const Peer& to)
    {
        auto connected = result_of(from.party->connect(to.address()));
        if (connected) {
            until([&] { return to.party->is_connected(from.id()); });
        }
        return connected;
    }

    /// Runs everything until `condition` holds.
    template <class Condition>
    void until(Condition condition)
    {
        lanspread::testing::run_until(context_, condition);
    }

    [[nodiscard]] Executor executor() { return context_.get_executor(); }
    void spawn(Task<void> task) { group_->spawn(std::move(task)); }

    /// Runs everything until `task` has ended.
    template <class T>
    T result_of(Task<T> task)
    {
        const auto result = std::make_shared<std::optional<T>>();
        group_->spawn(store(std::move(task), result));
        until([&] { return result->has_value(); });
        return std::move(**result);
    }

    [[nodiscard]] const std::vector<std::unique_ptr<Peer>>& peers() const { return peers_; }

private:
    template <class T>
    static Task<void> store(Task<T> task, std::shared_ptr<std::optional<T>> result)
    {
        result->emplace(co_await std::move(task));
    }

    void end(std::optional<TaskGroup>& group)
    {
        if (group) {
            group->cancel();
            until([&] { return group->running() == 0; });
            group.reset();
        }
    }

    Peer& open(transport::Identity identity, std::uint16_t port)
    {
        auto& peer = *peers_.emplace_back(std::make_unique<Peer>(std::move(identity)));
        peer.endpoint =
            transport::Endpoint::open(context_.get_executor(), peer.identity, {.bind = loopback(port)})
                .value();
        return peer;
    }

    Options options_of(Peer& peer, const std::string& name, const Liveness::Parameters& liveness) const
    {
        return {
            .name = name,
            .program = "test",
            .listen_addresses =
                [&peer](const Address&) { return std::vector{loopback(peer.endpoint->port())}; },
            .ask_beacon = ask_beacon_,
            .serve = [&peer](PeerId from, transport::Stream stream,
                             ContentRequest request) { return peer.serve(from, std::move(stream), request); },
            .diagnose =
                [&peer](PeerId from, transport::Stream stream, DiagnosisRequest request) {
                    return peer.diagnose(from, std::move(stream), request);
                },
            .tell = [&peer](PeerId from, transport::Stream stream,
                            FactsRequest request) { return peer.tell(from, std::move(stream), request); },
            .events = {.peer_joined =
                           [&peer](const PeerId& who) {
                               peer.events.push_back("joined " + peer.party->name(who));
                               peer.games_when_joined = peer.games_of(who);
                           },
                       .peer_left =
                           [&peer](const PeerId& who, const std::string& reason) {
                               peer.events.push_back("left " + peer.party->name(who) + ": " + reason);
                           },
                       .peer_library_changed = [&peer](const PeerId&) { ++peer.library_changes; },
                       .clone_found = [&peer](const PeerId&,
                                              const std::string& text) { peer.clones.push_back(text); }},
            .liveness = liveness};
    }

    asio::io_context context_{1};
    std::optional<TaskGroup> group_;
    decltype(Options::ask_beacon) ask_beacon_;  ///< of the peer that is being started
    std::vector<std::unique_ptr<Peer>> peers_;
};

}  // namespace lanspread::party::testing
