#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/address.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/error.h"

namespace lanspread::party {

/// Peers that other peers have told of, until they are reached or given up. Pure; on the core thread.
///
/// Who tells may be out of date, or lie. So rumours have a share of dials and of memory of their own, nobody
/// is shown them, each teller is heard for itself (none can hide what another one says), pays for its own
/// dials in vain, and a host where nobody answers is left alone for a while. An inventor of peers fills
/// nothing, and cannot turn the party upon somebody.
class Rumours {
public:
    struct Parameters {
        std::size_t max_rumours = 1024;  ///< of all tellers together
        std::size_t max_of_teller = 256;
        std::size_t max_tellers_of_peer = 3;
        std::size_t max_addresses = 4;  ///< of one peer, by one teller
        std::size_t max_dials = 8;      ///< at once …
        std::size_t kept_for_good =
            2;  ///< … of which so many are left to tellers who cost no dial in vain of late
        std::size_t max_dials_of_teller = 4;
        unsigned attempts = 3;  ///< then the rumour is given up …
        Duration pause =
            std::chrono::seconds(1);  ///< after the first in vain; four times that after the next
        Duration given_up_for = std::chrono::minutes(5);  ///< … for so long, and then forgotten
        /// Dials in vain that the rumours of one teller may cost; each that succeeds gives one back, as does
        /// the time.
        unsigned credit = 32;
        Duration credit_returns = std::chrono::seconds(10);
    };
    /// How much one host has to bear. After so many dials in vain it rests, after each further one twice as
    /// long, up to 32 times.
    struct HostLimits {
        unsigned at_once;
        unsigned in_vain;
        Duration rest;
    };
    static constexpr HostLimits unknown_host{2, 2, std::chrono::minutes(1)};
    static constexpr HostLimits known_host{4, 8, std::chrono::seconds(10)};  ///< somebody has answered there
    /// A host that rests is dialled so often all the same for tellers who were not wrong about it yet.
    static constexpr Duration exception = std::chrono::seconds(15);
    /// After which a rumour that somebody else is looking into, or whose hosts are busy, is looked at again.
    static constexpr Duration look_again = std::chrono::milliseconds(250);

    struct Dial {
        PeerId peer;
        PeerId teller;
        std::vector<Address> addresses;  ///< best first
    };
    using IsWanted = std::function<bool(const PeerId& peer)>;

    Rumours() : Rumours(Parameters()) {}
    explicit Rumours(const Parameters& parameters) : parameters_(parameters) {}

    /// `teller` says that it is connected to `peer`, and reaches it there. Dialled after `delay`.
    void heard(const PeerId& teller, const PeerId& peer, const std::vector<Address>& addresses, TimePoint now,
               Duration delay = {});
    /// Whom to dial now, of those that `is_wanted` says are, at most `room`. Each is followed by `reached` or
    /// `failed`.
    [[nodiscard]] std::vector<Dial> next_dials(TimePoint now, const IsWanted& is_wanted, std::size_t room);
    /// When next_dials gives something again, if nothing else happens before.
    [[nodiscard]] TimePoint next_due() const;
    /// The peer is connected, at `address`: no rumour any more.
    void reached(const PeerId& peer, const Address& address, TimePoint now);
    /// `refused`: somebody else lives there.
    void failed(const PeerId& peer, ErrorCode code, TimePoint now);
    /// Nothing is believed of this teller any more, nor of that peer, but for what is being dialled.
    void forget(const PeerId& banned);
    /// The network is another one: what was in vain may not be any more.
    void network_changed(TimePoint now);

    /// Those of which `teller` need not tell again.
    [[nodiscard]] std::vector<PeerId> told_by(const PeerId& teller) const;
    /// What all of them have said, by peer and teller.
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    using HostKey = std::array<std::uint8_t, 16>;
    enum class Outcome { reached, refused, unanswered };
    /// What one teller says of one peer.
    struct Saying {
        PeerId teller;
        std::vector<Address> addresses;
        TimePoint due;
        unsigned failures = 0;
    };
    struct Rumour {
        std::vector<Saying> sayings;
        std::optional<Dial> dial = {};  ///< at this moment
    };
    using Map = std::unordered_map<PeerId, Rumour>;
    struct Teller {
        std::size_t sayings = 0;
        std::size_t dials = 0;
        unsigned spent = 0;     ///< of its credit
        TimePoint returned_at;  ///< when credit came back last
    };
    struct Host {
        unsigned dials = 0;
        unsigned in_vain = 0;  ///< since somebody was reached there
        bool has_answered = false;
        TimePoint last_dial;
        TimePoint rests_until;
        std::vector<PeerId> wrong = {};  ///< tellers who sent us there in vain, the last few

        [[nodiscard]] const HostLimits& limits() const { return has_answered ? known_host : unknown_host; }
    };

    [[nodiscard]] bool is_given_up(const Saying& saying) const
    {
        return saying.failures >= parameters_.attempts;
    }
    [[nodiscard]] bool has_room_for(const Rumour& rumour, const Saying& saying) const;
    [[nodiscard]] TimePoint free_at(const Address& address, const PeerId& teller, TimePoint now) const;
    [[nodiscard]] std::optional<Dial> try_dial(const PeerId& peer, Saying& saying, TimePoint now) const;
    void begin(Rumour& rumour, const Dial& dial, TimePoint now);
    void end(Rumour& rumour, Outcome outcome, TimePoint now);
    void begin_at_hosts(const Dial& dial, TimePoint now);
    void end_at_hosts(const Dial& dial, Outcome outcome, TimePoint now);
    [[nodiscard]] bool make_room(std::size_t of_the_asker);
    void drop(Map::iterator rumour, std::size_t saying);
    void forget_old(TimePoint now);

    Parameters parameters_;
    Map rumours_;
    std::unordered_map<PeerId, Teller> tellers_;  ///< that have said something, or have spent credit
    std::map<HostKey, Host> hosts_;               ///< that were dialled
    std::size_t size_ = 0;
    std::size_t dials_ = 0;
    TimePoint next_cleaning_;
};

}  // namespace lanspread::party
