#include <algorithm>
#include <iterator>
#include <set>

#include "platform/paths.h"
#include "runtime/core.h"

namespace lanspread::runtime {

namespace {

ServiceStatus to_model(const ServiceState& state)
{
    return {.name = state.name,
            .running = state.is_running,
            .restarts = state.restarts,
            .last_error = state.last_error};
}

Peer to_model(const party::PeerStatus& status, TimePoint now)
{
    Peer peer{.id = status.id ? status.id->hex() : "",
              .name = status.name,
              .state = std::string(to_string(status.state)),
              .address = status.address,
              .addresses = {},
              .found_by = {},
              .games = static_cast<std::uint32_t>(status.games),
              .round_trip_ms = static_cast<double>(status.stats.round_trip.count()) / 1000,
              .mtu = status.stats.mtu,
              .bytes_sent = status.stats.bytes_sent,
              .bytes_received = status.stats.bytes_received,
              .problem = status.problem};
    for (const auto& address : status.addresses) {
        peer.addresses.push_back(address.text());
    }
    for (const auto& found : status.found_by) {
        const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - found.at).count();
        peer.found_by.push_back(
            {found.path, found.interface_name, static_cast<std::uint64_t>(std::max<std::int64_t>(age, 0))});
    }
    return peer;
}

}  // namespace

Status PeerRuntime::Core::status() const
{
    const auto traffic = endpoint->stats();
    Status status{.id = identity.id().hex(),
                  .name = config.name,
                  .version = LANSPREAD_VERSION,
                  .listen = {},
                  .games_folders = {},
                  .cipher = std::string(endpoint->cipher()),
                  .peers = static_cast<std::uint32_t>(party.connected_count()),
                  .games = static_cast<std::uint32_t>(library.games().size()),
                  .scanning = library.is_scanning(),
                  .bytes_sent = traffic.bytes_sent,
                  .bytes_received = traffic.bytes_received,
                  .bytes_served = server.bytes_served(),
                  .playing = playing.programs(),
                  .services = {},
                  .problems = library.problems()};
    std::ranges::copy(party.problems(), std::back_inserter(status.problems));
    for (const auto& address : listen_addresses({})) {
        status.listen.push_back(address.text());
    }
    for (const auto& folder : config.games_folders) {
        status.games_folders.push_back(platform::to_utf8(folder));
    }
    for (const auto* supervisor : {&carriers, &workers}) {
        for (const auto& state : supervisor->services()) {
            status.services.push_back(to_model(state));
        }
    }
    return status;
}

std::vector<Download> PeerRuntime::Core::download_queue() const
{
    std::vector<Download> queue;
    for (const auto& status : downloads.snapshot()) {
        queue.push_back(to_model(status));
    }
    return queue;
}

std::vector<Peer> PeerRuntime::Core::peers() const
{
    const auto now = Clock::now();
    std::vector<Peer> peers;
    for (const auto& status : party.peers()) {
        peers.push_back(to_model(status, now));
    }
    return peers;
}

std::vector<Offer> PeerRuntime::Core::offers(const GameId& game) const
{
    std::vector<Offer> offers;
    for (auto& holding : party.holders(game)) {
        offers.push_back({std::move(holding.name), std::move(holding.entry)});
    }
    return offers;
}

std::vector<Game> PeerRuntime::Core::games(bool all) const
{
    std::map<GameId, std::vector<Offer>> offers;
    party.visit_libraries([&offers](const PeerId&, const std::string& name, const wire::GameEntry& entry) {
        offers[entry.game].push_back({name, entry});
    });
    std::set<GameId> ids;
    for (const auto& local : library.games()) {
        ids.insert(local->id);
    }
    for (const auto& download : downloads.snapshot()) {
        ids.insert(download.game);
    }
    if (all) {
        for (const auto& [id, entries] : offers) {
            ids.insert(id);
        }
    }
    std::vector<Game> games;
    for (const auto& id : ids) {
        games.push_back(merge_game(id, offers[id], library.find(id).get(), downloads.find(id)));
    }
    return games;
}

Result<Game> PeerRuntime::Core::game(const std::string& id) const
{
    const auto parsed = GameId::parse(id);
    if (!parsed) {
        return fail(parsed.error());
    }
    const auto local = library.find(*parsed);
    const auto its_offers = offers(*parsed);
    const auto download = downloads.find(*parsed);
    if (!local && its_offers.empty() && !download) {
        return fail(
            ErrorCode::not_found,
            fmt::format(
                "nobody who is connected has a game '{}': see `lanspread games --all` for what there is, and "
                "`lanspread peers` for who is here",
                id));
    }
    return merge_game(*parsed, its_offers, local.get(), download);
}

}  // namespace lanspread::runtime
