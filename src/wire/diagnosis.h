#pragma once

#include "base/digest.h"
#include "base/error.h"

#include <cstdint>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

/// What peers ask each other when somebody wants to know what is wrong with the network (`lanspread doctor`).
/// Plain described structs, as in messages.h. Each is answered to connected peers only, and each may be
/// refused.
namespace lanspread::wire {

/// How many peers one Reach may tell of, and how many ways in which one of them was found.
inline constexpr std::size_t max_reach_peers = 512;
inline constexpr std::size_t max_reach_paths = 16;

/// Bytes of a path's or an interface's name, and of a problem.
inline constexpr std::size_t max_word_size = 32;
inline constexpr std::size_t max_problem_size = 256;

/// The bytes of one speed test, at most.
inline constexpr std::uint64_t filler_size = 16 * 1024 * 1024;

/// A way in which a peer was found, and when last.
struct ReachPath {
    std::string path;       ///< "mdns", "beacon", "gossip", "connect", "incoming"
    std::string interface;  ///< of the peer that answers; empty where the path has none
    std::uint64_t seconds_ago = 0;

    bool operator==(const ReachPath&) const = default;
};
BOOST_DESCRIBE_STRUCT(ReachPath, (), (path, interface, seconds_ago))

/// Another peer, as the one that answers sees it.
struct ReachPeer {
    PeerId id;
    std::string name;   ///< at most 64 bytes; may be empty
    std::string state;  ///< "connected", "connecting", "unreachable", "banned"
    std::uint64_t round_trip_us = 0;
    std::vector<ReachPath> found_by;

    bool operator==(const ReachPeer&) const = default;
};
BOOST_DESCRIBE_STRUCT(ReachPeer, (), (id, name, state, round_trip_us, found_by))

/// Asks whom the peer sees, and what time it has. Answer: Reach.
struct GetReach {};
BOOST_DESCRIBE_STRUCT(GetReach, (), ())

struct Reach {
    std::uint64_t clock_ms = 0;    ///< its clock, since 1970
    std::vector<ReachPeer> peers;  ///< the connected ones first; one for an id
};
BOOST_DESCRIBE_STRUCT(Reach, (), (clock_ms, peers))

/// Asks the peer to dial the asker from a new port: at the address that this connection comes from, and at
/// `port`. A firewall that lets in only the answers to what went out shows then. Answer: DialledBack.
struct DialBack {
    std::uint16_t port = 0;
};
BOOST_DESCRIBE_STRUCT(DialBack, (), (port))

struct DialledBack {
    bool reached = false;
    std::string problem;  ///< why not; at most 256 bytes
};
BOOST_DESCRIBE_STRUCT(DialledBack, (), (reached, problem))

/// Asks the peer to measure how fast bytes come to it from `peer`, which is connected to it. Answer:
/// SpeedTested.
struct TestSpeed {
    PeerId peer;
};
BOOST_DESCRIBE_STRUCT(TestSpeed, (), (peer))

struct SpeedTested {
    std::uint64_t bytes = 0;  ///< at most filler_size
    std::uint64_t microseconds = 0;
};
BOOST_DESCRIBE_STRUCT(SpeedTested, (), (bytes, microseconds))

/// Asks for bytes that mean nothing. Answer: Data with filler_size, and the bytes; the asker drops the stream
/// when it has seen enough.
struct SendFiller {};
BOOST_DESCRIBE_STRUCT(SendFiller, (), ())

[[nodiscard]] Result<void> check(const ReachPath& path);
[[nodiscard]] Result<void> check(const ReachPeer& peer);
[[nodiscard]] Result<void> check(const Reach& reach);
[[nodiscard]] Result<void> check(const DialledBack& answer);
[[nodiscard]] Result<void> check(const SpeedTested& answer);

}  // namespace lanspread::wire
