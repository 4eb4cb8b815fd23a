#pragma once
#include "base/address.h"
#include "base/digest.h"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace lanspread::discovery {

/// What we tell the others.
struct Announcement {
    PeerId id{};
    std::string name{};       ///< display name, at most 64 bytes
    std::uint16_t port = 0;   ///< UDP port that the transport listens on
    std::uint64_t rev = 0;    ///< revision of our library
    std::uint64_t epoch = 0;  ///< random, names this process: the one of its library snapshots

    bool operator==(const Announcement&) const = default;
};

/// A peer that a discovery path has seen. Hints, all of it: who a peer is gets proven when it is dialled.
struct Sighting {
    PeerId id{};
    std::string name{};
    std::vector<Address>
        addresses{};  ///< where it listens; link-local IPv6 ones carry the scope they were seen on
    std::string interface_name{};  ///< the card that it was seen on

    bool operator==(const Sighting&) const = default;
};

/// What a discovery path tells its owner, on the owner's thread.
struct Listener {
    std::function<void(const Sighting&)>
        found;  ///< seen, seen with other facts, or heard of again after a while
    std::function<void(const PeerId&)> gone;  ///< said goodbye, or its announcement ran out: a hint only
    /// Another process announces our own peer id, so somebody copied our key. `from` is where it listens, or
    /// sent from. May be called again and again. May be empty.
    std::function<void(const Address& from, const std::string& interface_name)> double_of_self{};
};

}  // namespace lanspread::discovery
