#pragma once

#include <cstdint>
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

struct Status {
    std::string id;  ///< peer id, 64 hex digits
    std::string name;
    std::string version;              ///< of the program
    std::vector<std::string> listen;  ///< addresses, "192.0.2.1:7000"
    std::vector<std::string> games_folders;
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
                      (id, name, version, listen, games_folders, cipher, peers, games, scanning, bytes_sent,
                       bytes_received, bytes_served, playing, services, problems))

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
    std::uint64_t bytes_twice = 0;    ///< right ones of chunks that had come from another already
    double bytes_per_second = 0;
    double seconds = 0;       ///< since it was asked for in this process
    double eta_seconds = -1;  ///< below 0: not known
    std::vector<Source> sources;
};
BOOST_DESCRIBE_STRUCT(Download, (),
                      (game, version, content, state, reason, priority, position, bytes_done, bytes_total,
                       bytes_fetched, bytes_twice, bytes_per_second, seconds, eta_seconds, sources))

struct GameVersion {
    std::string version;
    std::string content;
    std::uint64_t size = 0;
    std::uint32_t files = 0;
    std::vector<std::string> peers;          ///< display names of the peers that have it complete
    std::vector<std::string> partial_peers;  ///< display names of the peers that are fetching it
    bool local = false;
};
BOOST_DESCRIBE_STRUCT(GameVersion, (), (version, content, size, files, peers, partial_peers, local))

struct Game {
    std::string id;
    std::string title;
    bool local = false;                 ///< complete here
    std::string local_version;          ///< empty where not local
    std::string path;                   ///< its game root here; empty where not local
    std::uint64_t size = 0;             ///< of the local version, else of the one that `get` would fetch
    std::vector<GameVersion> versions;  ///< newest first
    std::vector<Download> downloads;    ///< running or last; at most one
};
BOOST_DESCRIBE_STRUCT(Game, (), (id, title, local, local_version, path, size, versions, downloads))

/// What a person sets. Kept in state.db; each change holds at once.
struct Settings {
    std::uint64_t upload_limit = 0;    ///< bytes a second; 0: none, as for all limits
    std::uint64_t download_limit = 0;  ///< of all downloads together
    std::uint64_t upload_limit_while_playing = 5'000'000;
    std::uint32_t parallel_downloads = 2;  ///< how many run at once
    bool install_space = true;  ///< a download begins only if there will be room to install it, too
    bool speed_tests = true;    ///< other peers may measure how fast this one sends and receives
    std::string connect;        ///< HOST[:PORT]s with a space between them, which are dialled at every start
};
BOOST_DESCRIBE_STRUCT(Settings, (),
                      (upload_limit, download_limit, upload_limit_while_playing, parallel_downloads,
                       install_space, speed_tests, connect))

/// `kind` is one of: peer_joined, peer_left, library_changed, scan_finished, download_started,
/// download_progress, download_paused, download_waiting, download_set_back, download_done, download_failed,
/// download_cancelled, all_sources_gone, verify_finished, settings_changed, playing_started, playing_ended,
/// clone_found, network_changed,
/// runtime_failed, shutting_down.
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
};
BOOST_DESCRIBE_STRUCT(VerifyReport, (), (game, version, bytes_checked, missing, damaged, extra, good))

}  // namespace lanspread::runtime
