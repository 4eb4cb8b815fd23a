#include <algorithm>
#include <iterator>

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

GamesFolderState to_model(const library::FolderState& folder)
{
    return {.path = platform::to_utf8(folder.path),
            .state = std::string(to_string(folder.condition)),
            .text = folder.text,
            .games = folder.games,
            .free_bytes = folder.free};
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
                  .catalog = catalog_status(),
                  .watch = library.watch_problem(),
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
    std::ranges::copy(game_facts.problems(), std::back_inserter(status.problems));
    std::ranges::copy(party.problems(), std::back_inserter(status.problems));
    std::ranges::copy(catalog.status().problems, std::back_inserter(status.problems));
    for (const auto& address : listen_addresses({})) {
        status.listen.push_back(address.text());
    }
    for (const auto& folder : library.folders()) {
        status.games_folders.push_back(to_model(folder));
    }
    for (const auto* supervisor : {&carriers, &workers}) {
        for (const auto& state : supervisor->services()) {
            status.services.push_back(to_model(state));
        }
    }
    return status;
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

}  // namespace lanspread::runtime
