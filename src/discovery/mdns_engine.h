#pragma once
#include "base/bytes.h"
#include "discovery/browser.h"
#include "discovery/link.h"
#include "discovery/name_claim.h"
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

/// Another process announces our peer id. Told at most once a minute for each address that says so.
struct DoubleSeen {
    Address from{};  ///< where it said so from
    std::string interface_name{};
};

/// Somebody else has our name on a link. We have another one there from now on.
struct Renamed {
    std::string interface_name{};
    std::string label{};  ///< of our instance
};

using Action = std::variant<SendPacket, PeerFound, PeerGone, DoubleSeen, Renamed>;
using Actions = std::vector<Action>;

/// The whole of our mDNS, but for sockets and clock: events in, actions out. Each link has names, a responder
/// and a browser of its own, since what is true on one need not be true on another; a peer is gone when no
/// link knows it any more. docs/mdns.md says what it does of the RFCs, and what not.
class MdnsEngine {
public:
    /// `seed` is for the random delays.
    MdnsEngine(Announcement announcement, std::uint32_t seed);
    MdnsEngine(const MdnsEngine&) = delete;
    MdnsEngine& operator=(const MdnsEngine&) = delete;

    /// The interfaces to work on, from now on. New ones are started on; on those whose addresses changed it
    /// announces and asks.
    [[nodiscard]] Actions set_links(const std::vector<Link>& links, TimePoint now);
    /// Announces other facts about us; `announcement.id` and `epoch` stay what they are.
    void announce(Announcement announcement, TimePoint now);
    /// The links may lead to other networks than before, as after a sleep: starts anew on each, and keeps of
    /// what was heard only what is heard again.
    void refresh(TimePoint now);
    [[nodiscard]] Actions on_packet(const ReceivedPacket& packet, TimePoint now);
    /// To be called when `next_wake` has come.
    [[nodiscard]] Actions poll(TimePoint now);
    [[nodiscard]] TimePoint next_wake() const;
    /// What to send before we go.
    [[nodiscard]] std::vector<SendPacket> goodbye() const;

private:
    struct OpenLink {
        Link link;
        std::vector<DnsRecord> records{};  ///< what is announced there
        NameClaim claim;
        Responder responder;
        Browser browser;
    };

    void use(OpenLink& open, const Link& link, TimePoint now);
    void start(OpenLink& open, TimePoint now);
    void set_records(OpenLink& open, TimePoint now);
    void on_query(OpenLink& open, const DnsMessage& query, const ReceivedPacket& packet, TimePoint now,
                  Actions& actions);
    void on_response(OpenLink& open, const DnsMessage& response, const ReceivedPacket& packet, TimePoint now,
                     Actions& actions);
    void follow(OpenLink& open, NameClaim::Outcome outcome, TimePoint now, Actions& actions);
    void look_for_doubles(const OpenLink& open, const std::vector<DnsRecord>& records, const Address& from,
                          TimePoint now, Actions& actions);
    void send(const OpenLink& open, std::vector<OutgoingMessage> messages, Actions& actions) const;
    void take(std::vector<PeerChange> changes, Actions& actions);
    void forget(const PeerId& id, Actions& actions);

    Announcement announcement_;
    OwnFacts own_;
    Jitter jitter_;
    std::map<std::uint32_t, OpenLink> links_;  // by interface index
    std::map<PeerId, int> sightings_;          // in how many places each peer is reported
    std::map<Address, TimePoint> doubles_;     // when each was told of
};

}  // namespace lanspread::discovery
