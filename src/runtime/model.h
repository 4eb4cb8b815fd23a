#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

/// What the runtime shows of itself: plain described structs, the same for the command line, the control
/// socket and (later) the browser. Ids are their text. Snapshots are the truth; events are hints that a
/// snapshot is worth fetching.
namespace lanspread::runtime {

struct ServiceStatus {
    std::string name;
    bool running = false;
    std::uint32_t restarts = 0;
    std::string last_error;
};
BOOST_DESCRIBE_STRUCT(ServiceStatus, (), (name, running, restarts, last_error))

/// A configured games folder.
struct GamesFolderState {
    std::string path;
    std::string state;             ///< the word for a library::FolderCondition: "present", "missing", …
    std::string text;              ///< what is wrong and what to do about it; else empty
    std::uint32_t games = 0;       ///< shared out of it
    std::uint64_t free_bytes = 0;  ///< of its file system
};
BOOST_DESCRIBE_STRUCT(GamesFolderState, (), (path, state, text, games, free_bytes))

/// The catalog of games that are known without having them.
struct CatalogStatus {
    std::string file;         ///< empty: none is in use
    std::string covers;       ///< the folder of the pictures; empty: none
    std::uint32_t games = 0;  ///< that it knows
    std::string problem;      ///< why it is not used, or not as it is now; else empty
};
BOOST_DESCRIBE_STRUCT(CatalogStatus, (), (file, covers, games, problem))

struct Status {
    std::string id;  ///< peer id, 64 hex digits
    std::string name;
    std::string version;              ///< of the program
    std::vector<std::string> listen;  ///< addresses, "192.0.2.1:7000"
    std::vector<GamesFolderState> games_folders;
    CatalogStatus catalog;
    std::string watch;   ///< why changes on the disk are noticed late; empty: they are noticed at once
    std::string cipher;  ///< who encrypts packets: "AES-128-GCM by GnuTLS" or "… by ipsec-mb"
    std::uint32_t peers = 0;
    std::uint32_t games = 0;  ///< complete, here
    bool scanning = false;
    std::uint64_t bytes_sent = 0;  ///< UDP payload, since the start
    std::uint64_t bytes_received = 0;
    std::uint64_t bytes_served = 0;    ///< of chunks, since the start
    std::vector<std::string> playing;  ///< programs that are being played
    std::vector<ServiceStatus> services;
    std::vector<std::string> problems;  ///< what a person should know: "games folder /x: no such folder"
};
BOOST_DESCRIBE_STRUCT(Status, (),
                      (id, name, version, listen, games_folders, catalog, watch, cipher, peers, games,
                       scanning, bytes_sent, bytes_received, bytes_served, playing, services, problems))

struct FoundBy {
    std::string path;       ///< "mdns", "beacon", "gossip", "connect", "incoming"
    std::string interface;  ///< of "gossip": the name of who told; empty where it has none
    std::uint64_t seconds_ago = 0;
};
BOOST_DESCRIBE_STRUCT(FoundBy, (), (path, interface, seconds_ago))

struct Peer {
    std::string id;
    std::string name;
    std::string state;    ///< "connected", "connecting", "unreachable", "banned"
    std::string address;  ///< the one in use, or the first one known
    std::vector<std::string> addresses;
    std::vector<FoundBy> found_by;
    std::uint32_t games = 0;
    double round_trip_ms = 0;
    std::uint32_t mtu = 0;  ///< UDP payload in bytes that the path takes
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
    std::string problem;  ///< why it is unreachable or banned, or what else is wrong with it; else empty
};
BOOST_DESCRIBE_STRUCT(Peer, (),
                      (id, name, state, address, addresses, found_by, games, round_trip_ms, mtu, bytes_sent,
                       bytes_received, problem))

struct Source {
    std::string peer;  ///< id
    std::string name;
    std::uint64_t bytes = 0;  ///< verified bytes that came from it, since the process started
    double bytes_per_second = 0;
};
BOOST_DESCRIBE_STRUCT(Source, (), (peer, name, bytes, bytes_per_second))

/// A download that is queued, running, waiting, or ended since the process started.
struct Download {
    std::string game;
    std::string title;
    std::string version;
    std::string content;
    std::string state;             ///< "queued", "paused", "starting", "running", "waiting_for_source",
                                   ///< "waiting_for_space", "finishing", "done", "failed", "cancelled"
    std::string reason;            ///< what it waits for, or why it failed
    std::string priority;          ///< "high", "normal", "low"
    std::uint32_t position = 0;    ///< in the queue, from 1; 0: it has ended
    std::uint64_t bytes_done = 0;  ///< verified and handed to the disk
    std::uint64_t bytes_total = 0;
    std::uint64_t bytes_fetched = 0;  ///< verified bytes that crossed the wire in this process
    std::uint64_t bytes_local = 0;    ///< verified bytes that were found on this disk in this process
    std::uint64_t bytes_twice = 0;    ///< right ones of chunks that had come from another already
    double bytes_per_second = 0;
    double seconds = 0;       ///< since it was asked for in this process
    double eta_seconds = -1;  ///< below 0: not known
    bool repair = false;      ///< it makes a damaged game good that was here
    std::vector<Source> sources;
};
BOOST_DESCRIBE_STRUCT(Download, (),
                      (game, title, version, content, state, reason, priority, position, bytes_done,
                       bytes_total, bytes_fetched, bytes_local, bytes_twice, bytes_per_second, seconds,
                       eta_seconds, repair, sources))

/// A connected peer that has a version, and what of it.
struct Holder {
    std::string peer;         ///< id
    std::string name;         ///< no two of those who are here have the same
    bool complete = false;    ///< false: it is fetching it
    std::uint64_t bytes = 0;  ///< verified bytes that came from it to our download, as in Source
    double bytes_per_second = 0;
};
BOOST_DESCRIBE_STRUCT(Holder, (), (peer, name, complete, bytes, bytes_per_second))

struct GameVersion {
    std::string version;
    std::string content;
    std::uint64_t size = 0;
    std::uint32_t files = 0;
    std::vector<std::string> peers;          ///< display names of the peers that have it complete
    std::vector<std::string> partial_peers;  ///< display names of the peers that are fetching it
    std::vector<Holder> holders;             ///< all of these; only in the answer to GetGame, else empty
    bool local = false;
    bool current = false;  ///< the one that is meant by the current version
};
BOOST_DESCRIBE_STRUCT(GameVersion, (),
                      (version, content, size, files, peers, partial_peers, holders, local, current))

/// How a game is started; see wire::StartCommand.
struct StartCommand {
    std::string platform;  ///< "linux", "windows"
    std::string kind;      ///< "game", "server", "setup"
    std::string command;
};
BOOST_DESCRIBE_STRUCT(StartCommand, (), (platform, kind, command))

/// What there is to read about a game, beside what a list has room for. In the language of the settings.
struct GameAbout {
    std::string readme;  ///< lines of text
    std::vector<StartCommand> start;
    std::vector<std::string> keeps;  ///< paths in the installed game that the user writes
};
BOOST_DESCRIBE_STRUCT(GameAbout, (), (readme, start, keeps))

/// One game of the party library: what all peers, this one, and the catalog have of it.
struct Game {
    std::string id;
    std::string title;              ///< the id where nobody knows a title
    std::string players;            ///< as it was given: "2 (+ 6 CPU)"
    std::uint32_t max_players = 0;  ///< 0: not known
    std::string genre;              ///< in the language of the settings, as all texts
    std::string publisher;
    std::string release;
    bool cover = false;      ///< there is a picture of it
    std::string facts_from;  ///< who tells these facts: "game.toml", "catalog", "peers"; empty: nobody

