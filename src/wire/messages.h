#pragma once

#include "base/address.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/game_id.h"
#include "wire/facts.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

/// What peers say to each other. Plain described structs: the codec (codec.h) turns them into JSON and back
/// by their members' names. docs/protocol.md tells what follows what on a stream.
namespace lanspread::wire {

/// The one version of the protocol that is spoken. Another is refused, with a message that says who must
/// update.
inline constexpr std::uint32_t protocol_version = 5;

/// The largest JSON message, in bytes, on the wire and on the control socket.
inline constexpr std::size_t max_message_size = 1024 * 1024;

/// A version of a game that a peer serves: complete, or as far as its download of it has come.
struct GameEntry {
    GameId game;
    std::string version;  ///< 8 digits
    ContentId content;
    std::uint64_t size = 0;  ///< bytes of all its files
    std::uint32_t chunks = 0;
    std::uint32_t files = 0;
    bool complete = true;            ///< false: some of its chunks, which `Follow` tells
    std::optional<FactsHash> facts;  ///< what the peer can tell about the game: `GetFacts`

    bool operator==(const GameEntry&) const = default;
};
BOOST_DESCRIBE_STRUCT(GameEntry, (), (game, version, content, size, chunks, files, complete, facts))

/// A whole library. `rev` grows by one with each change and starts anew with the process; `epoch` (random)
/// names the process.
struct LibrarySnapshot {
    std::uint64_t epoch = 0;
    std::uint64_t rev = 0;
    std::vector<GameEntry> games;  ///< one per content id, sorted by its bytes
};
BOOST_DESCRIBE_STRUCT(LibrarySnapshot, (), (epoch, rev, games))

/// First on every connection, both ways: the dialler's as a request, the other's as the answer.
struct Hello {
    std::uint32_t protocol = protocol_version;
    std::string name;             ///< display name, at most 64 bytes
    std::string program;          ///< program and version, for people: "lanspread 0.1.0"
    std::vector<Address> listen;  ///< where this peer listens, best first
    LibrarySnapshot library;
};
BOOST_DESCRIBE_STRUCT(Hello, (), (protocol, name, program, listen, library))

/// The changes that lead from one revision of the sender's library to another. Applied where `epoch` is the
/// one that the receiver has and `from_rev` is not beyond what it has (old news is no change); else the
/// answer says `applied = false` and the sender sends a snapshot.
struct LibraryDelta {
    std::uint64_t epoch = 0;
    std::uint64_t from_rev = 0;
    std::uint64_t to_rev = 0;
    std::vector<GameEntry> upserts;
    std::vector<ContentId> removals;
};
BOOST_DESCRIBE_STRUCT(LibraryDelta, (), (epoch, from_rev, to_rev, upserts, removals))

struct LibraryAck {
    bool applied = true;
};
BOOST_DESCRIBE_STRUCT(LibraryAck, (), (applied))

struct Ping {};
BOOST_DESCRIBE_STRUCT(Ping, (), ())
struct Pong {};
BOOST_DESCRIBE_STRUCT(Pong, (), ())

/// The sender is about to leave: a hint, that spares the others the wait for the stale time.
struct Goodbye {};
BOOST_DESCRIBE_STRUCT(Goodbye, (), ())

/// The limits of gossip: what is over is told when it is asked for again.
inline constexpr std::size_t max_known_peers = 2048;
inline constexpr std::size_t max_told_peers = 128;
inline constexpr std::size_t max_told_addresses = 8;

/// Asks for the peers that the other side is connected to. The answer is Peers.
struct GetPeers {
    /// The first 8 bytes, in network order, of the ids of those who need not be told: the asker knows them.
    std::vector<std::uint64_t> known;
};
BOOST_DESCRIBE_STRUCT(GetPeers, (), (known))

/// Where a peer listens that the sender is connected to.
struct PeerAddresses {
    PeerId peer;
    std::vector<Address> listen;  ///< best first
};
BOOST_DESCRIBE_STRUCT(PeerAddresses, (), (peer, listen))

struct Peers {
    std::vector<PeerAddresses> peers;
};
BOOST_DESCRIBE_STRUCT(Peers, (), (peers))

/// Asks for a manifest. The answer is followed by `size` raw bytes, the canonical manifest.
struct GetManifest {
    ContentId content;
};
BOOST_DESCRIBE_STRUCT(GetManifest, (), (content))

/// Asks for a chunk. The answer is followed by `size` raw bytes.
struct GetChunk {
    ContentId content;
    std::uint32_t chunk = 0;
};
BOOST_DESCRIBE_STRUCT(GetChunk, (), (content, chunk))

/// Asks which chunks of a content the peer has, and to be told as it gets more. The answer is Data with the
/// bitfield (swarm::ChunkSet), then one Have after the other, until the peer has no more to do with that
/// content; then it finishes the stream.
struct Follow {
    ContentId content;
};
BOOST_DESCRIBE_STRUCT(Follow, (), (content))

/// The most chunks that one Have may list, of each kind: what is over goes into the next one.
inline constexpr std::size_t max_have_chunks = 4096;

/// What has changed since the last Have, or since the bitfield. A chunk that is listed again is no change.
struct Have {
    std::vector<std::uint32_t> chunks;  ///< verified since then, and served from now on
};
BOOST_DESCRIBE_STRUCT(Have, (), (chunks))

/// The answer to GetChunk of a peer that is busy with chunks that nobody else has: `peer` was given this one.
struct Elsewhere {
    PeerId peer;
};
BOOST_DESCRIBE_STRUCT(Elsewhere, (), (peer))

/// `size` raw bytes follow on the stream.
struct Data {
    std::uint64_t size = 0;
};
BOOST_DESCRIBE_STRUCT(Data, (), (size))

/// The answer to a request that fails.
struct Failure {
    std::string code;  ///< an ErrorCode's word
    std::string message;
};
BOOST_DESCRIBE_STRUCT(Failure, (), (code, message))

/// What the members' types alone do not say. The codec applies these in both directions; the error's text
/// begins with the member's name.
[[nodiscard]] Result<void> check(const GameEntry& entry);
[[nodiscard]] Result<void> check(const LibrarySnapshot& library);
[[nodiscard]] Result<void> check(const Hello& hello);
[[nodiscard]] Result<void> check(const GetPeers& request);
[[nodiscard]] Result<void> check(const PeerAddresses& peer);
[[nodiscard]] Result<void> check(const Peers& peers);
[[nodiscard]] Result<void> check(const Have& have);
[[nodiscard]] Result<void> check(const Failure& failure);

}  // namespace lanspread::wire
