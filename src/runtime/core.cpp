#include "runtime/core.h"

#include <algorithm>
#include <filesystem>
#include <thread>

#include "base/log.h"
#include "base/utf8.h"
#include "platform/files.h"
#include "platform/paths.h"
#include "runtime/settings.h"
#include "store/downloads.h"
#include "store/manifests.h"
#include "store/settings.h"

namespace lanspread::runtime {

namespace {

constexpr std::size_t max_name = 64;
constexpr unsigned disk_threads = 2;

unsigned cores() { return std::max(1U, std::thread::hardware_concurrency()); }

/// Opens state.db, which is the owner's alone, as is what SQLite puts beside it, and drops what nothing in it
/// names any more.
Result<std::unique_ptr<store::Database>> open_database(const std::filesystem::path& file)
{
    std::error_code error;
    if (!std::filesystem::exists(file, error)) {
        if (const auto made = platform::write_atomically(file, {}, platform::FileAccess::owner_only); !made) {
            return fail(made.error());
        }
    }
    auto database = store::Database::open(file);
    if (database) {
        // Nobody uses it yet, so none of them is about to be named.
        if (const auto removed = store::Manifests(**database).remove_unused(); !removed) {
            return fail(removed.error());
        }
    }
    return database;
}

std::string display_name(const std::string& name)
{
    return clip_utf8(name.empty() ? platform::host_name() : name, max_name);
}

}  // namespace

Result<std::unique_ptr<PeerRuntime::Core>> PeerRuntime::Core::open(Executor executor, Config config)
{
    config.name = display_name(config.name);
    if (const auto made = platform::make_folders(config.state_folder, platform::FileAccess::owner_only);
        !made) {
        return fail(made.error().in("state folder"));
    }
    if (config.games_folders.empty()) {
        config.games_folders.push_back(platform::default_games_folder());
        if (const auto made = platform::make_folders(config.games_folders.front()); !made) {
            return fail(made.error().in("games folder"));
        }
    }
    auto lock = platform::InstanceLock::take(config.state_folder);
    if (!lock) {
        return fail(lock.error());
    }
    auto identity = transport::Identity::open(config.state_folder / "identity");
    if (!identity) {
        return fail(identity.error());
    }
    auto database = open_database(config.state_folder / "state.db");
    if (!database) {
        return fail(database.error());
    }
    auto endpoint = transport::Endpoint::open(
        executor, *identity, {.bind = config.listen, .allow_fast_aead = config.allow_fast_aead});
    if (!endpoint) {
        return fail(endpoint.error());
    }
    std::unique_ptr<Core> core(new Core(std::move(executor), std::move(config), std::move(*lock),
                                        std::move(*identity), std::move(*database), std::move(*endpoint)));
    if (const auto restored = core->restore(); !restored) {
        return fail(restored.error());
    }
    for (const auto& address : core->config.connect) {
        if (const auto kept = core->party.keep_connecting(address); !kept) {
            return fail(kept.error().in("--connect"));
        }
    }
    return core;
}

PeerRuntime::Core::Core(Executor executor, Config its_config, platform::InstanceLock its_lock,
                        transport::Identity its_identity, std::unique_ptr<store::Database> its_database,
                        std::unique_ptr<transport::Endpoint> its_endpoint)
    : config(std::move(its_config)),
      lock(std::move(its_lock)),
      identity(std::move(its_identity)),
      database(std::move(its_database)),
      endpoint(std::move(its_endpoint)),
      playing([this](const std::string& program, bool has_begun) { playing_changed(program, has_begun); }),
      disk_pool(std::max(disk_threads, cores())),
      hash_pool(cores()),
      store_pool(1),
      catalog(disk_pool,
              {.file = config.catalog_file, .covers = config.covers_folder, .folders = config.games_folders}),
      thumbnails(disk_pool, config.state_folder / "covers"),
      library({.disk = disk_pool, .hash = hash_pool, .store = store_pool, .hash_threads = cores()}, *database,
              {.games_folders = config.games_folders}),
      server(library, partials, disk_pool,
             {.upload_limit = &upload_limiter,
              .on_changed_on_disk =
                  [this](const GameId& game) {
                      log::warning("library", "{} has changed on the disk and is looked at again",
                                   game.text());
                      library.request_look(game);
                  }}),
      party(executor, *endpoint, identity.id(), party_options()),
      game_facts({.party = party,
                  .find_local = [this](const GameId& game) { return library.find(game); },
                  .disk_pool = disk_pool}),
      diagnosis_server(party, {.executor = executor,
                               .bind = config.listen,
                               .why_no_speed_test = [this] { return why_no_speed_test(); }}),
      network(party),
      downloads({.executor = executor,
                 .network = network,
                 .partials = partials,
                 .library = library,
                 .database = *database,
                 .disk_pool = disk_pool,
                 .store_pool = store_pool,
                 .on_event =
                     [this](const swarm::DownloadEvent& event) {
                         events.add(std::string(to_string(event.kind)), {.game = event.game.text()},
                                    event.text);
                     }}),
      network_watch(executor,
                    {.looked = [this](const discovery::NetworkChange& change) { network_looked_at(change); },
                     .woke = [this](std::chrono::seconds slept) { woke(slept); }}),
      mdns(executor, announcement(), discovery_listener("mdns")),
      workers(executor, {}, supervisor_options()),
      carriers(executor, {}, supervisor_options())
{
    make_beacon(executor);
    use_interfaces();
    catalog.on_change([this](const std::vector<GameId>& games) { catalog_changed(games); });
    library.on_change([this](const library::Change& change) { on_library_change(change); });
    game_facts.on_change([this](const std::vector<GameId>& games) {
        std::ranges::for_each(games, [this](const GameId& game) { announce(game); });
    });
    library.on_folders_change([this] { unshared_games_changed(); });
    partials.on_change(
        [this](const swarm::PartialContent& content) { announce(content.manifest()->content_id()); });
    library.on_scan_finished([this] {
        events.add("scan_finished", {}, fmt::format("{} games are shared", library.games().size()));
    });
}

/// Takes up what the last process left in state.db; before anything runs, so that nobody sees the peer
/// without.
Result<void> PeerRuntime::Core::restore()
{
    auto settings = store::Settings(*database).load_all();
    auto texts = store::Settings(*database).load_texts();
    const auto records = store::Downloads(*database).load_all();
    const auto removals = store::Removals(*database).load_all();
    if (!settings || !texts || !records || !removals) {
        return fail(!settings  ? settings.error()
                    : !texts   ? texts.error()
                    : !records ? records.error()
                               : removals.error());
    }
    take_up_removals(*removals);
    stored_settings = {.numbers = std::move(*settings), .texts = std::move(*texts)};
    apply_settings();
    connect_to({}, settings_from(stored_settings).connect);
    downloads.restore(*records);
    return {};
}

PeerRuntime::Core::~Core()
{
    endpoint->close();
    disk_pool.join();
    hash_pool.join();
    store_pool.join();
}

void PeerRuntime::Core::start_services()
{
    carriers.run("party", RestartPolicy::required, [this] { return party.run(); });
    workers.run("downloads", RestartPolicy::restart, [this] { return downloads.run(); });
    // Before the library's first look, which makes its watches.
    workers.run("watch", RestartPolicy::best_effort, [this] { return library.watch(); });
    workers.run("library", RestartPolicy::restart, [this] { return run_library(); });
    workers.run("facts", RestartPolicy::restart, [this] { return game_facts.run(); });
    workers.run("catalog", RestartPolicy::restart, [this] { return catalog.run(); });
    workers.run("uploads", RestartPolicy::restart, [this] { return server.run(); });
    workers.run("network", RestartPolicy::restart, [this] { return network_watch.run(); });
    if (config.discovery) {
        workers.run("mdns", RestartPolicy::restart, [this] { return mdns.run(); });
        if (beacon) {
            workers.run("beacon", RestartPolicy::restart, [this] { return beacon->run(); });
        }
    }
}

party::Options PeerRuntime::Core::party_options()
{
    return {.name = config.name,
            .program = "lanspread " LANSPREAD_VERSION,
            .listen_addresses = [this](const Address& remote) { return listen_addresses(remote); },
            .may_hand_on = [this](const Address& of_peer,
                                  const Address& to) { return reach.may_hand_on(of_peer, to); },
            .ask_beacon = [this](Address host, TimePoint deadline) { return ask_beacon(host, deadline); },
            .serve =
                [this](PeerId peer, transport::Stream stream, party::ContentRequest request) {
                    return server.serve(peer, std::move(stream), request);
                },
            .diagnose =
                [this](PeerId peer, transport::Stream stream, party::DiagnosisRequest request) {
                    return diagnosis_server.serve(peer, std::move(stream), request);
                },
            .tell =
                [this](PeerId peer, transport::Stream stream, party::FactsRequest request) {
                    return game_facts.tell(peer, std::move(stream), request);
                },
            .events = {.peer_joined = [this](const PeerId& peer) { peer_joined(peer); },
                       .peer_left = [this](const PeerId& peer,
                                           const std::string& reason) { peer_left(peer, reason); },
                       .peer_library_changed = [this](const PeerId& peer) { peer_library_changed(peer); },
                       .clone_found =
                           [this](const PeerId& peer, const std::string& text) {
                               events.add("clone_found", {.peer = peer.hex()}, text);
                           }}};
}

Supervisor::Options PeerRuntime::Core::supervisor_options()
{
    return {.on_failure = [this](const std::string& service, const std::string& error) {
        failure = fmt::format("{} failed: {}", service, error);
        events.add("runtime_failed", {}, *failure);
        shutdown();
    }};
}

void PeerRuntime::Core::on_library_change(const library::Change& change)
{
    const auto& game = change.after ? change.after : change.before;
    game_facts.library_changed(change);
    if (change.before) {
        server.forget(change.before->root);
        announce(change.before->content);
    }
    if (change.after) {
        server.forget(change.after->root);
        announce(change.after->content);
    }
    local_game_changed(game->id);
    mdns.update(announcement());
    events.add("library_changed", {.game = game->id.text()},
               fmt::format("{} {} is {}", title_of(game->id), game->version, change.after ? "here" : "gone"));
}

/// Tells the party what we have of a content now.
void PeerRuntime::Core::announce(const ContentId& content)
{
    const auto local = library.find(content);
    const auto partial = local ? nullptr : partials.find(content);
    if (local || partial) {
        auto entry = local ? to_entry(*local) : to_entry(*partial->manifest(), false);
        entry.facts = game_facts.told(entry.game);
        party.set_library({entry}, {});
    } else {
        server.forget(content);
        party.set_library({}, {content});
    }
}

/// The same of all that we have of a game.
void PeerRuntime::Core::announce(const GameId& game)
{
    if (const auto local = library.find(game)) {
        announce(local->content);
    }
    if (const auto download = downloads.find(game); download && partials.find(download->content)) {
        announce(download->content);
    }
}

void PeerRuntime::Core::shutdown()
{
    if (std::exchange(is_shutting_down, true)) {
        return;
    }
    events.add("shutting_down", {}, "the peer ends");
    shutdown_asked.notify_all();
}

/// Ends everything in order. Its caller is not cancelled meanwhile: it is the end.
Task<std::optional<std::string>> PeerRuntime::Core::stopped()
{
    while (!is_shutting_down) {
        co_await shutdown_asked.wait();
    }
    workers.cancel();
    co_await workers.join();
    co_await party.goodbye();
    carriers.cancel();
    co_await carriers.join();
    endpoint->close();
    co_return failure;
}

}  // namespace lanspread::runtime
