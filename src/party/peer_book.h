#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/address.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/error.h"
#include "party/back_off.h"
#include "party/dial_pace.h"

namespace lanspread::party {

/// A way in which a peer was found, and when last.
struct FoundBy {
    std::string path;            ///< "mdns", "beacon", "gossip", "connect", "incoming"
    std::string interface_name;  ///< of "gossip" the name of who told last; empty where the path has none
    TimePoint at;
    bool is_lost = false;  ///< the path says that the peer is gone
};

/// The addresses of peers, and when which of them are dialled. Pure; on the core thread.
///
/// A record that discovery made is a hint: dialling it proves who listens there. A peer that left is dialled
/// in the background for `keep_dialling_for`, without being listed; a typed address is dialled for ever.
class PeerBook {
public:
    struct Parameters {
        std::size_t max_records = 4096;
        std::size_t max_addresses = 16;  ///< of one peer
        std::size_t max_typed = 256;
        std::size_t max_bans = 4096;  ///< then the oldest is forgotten
        std::size_t max_dials = 16;   ///< peers that are dialled at once
        std::size_t max_retries =
            8;  ///< among those: peers that failed before, so that dead ones do not hold up the living
        /// Dials that began less than `young_for` ago, at once. Where many peers start together, handshakes
        /// that wait for each other only take longer, and begin to be repeated; those that take longer anyway
        /// (nobody answers) do not count. Where dials take longer than that, one is young for twice as long
        /// as they typically take.
        std::size_t max_young_dials = 4;
        Duration young_for = std::chrono::milliseconds(300);
        Duration keep_dialling_for = std::chrono::minutes(10);
        /// Of two peers that find each other at the same time, the one that does not dial first (roster.h)
        /// waits so long before it dials: most pairs then need one handshake instead of two.
        Duration head_start = std::chrono::milliseconds(200);
        /// When many peers start at once, handshakes take their time, and it waits longer: the head start
        /// once more for so many peers that are to be dialled, up to `longest_head_start`; and as long as it
        /// takes to dial all of those, up to `longest_queue`.
        std::size_t head_start_grows_with = 4;
        Duration longest_head_start = std::chrono::milliseconds(1500);
        Duration longest_queue = std::chrono::seconds(30);
        /// A peer that is sighted after it was silent for so long may be tried again: who was switched off
        /// and on is. One that is sighted all the time, and does not answer, is not tried more often for
        /// that.
        Duration silence = std::chrono::seconds(7);
        /// After a change of the network, all dials begin within this time.
        Duration changed_network_spread = std::chrono::milliseconds(200);
        /// A connection that held for less counts as a failure: a peer that flaps is dialled ever more
        /// rarely.
        Duration steady_after = std::chrono::seconds(5);
    };

    /// Whom to dial: a peer, or a typed HOST:PORT.
    using Target = std::variant<PeerId, std::string>;
    struct Dial {
        Target target;
        std::vector<Address>
            addresses;  ///< to be tried side by side, best first; none for a typed target: look it up
    };
    enum class Left {
        lost,     ///< the connection broke: dial again
        goodbye,  ///< it has gone by its own wish: wait for news of it
    };

    struct Attempts {
        BackOff back_off;
        bool is_running = false;
        bool is_retry = false;         ///< the running one
        TimePoint began;               ///< the running one
        std::uint64_t ended = 0;       ///< how many
        std::optional<Error> problem;  ///< why the last one failed
    };
    struct Record {
        std::string name;                ///< as it was told; may be empty
        std::vector<Address> addresses;  ///< best first
        std::vector<FoundBy> found_by;
        bool is_listed = false;  ///< here, or seen by a discovery path that has not lost it
        bool is_connected = false;
        bool was_connected = false;   ///< once: then the first address is the one that worked last
        bool waits_for_news = false;  ///< it has left by its own wish: not dialled before it is seen again
        bool dials_us = false;        ///< it was sighted, and is the one of us two that dials first
        TimePoint connected_at;
        TimePoint last_seen;
        Attempts attempts;
    };
    struct Typed {
        std::optional<PeerId> peer;  ///< who answered last
        bool is_dropped = false;     ///< gone when its running attempt has ended
        Attempts attempts;
    };

    explicit PeerBook(const PeerId& self) : PeerBook(self, Parameters()) {}
    PeerBook(const PeerId& self, const Parameters& parameters) : self_(self), parameters_(parameters) {}

