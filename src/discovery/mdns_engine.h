#pragma once
#include "base/bytes.h"
#include "discovery/browser.h"
#include "discovery/link.h"
#include "discovery/responder.h"

#include <map>
#include <optional>
#include <variant>
#include <vector>

namespace lanspread::discovery {

/// What came in at port 5353.
struct ReceivedPacket {
    std::uint32_t interface = 0;  ///< index of the interface that it arrived on
    Address from{};
    bool was_multicast = false;  ///< it was sent to the mDNS group, so no router has passed it on
    Bytes bytes{};
};

struct SendPacket {
    std::uint32_t interface = 0;
    std::optional<Address> to{};  ///< nothing: to the mDNS groups of IPv4 and IPv6
    Bytes bytes{};
};

struct PeerFound {
    Sighting sighting{};
};

struct PeerGone {
    PeerId id{};
};

using Action = std::variant<SendPacket, PeerFound, PeerGone>;
using Actions = std::vector<Action>;

/// The whole of our mDNS, but for sockets and clock: events in, actions out. Each link has a responder and a
/// browser of its own, since what is true on one need not be true on another; a peer is gone when no link
/// knows it any more. docs/mdns.md says what it does of the RFCs, and what not.
class MdnsEngine {
public:
    /// `seed` is for the random delays.
    MdnsEngine(Announcement announcement, std::uint32_t seed);
    MdnsEngine(const MdnsEngine&) = delete;
    MdnsEngine& operator=(const MdnsEngine&) = delete;

    /// The interfaces to work on, from now on. On new ones and on those whose addresses changed it announces
    /// and asks.
    [[nodiscard]] Actions set_links(const std::vector<Link>& links, TimePoint now);
    /// Announces other facts about us; `announcement.id` stays what it is.
    void announce(Announcement announcement, TimePoint now);
    [[nodiscard]] Actions on_packet(const ReceivedPacket& packet, TimePoint now);
    /// To be called when `next_wake` has come.
    [[nodiscard]] Actions poll(TimePoint now);
    [[nodiscard]] TimePoint next_wake() const;
    /// What to send before we go.
    [[nodiscard]] std::vector<SendPacket> goodbye() const;

private:
    struct OpenLink {
        Link link;
        Responder responder;
        Browser browser;
    };

    void announce_on(OpenLink& open, TimePoint now);
    void send(const OpenLink& open, std::vector<OutgoingMessage> messages, Actions& actions) const;
    void take(std::vector<PeerChange> changes, Actions& actions);
    void forget(const PeerId& id, Actions& actions);

    Announcement announcement_;
    Jitter jitter_;
    std::map<std::uint32_t, OpenLink> links_;  // by interface index
    std::map<PeerId, int> sightings_;          // in how many places each peer is reported
};

}  // namespace lanspread::discovery
