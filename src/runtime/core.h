#pragma once

#include <map>
#include <optional>

#include "async/supervisor.h"
#include "catalog/catalog.h"
#include "catalog/thumbnails.h"
#include "discovery/beacon.h"
#include "discovery/mdns.h"
#include "discovery/network_watch.h"
#include "discovery/reach.h"
#include "library/library.h"
#include "party/party.h"
#include "platform/instance_lock.h"
#include "runtime/diagnosis_server.h"
#include "runtime/event_log.h"
#include "runtime/game_facts.h"
#include "runtime/game_model.h"
#include "runtime/operations.h"
#include "runtime/party_library.h"
#include "runtime/party_network.h"
#include "runtime/peer_runtime.h"
#include "runtime/playing.h"
#include "runtime/remove_package.h"
#include "runtime/settings.h"
#include "store/database.h"
#include "store/removals.h"
#include "swarm/downloads.h"
#include "swarm/partial_content.h"
#include "swarm/rate_limiter.h"
#include "swarm/server.h"
#include "transport/endpoint.h"

namespace lanspread::runtime {

/// Everything that a running peer consists of, in the order in which each part needs those above it. On the
/// core thread.
struct PeerRuntime::Core {
    /// What must succeed before a peer can run, in the order in which it is tried.
    [[nodiscard]] static Result<std::unique_ptr<Core>> open(Executor executor, Config config);
    ~Core();

    void start_services();
    void shutdown();
    Task<std::optional<std::string>> stopped();

    // Snapshots, in core_snapshots.cpp and (of games) core_library.cpp.
    [[nodiscard]] Status status() const;
    [[nodiscard]] std::vector<Peer> peers() const;
    [[nodiscard]] std::vector<Game> games(const GetGames& command) const;
    [[nodiscard]] Result<Game> game(const std::string& id) const;
    [[nodiscard]] std::vector<Download> download_queue() const;

    // Commands about downloads, in core_downloads.cpp.
    [[nodiscard]] Result<Download> answer_of(const Result<swarm::DownloadStatus>& status) const;
    Task<Result<Download>> start_download(StartDownload command);
    Task<Result<Download>> cancel_download(CancelDownload command);
    Task<Result<std::vector<Download>>> set_paused(std::string game, bool all, bool paused);
    Task<Result<Download>> set_priority(SetPriority command);
    Task<Result<Download>> move_download(MoveDownload command);

    // Other commands, in core_commands.cpp.
    Task<Result<Peer>> connect(std::string address);
    Task<Result<Settings>> change_setting(ChangeSetting command);
    Task<Result<void>> change_number(ChangeSetting command);
    Task<Result<void>> change_text(ChangeSetting command);
    std::shared_ptr<void> play(std::string program);
    Task<Result<VerifyReport>> verify(VerifyGame command);
    Task<std::optional<Result<VerifyReport>>> resume_repair(GameId game, bool may_go_on);
    Task<Result<void>> repair(library::VerifyReport report);
    Task<Result<Status>> rescan();

    /// A removal that an earlier process began. Nobody else touches the game until it is over.
    struct CutShortRemoval {
        store::RemovalRecord record;
        Operations::Running running;
        library::Library::Hold held;
    };

    // In core_removal.cpp.
    Task<Result<RemoveReport>> remove_game(RemoveGame command);
    /// The game is not to be removed any more, if it ever was.
    Task<Result<void>> drop_removal(GameId game);

    // The catalog and pictures, in core_catalog.cpp.
    Task<Result<Cover>> cover(GetCover command);

    // For `lanspread doctor`, in core_diagnosis.cpp.
    Task<doctor::Diagnosis> diagnose();
    Task<Result<doctor::Speed>> measure_speed(MeasureSpeed command);

    /// What others wait for each time the party has changed.
    Signal party_changed;

