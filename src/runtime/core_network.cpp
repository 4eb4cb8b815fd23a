// How the networks that this PC is in reach discovery and the party, and which of our addresses go where.

#include <algorithm>

#include "base/log.h"
#include "platform/interfaces.h"
#include "platform/route.h"
#include "runtime/core.h"
#include "transport/signature.h"

namespace lanspread::runtime {

discovery::Announcement PeerRuntime::Core::announcement() const
{
    return {.id = identity.id(),
            .name = config.name,
            .port = endpoint->port(),
            .rev = library.rev(),
            .epoch = party.epoch()};
}

discovery::Listener PeerRuntime::Core::discovery_listener(std::string path)
{
    return {.found = [this, path](const discovery::Sighting& sighting) { party.sighted(path, sighting); },
            .gone = [this, path](const PeerId& peer) { party.lost(path, peer); },
            .double_of_self = [this, path](const Address& from,
                                           const std::string&) { party.clone_seen(path, from); }};
}

void PeerRuntime::Core::make_beacon(const Executor& executor)
{
    const auto signer = transport::Signer::of(identity);
    if (!signer) {
        log::warning("discovery", "no beacon: {}", signer.error().message);
        return;
    }
    beacon.emplace(
        executor, announcement(),
        discovery::BeaconKeys{.own = signer->public_key(),
                              .sign = [signer](ByteSpan message) { return signer->sign(message); },
                              .verify = transport::verify_signature,
                              .id_of = transport::peer_id_of_key},
        [this](const PeerId& peer) { return party.is_connected(peer); }, discovery_listener("beacon"));
}

bool PeerRuntime::Core::uses_loopback() const
{
    return std::ranges::any_of(config.interfaces, [](const std::string& name) { return name == "lo"; });
}

/// Hands the interfaces, as they were seen last, to all who decide by them.
void PeerRuntime::Core::use_interfaces()
{
    const auto interfaces = discovery::reached_at(network_watch.interfaces(), config.listen);
    std::vector<platform::NetworkInterface> usable;
    for (const auto& card : interfaces) {
        const bool is_wanted = config.interfaces.empty() ||
                               std::ranges::find(config.interfaces, card.name) != config.interfaces.end();
        if (is_wanted && (card.is_loopback ? uses_loopback() : platform::judge(card).is_usable)) {
            usable.push_back(card);
        }
    }
    reach = discovery::Reach(std::move(usable), platform::source_towards);
    const auto links = discovery::choose_links(interfaces, config.interfaces, uses_loopback());
    mdns.set_links(links);
    if (beacon) {
        beacon->set_links(links);
    }
}

void PeerRuntime::Core::network_looked_at(const discovery::NetworkChange& change)
{
    use_interfaces();
    if (change.has_gained) {
        party.network_changed();
    }
}

void PeerRuntime::Core::woke(std::chrono::seconds slept)
{
    events.add("network_changed", {}, fmt::format("this PC slept for {} s", slept.count()));
    mdns.refresh();
    if (beacon) {
        beacon->refresh();
    }
    party.network_changed();
}

/// Where somebody at `remote` reaches this peer, best first; where that is unspecified, where anybody does.
std::vector<Address> PeerRuntime::Core::listen_addresses(const Address& remote) const
{
    if (!config.listen.is_unspecified()) {
        auto address = config.listen;
        address.port = endpoint->port();
        return {address};
    }
    auto addresses = remote.is_unspecified() ? reach.own_addresses() : reach.own_addresses(remote);
    for (auto& address : addresses) {
        address.port = endpoint->port();
    }
    return addresses;
}

Task<Result<discovery::Sighting>> PeerRuntime::Core::ask_beacon(Address host, TimePoint deadline)
{
    if (!beacon) {
        co_return fail(ErrorCode::unavailable, "no beacon: name the port, too");
    }
    co_return co_await beacon->ask(host, deadline);
}

}  // namespace lanspread::runtime