    bool local = false;         ///< complete here and shared: downloaded
    bool installed = false;     ///< unpacked in `local/` of its root, whether or not it is downloaded
    std::string local_version;  ///< of what is here; empty where that is not known or not downloaded
    std::string local_state;    ///< "absent", "shared", "installed_only", "damaged", "folder_missing",
                                ///< "not_shared"
    std::string local_problem;  ///< why it is damaged, missing or not shared, and what to do; else empty
    std::string path;           ///< its game root here; empty where there is none
    std::string operation;      ///< what is being done with it: "downloading", "verifying", "repairing",
                                ///< "removing"; empty: nothing

    std::uint64_t size = 0;  ///< of what is here, else of what `get` would fetch, else as the catalog says
    std::string current_version;  ///< empty where nobody has any and the catalog knows none
    std::string current_by;       ///< why it is that: "catalog", "most_peers"
    std::string update;           ///< "newer": `get` would fetch a newer version than is here; "other_bytes":
                                  ///< the same version, of which more peers hold other bytes; empty: none
    std::string get_version;      ///< what `get` would fetch; empty: it is here, or nobody has it
    std::vector<GameVersion> versions;  ///< newest first
    std::vector<Download> downloads;    ///< running or last; at most one
    std::optional<GameAbout> about;     ///< only in the answer to GetGame
};
BOOST_DESCRIBE_STRUCT(Game, (),
                      (id, title, players, max_players, genre, publisher, release, cover, facts_from, local,
                       installed, local_version, local_state, local_problem, path, operation, size,
                       current_version, current_by, update, get_version, versions, downloads, about))

/// A small picture of a game, as a file of this peer: to be read, not to be kept or changed.
struct Cover {
    std::string game;
    std::string path;
    std::string format;       ///< "jpg", "png"
    std::uint32_t width = 0;  ///< less than was asked for where the picture is smaller
    std::uint32_t height = 0;
};
BOOST_DESCRIBE_STRUCT(Cover, (), (game, path, format, width, height))

/// What a person sets. Kept in state.db; each change holds at once.
struct Settings {
    std::uint64_t upload_limit = 0;    ///< bytes a second; 0: none, as for all limits
    std::uint64_t download_limit = 0;  ///< of all downloads together
    std::uint64_t upload_limit_while_playing = 5'000'000;
    std::uint32_t parallel_downloads = 2;  ///< how many run at once
    bool install_space = true;  ///< a download begins only if there will be room to install it, too
    bool speed_tests = true;    ///< other peers may measure how fast this one sends and receives
    std::string connect;        ///< HOST[:PORT]s with a space between them, which are dialled at every start
    std::string language;       ///< of texts about games: "de", "en", "fr"; empty: as the environment has it
};
BOOST_DESCRIBE_STRUCT(Settings, (),
                      (upload_limit, download_limit, upload_limit_while_playing, parallel_downloads,
                       install_space, speed_tests, connect, language))

/// `kind` is one of: peer_joined, peer_left, library_changed, scan_finished, download_started,
/// download_progress, download_paused, download_waiting, download_set_back, download_done, download_failed,
/// download_cancelled, all_sources_gone, verify_finished, game_removed, catalog_changed, settings_changed,
/// playing_started, playing_ended, clone_found, network_changed, runtime_failed, shutting_down.
struct Event {
    std::uint64_t sequence = 0;
    std::uint64_t time_ms = 0;  ///< since the Unix epoch
    std::string kind;
    std::string game;  ///< empty where it is not about a game
    std::string peer;  ///< peer id; empty where it is not about a peer
    std::string text;  ///< one line for people
};
BOOST_DESCRIBE_STRUCT(Event, (), (sequence, time_ms, kind, game, peer, text))

/// The result of `verify`.
struct VerifyReport {
    std::string game;
    std::string version;
    std::uint64_t bytes_checked = 0;
    std::vector<std::string> missing;
    std::vector<std::string> damaged;
    std::vector<std::string> extra;
    bool good = false;
    std::uint32_t chunks = 0;
    std::uint32_t bad_chunks = 0;  ///< that have other bytes than they should, or none
    std::uint64_t bad_bytes = 0;   ///< of those
    bool repairing = false;        ///< a download has been begun that makes it good: see Game::downloads
    bool resumed = false;          ///< or goes on, which was begun before: then nothing was looked at
    std::string repair_problem;    ///< why not, where that was asked for
};
BOOST_DESCRIBE_STRUCT(VerifyReport, (),
                      (game, version, bytes_checked, missing, damaged, extra, good, chunks, bad_chunks,
                       bad_bytes, repairing, resumed, repair_problem))

/// The result of `remove`.
struct RemoveReport {
    std::string game;
    std::string title;
    std::string version;
    std::string path;               ///< the game root
    std::uint64_t bytes_freed = 0;  ///< of the files that were removed
    std::uint32_t files_removed = 0;
    std::uint32_t left_count = 0;   ///< files and folders in the root that were not ours to remove
    std::vector<std::string> left;  ///< the first of them, as paths in the root
};
BOOST_DESCRIBE_STRUCT(RemoveReport, (),
                      (game, title, version, path, bytes_freed, files_removed, left_count, left))

}  // namespace lanspread::runtime
