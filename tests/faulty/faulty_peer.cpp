#include "faulty/faulty_peer.h"

#include <fmt/format.h>

#include "async/task_group.h"
#include "base/log.h"
#include "platform/files.h"

namespace lanspread::faulty {

namespace {

/// An identity whose id sorts before or after (nearly) all others.
Result<transport::Identity> identity_with(IdOrder order)
{
    const auto wanted = order == IdOrder::first ? std::byte{0} : std::byte{0xff};
    auto identity = transport::Identity::ephemeral();
    while (identity && identity->id().bytes[0] != wanted) {
        identity = transport::Identity::ephemeral();
    }
    return identity;
}

}  // namespace

Result<std::unique_ptr<FaultyPeer>> FaultyPeer::open(Executor executor, Options options)
{
    if (const auto made = platform::make_folders(options.state_folder, platform::FileAccess::owner_only);
        !made) {
        return fail(made.error());
    }
    auto identity = identity_with(options.id_order);
    if (!identity) {
        return fail(identity.error());
    }
    auto database = store::Database::open(options.state_folder / "state.db");
    if (!database) {
        return fail(database.error());
    }
    auto endpoint = transport::Endpoint::open(executor, *identity, {});
    if (!endpoint) {
        return fail(endpoint.error());
    }
    return std::unique_ptr<FaultyPeer>(new FaultyPeer(std::move(executor), std::move(options),
                                                      std::move(*identity), std::move(*database),
                                                      std::move(*endpoint)));
}

FaultyPeer::FaultyPeer(Executor executor, Options options, transport::Identity identity,
                       std::unique_ptr<store::Database> database,
                       std::unique_ptr<transport::Endpoint> endpoint)
    : options_(std::move(options)),
      identity_(std::move(identity)),
      database_(std::move(database)),
      endpoint_(std::move(endpoint)),
      disk_pool_(2),
      hash_pool_(1),
      store_pool_(1),
      library_({.disk = disk_pool_, .hash = hash_pool_, .store = store_pool_, .hash_threads = 1}, *database_,
               {.games_folders = {options_.games_folder}}),
      server_(library_, disk_pool_, options_.fault),
      party_(executor, *endpoint_, identity_.id(), party_options()),
      mdns_(executor,
            {.id = identity_.id(), .name = options_.name, .port = endpoint_->port(), .epoch = party_.epoch()},
            {.found = [this](const discovery::Sighting& sighting) { party_.sighted("mdns", sighting); },
             .gone = [this](const PeerId& peer) { party_.lost("mdns", peer); }})
{
    if (const auto interfaces = platform::network_interfaces()) {
        mdns_.set_links(discovery::choose_links(*interfaces, {}, false));
    } else {
        log::warning("discovery", "{}", interfaces.error().message);
    }
    library_.on_scan_finished([this] {
        has_scanned_ = true;
        scanned_.notify_all();
    });
    // A game that was made just before is taken in a little after the scan.
    library_.on_change([this](const library::Change&) {
        if (has_scanned_) {
            offer_games();
        }
    });
}

FaultyPeer::~FaultyPeer()
{
    endpoint_->close();
    disk_pool_.join();
    hash_pool_.join();
    store_pool_.join();
}

Task<void> FaultyPeer::run()
{
    TaskGroup group(co_await asio::this_coro::executor, CancellationToken());
    group.spawn(party_.run());
    group.spawn(library_.run());
    group.spawn(be_found());
    co_await group.join();
}

Task<void> FaultyPeer::be_found()
{
    while (!has_scanned_) {
        co_await scanned_.wait();
    }
    offer_games();
    fmt::print("ready id={} listen=0.0.0.0:{}\n", identity_.id().hex(), endpoint_->port());
    std::fflush(stdout);
    co_await mdns_.run();
}

party::Options FaultyPeer::party_options()
{
    return {.name = options_.name,
            .program = "faulty_peer",
            .listen_addresses = [](const Address&) { return std::vector<Address>(); },
            .serve =
                [this](PeerId peer, transport::Stream stream, party::ContentRequest request) {
                    return server_.serve(peer, std::move(stream), std::move(request));
                },
            .diagnose = [this](PeerId peer, transport::Stream stream,
                               party::DiagnosisRequest) { return server_.diagnose(peer, std::move(stream)); },
            .events = {.peer_joined = [](const PeerId&) {},
                       .peer_left = [](const PeerId&, const std::string&) {},
                       .peer_library_changed = [](const PeerId&) {},
                       .clone_found = [](const PeerId&, const std::string&) {}}};
}

void FaultyPeer::offer_games()
{
    std::vector<wire::GameEntry> entries;
    for (const auto& game : library_.games()) {
        entries.push_back({.game = game->id,
                           .version = game->version,
                           .content = game->content,
                           .size = game->manifest->total_size(),
                           .chunks = game->manifest->chunk_count(),
                           .files = static_cast<std::uint32_t>(game->manifest->files().size()),
                           .complete = !options_.is_partial});
    }
    party_.set_library(entries, {});
}

}  // namespace lanspread::faulty