    Config config;
    platform::InstanceLock lock;
    transport::Identity identity;
    std::unique_ptr<store::Database> database;
    std::unique_ptr<transport::Endpoint> endpoint;
    EventLog events;
    StoredSettings stored_settings;
    Playing playing;
    swarm::RateLimiter upload_limiter;
    asio::thread_pool disk_pool;
    asio::thread_pool hash_pool;
    asio::thread_pool store_pool;
    catalog::Catalog catalog;
    catalog::Thumbnails thumbnails;
    library::Library library;
    Operations operations;
    PartyLibrary party_library;
    std::map<GameId, LocalCopy> unshared_copies;  ///< what is here and not among the library's games
    std::vector<CutShortRemoval> cut_short_removals;
    swarm::PartialContents partials;
    swarm::Server server;
    discovery::Reach reach;  ///< over the interfaces that may be used, as they are now
    party::Party party;
    GameFacts game_facts;
    DiagnosisServer diagnosis_server;
    PartyNetwork network;
    swarm::Downloads downloads;
    discovery::NetworkWatch network_watch;
    discovery::Mdns mdns;
    std::optional<discovery::Beacon> beacon;  ///< nothing where our key cannot sign
    Signal shutdown_asked;
    Supervisor workers;   ///< what uses the party; ends first
    Supervisor carriers;  ///< the party itself; ends after the goodbyes
    bool is_shutting_down = false;
    std::optional<std::string> failure;

private:
    Core(Executor executor, Config its_config, platform::InstanceLock its_lock,
         transport::Identity its_identity, std::unique_ptr<store::Database> its_database,
         std::unique_ptr<transport::Endpoint> its_endpoint);

    [[nodiscard]] Result<void> restore();
    void apply_settings();
    void playing_changed(const std::string& program, bool has_begun);
    [[nodiscard]] party::Options party_options();
    [[nodiscard]] Supervisor::Options supervisor_options();
    void connect_to(const std::string& before, const std::string& after);
    [[nodiscard]] std::optional<std::string> why_no_speed_test() const;
    Task<doctor::Diagnosis> look_around(std::chrono::seconds fresh);

    // The networks, in core_network.cpp.
    void make_beacon(const Executor& executor);
    [[nodiscard]] discovery::Announcement announcement() const;
    [[nodiscard]] discovery::Listener discovery_listener(std::string path);
    [[nodiscard]] bool uses_loopback() const;
    void use_interfaces();
    void network_looked_at(const discovery::NetworkChange& change);
    void woke(std::chrono::seconds slept);
    [[nodiscard]] std::vector<Address> listen_addresses(const Address& remote) const;
    Task<Result<discovery::Sighting>> ask_beacon(Address host, TimePoint deadline);

    void on_library_change(const library::Change& change);
    void announce(const ContentId& content);
    void announce(const GameId& game);

    Task<Result<void>> note_removal(store::RemovalRecord record,
                                    std::shared_ptr<const content::Manifest> manifest);
    Task<Result<RemovedPackage>> carry_out_removal(store::RemovalRecord record,
                                                   std::shared_ptr<const content::Manifest> manifest);
    Task<void> run_library();
    void take_up_removals(const std::vector<store::RemovalRecord>& records);
    Task<Result<bool>> is_cut_short(store::RemovalRecord record);
    Task<Result<void>> finish_removal(store::RemovalRecord record);

    [[nodiscard]] CatalogStatus catalog_status() const;
    void catalog_changed(const std::vector<GameId>& games);

    // The party library, in core_library.cpp.
    void peer_joined(const PeerId& peer);
    void peer_left(const PeerId& peer, const std::string& reason);
    void peer_library_changed(const PeerId& peer);
    void local_game_changed(const GameId& game);
    void unshared_games_changed();
    [[nodiscard]] KnownFacts facts_of(const GameId& game) const;
    [[nodiscard]] std::string title_of(const GameId& game) const;
    [[nodiscard]] catalog::Language language() const;
    [[nodiscard]] GameParts parts_of(const GameId& id, const PartyGame& game) const;
};

}  // namespace lanspread::runtime
