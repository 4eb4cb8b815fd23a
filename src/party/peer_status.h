#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/digest.h"
#include "party/peer_book.h"
#include "transport/connection.h"
#include "wire/messages.h"

namespace lanspread::party {

enum class PeerState { connecting, connected, unreachable, banned };

/// The word for `state` that people are shown.
[[nodiscard]] std::string_view to_string(PeerState state);

/// A peer as `lanspread peers` shows it, or a typed address behind which no peer was found yet.
struct PeerStatus {
    std::optional<PeerId> id = {};  ///< nothing for a typed address that did not answer yet
    std::string name;
    PeerState state = PeerState::connecting;
    std::string address = {};  ///< the one in use, else the first one known, else the typed text
    std::vector<Address> addresses = {};
    std::vector<FoundBy> found_by = {};
    std::size_t games = 0;  ///< complete ones
    transport::ConnectionStats stats = {};
    std::string problem = {};  ///< why it is unreachable or banned; else empty
};

/// A connected peer that has something, and what it has: `entry.complete` tells whether it has all of it.
struct Holding {
    PeerId peer;
    std::string name;
    wire::GameEntry entry;
};

}  // namespace lanspread::party