    /// A discovery path has seen a peer at addresses of which those that are dialable are kept.
    void sighted(const std::string& path, const std::string& interface_name, const PeerId& peer,
                 const std::string& name, const std::vector<Address>& addresses, TimePoint now);
    /// A discovery path has lost it. Where no other one sees it, it is listed and dialled no more before
    /// there is news of it.
    void lost(const std::string& path, const PeerId& peer);
    /// A peer that is known was found in this way, too.
    void found(const std::string& path, const std::string& interface_name, const PeerId& peer, TimePoint now);
    /// Whoever is not connected is due soon, in an order that `jitter` (random, in [0, 1), anew with each
    /// call) makes up.
    void network_changed(TimePoint now, const std::function<double()>& jitter);
    /// Adds a typed target, or makes one that is known due at once. `refused` where there are too many.
    [[nodiscard]] Result<void> type(const std::string& host_port, TimePoint now);
    /// Ends that.
    void untype(const std::string& host_port);
    /// Holds whether or not there is a record of the peer, or room for one.
    void ban(const PeerId& peer, const std::string& reason);
    [[nodiscard]] bool is_banned(const PeerId& peer) const { return ban_reason(peer) != nullptr; }
    /// Null where it is not banned.
    [[nodiscard]] const std::string* ban_reason(const PeerId& peer) const;

    /// Both Hellos were exchanged with the peer. `path` is empty where it was dialled: how it was found is
    /// known then. `addresses` are where it listens, best first.
    void joined(const std::string& path, const PeerId& peer, const std::string& name,
                const std::vector<Address>& addresses, TimePoint now);
    void left(const PeerId& peer, Left how, TimePoint now, double jitter);

    /// The targets that are due. Each is followed by `reached` or `failed`.
    [[nodiscard]] std::vector<Dial> next_dials(TimePoint now);
    /// When next_dials gives something again, if nothing else happens before.
    [[nodiscard]] TimePoint next_due() const;
    void reached(const Target& target, const PeerId& peer, TimePoint now);
    void failed(const Target& target, const Error& error, TimePoint now, double jitter);
    /// Whether a peer is being dialled, or will be very soon, at the addresses that are known here.
    [[nodiscard]] bool looks_after(const PeerId& peer, TimePoint now) const;
    /// How many are being dialled at this moment, with the typed ones.
    [[nodiscard]] std::size_t dials() const { return running_since_.size(); }
    /// When the dials that run leave room for a young one.
    [[nodiscard]] TimePoint room_at() const;
    /// How long a dial takes at the moment.
    [[nodiscard]] Duration typical_dial() const { return pace_.typical(); }

    [[nodiscard]] const std::unordered_map<PeerId, Record>& records() const { return records_; }
    [[nodiscard]] const Record* find(const PeerId& peer) const;
    [[nodiscard]] const std::map<std::string, Typed>& typed() const { return typed_; }

private:
    [[nodiscard]] Record* record_of(const PeerId& peer, TimePoint now);
    [[nodiscard]] bool make_room();
    /// True where one of them is new.
    bool add_addresses(Record& record, const std::vector<Address>& addresses, bool after_the_first) const;
    void add_path(Record& record, const std::string& path, const std::string& interface_name,
                  TimePoint now) const;
    void forget_old(TimePoint now);
    [[nodiscard]] Duration head_start() const;
    [[nodiscard]] static TimePoint due_of(const Record& record, Duration head_start);

    [[nodiscard]] bool is_waiting(const PeerId& peer, const Record& record) const;
    [[nodiscard]] bool is_waiting(const Typed& typed) const;
    [[nodiscard]] Attempts* attempts_at(const Target& target);
    [[nodiscard]] bool has_room_for(const Attempts& attempts) const;
    void begin(Attempts& attempts, TimePoint now);
    void end(Attempts& attempts);
    void drop_unwanted(const Target& target);
    void forget_unproven(const Target& target);

    PeerId self_;
    Parameters parameters_;
    std::unordered_map<PeerId, Record> records_;
    std::map<std::string, Typed> typed_;
    std::unordered_map<PeerId, std::string> bans_;  ///< with their reasons
    std::deque<PeerId> bans_by_age_;                ///< oldest first
    std::multiset<TimePoint> running_since_;        ///< when each of the running dials began
    std::size_t retries_ = 0;                       ///< among them
    DialPace pace_;
};

}  // namespace lanspread::party
