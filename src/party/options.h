#pragma once

#include <functional>
#include <string>
#include <vector>

#include "async/task.h"
#include "base/address.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/error.h"
#include "discovery/discovery.h"
#include "party/liveness.h"
#include "party/session.h"
#include "transport/stream.h"

namespace lanspread::party {

/// What the party tells its owner, on the owner's thread. Joins and leaves of a peer alternate. All of them
/// are set; they may call the party.
struct Events {
    /// Both Hellos were exchanged: the peer's library is known, and it can be asked.
    std::function<void(const PeerId& peer)> peer_joined;
    /// `reason` is for people: "it said goodbye".
    std::function<void(const PeerId& peer, const std::string& reason)> peer_left;
    std::function<void(const PeerId& peer)> peer_library_changed;
    /// One key is in use on two PCs. `text` says whose, where, and what to do.
    std::function<void(const PeerId& peer, const std::string& text)> clone_found;
};

/// Answers a request for content on the stream that it came on, and finishes the stream. For one connection
/// at most 64 for manifests and chunks run at once, more wait; and at most 64 Follows, more are refused.
/// Cancelled when the connection ends.
using ContentHandler =
    std::function<Task<void>(PeerId peer, transport::Stream stream, ContentRequest request)>;

/// The same for a question about the network; for one connection at most 4 run at once, more are refused.
using DiagnosisHandler =
    std::function<Task<void>(PeerId peer, transport::Stream stream, DiagnosisRequest request)>;

/// The same for a question about the facts of games; for one connection at most 4 run at once, more wait.
using FactsHandler = std::function<Task<void>(PeerId peer, transport::Stream stream, FactsRequest request)>;

/// What a party is made with. The functions are called on the core thread.
struct Options {
    std::string name;     ///< display name, at most 64 bytes
    std::string program;  ///< "lanspread 0.1.0"
    /// Where this peer listens now, as far as somebody at `remote` can reach it (an unspecified address:
    /// all), best first. Called for every handshake.
    std::function<std::vector<Address>(const Address& remote)> listen_addresses;
    /// Whether an address of another peer is of use to somebody at `to`. Not set: always.
    std::function<bool(const Address& of_peer, const Address& to)> may_hand_on = {};
    /// Asks a host, whose port does not count, on which port a peer listens there. Not set: a typed address
    /// needs its port.
    std::function<Task<Result<discovery::Sighting>>(Address host, TimePoint deadline)> ask_beacon = {};
    ContentHandler serve;
    /// Not set: such questions stay unanswered.
    DiagnosisHandler diagnose = {};
    /// Not set: such questions stay unanswered.
    FactsHandler tell = {};
    Events events;
    Liveness::Parameters liveness = {};
};

}  // namespace lanspread::party
