#pragma once
#include "base/error.h"
#include "discovery/beacon_packet.h"
#include "discovery/beacon_targets.h"
#include "discovery/datagram.h"
#include "discovery/discovery.h"
#include "discovery/jitter.h"
#include "discovery/link.h"
#include "discovery/rate_limit.h"

#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace lanspread::discovery {

/// What the beacon needs of the keys, which are the transport's.
struct BeaconKeys {
    PublicKey own{};
    std::function<Result<Signature>(ByteSpan message)> sign;
    std::function<bool(const PublicKey& key, ByteSpan message, const Signature& signature)> verify;
    std::function<PeerId(const PublicKey& key)> id_of;
};

struct BeaconToSend {
    std::uint32_t interface = 0;  ///< 0: whichever leads there
    Address to{};
    Address source{};  ///< unspecified: the system chooses
    Bytes bytes{};
};

struct BeaconActions {
    std::vector<BeaconToSend> send{};
    std::vector<Sighting> found{};
    std::vector<PeerId> gone{};
    std::vector<Sighting> doubles{};  ///< another process that has our key, and where
};

/// What became of the packets that came in.
struct BeaconCounts {
    std::uint64_t taken = 0;      ///< verified
    std::uint64_t own = 0;        ///< our own, come back
    std::uint64_t malformed = 0;  ///< not a beacon, or one with impossible content
    std::uint64_t off_link = 0;   ///< from outside of the interface's networks, or not from where it says
    std::uint64_t old = 0;  ///< came before, or after a later one of the same process: a copy, or replayed
    std::uint64_t no_news = 0;  ///< not verified, for it would tell nothing
    std::uint64_t limited = 0;  ///< not verified, for there were too many
    std::uint64_t forged = 0;   ///< the signature is wrong
};

/// All decisions of the beacon, without I/O: packets and time in, packets and sightings out. Each link is
/// worked on its own, for what is true on one need not be true on another.
class BeaconEngine {
public:
    /// `is_connected` says of whom there is nothing to learn quickly. `wall_clock` is µs since 1970 at `now`.
    /// `seed` is for the random delays.
    BeaconEngine(Announcement announcement, BeaconKeys keys, std::function<bool(const PeerId&)> is_connected,
                 std::uint64_t wall_clock, TimePoint now, std::uint32_t seed);

    /// The interfaces to work on, from now on. On new ones and on those whose addresses changed it asks.
    [[nodiscard]] BeaconActions set_links(const std::vector<Link>& links, TimePoint now);
    /// Asks on every link, as if each was new: the world may have changed while we slept.
    void refresh(TimePoint now);
    [[nodiscard]] BeaconActions on_packet(const Datagram& datagram, TimePoint now);
    /// To be called when `next_wake` has come.
    [[nodiscard]] BeaconActions poll(TimePoint now);
    [[nodiscard]] TimePoint next_wake() const;
    /// What to send before we go.
    [[nodiscard]] std::vector<BeaconToSend> goodbye(TimePoint now);

    /// A question for one host that is asked from a socket of its own, and its sequence.
    struct Question {
        Bytes bytes;
        std::uint64_t sequence = 0;
    };
    [[nodiscard]] Result<Question> question(TimePoint now);
    /// The peer that answers that question; nothing where `bytes` is anything else. `host` is where it was
    /// asked.
    [[nodiscard]] std::optional<Sighting> read_answer(ByteSpan bytes, std::uint64_t sequence,
                                                      const Address& host) const;

    [[nodiscard]] const BeaconCounts& counts() const { return counts_; }

private:
    /// Another peer on a link.
    struct Neighbour {
        Sighting sighting;  ///< what we told of it last
        std::uint64_t epoch = 0;
        std::uint64_t sequence = 0;
        TimePoint heard;     ///< verified
        TimePoint answered;  ///< when a question of it was, last
    };
    /// What is remembered of a neighbour that is gone, so that its packets are not good again.
    struct Departed {
        std::uint64_t epoch = 0;
        std::uint64_t sequence = 0;
        TimePoint heard;
    };
    struct Asker {
        Address at;
        std::uint64_t sequence = 0;
    };
    struct OpenLink {
        Link link;
        std::map<PublicKey, Neighbour> neighbours{};
        std::map<PublicKey, Departed> departed{};
        RateLimit answers_to_all{1, 3};
        RateLimit answers{20, 20};
        std::vector<Asker> askers{};
        TimePoint answer_at = TimePoint::max();
        TimePoint say_at{};
        std::size_t questions_asked = 0;
        TimePoint expire_at = TimePoint::max();
    };

    void begin(OpenLink& open, TimePoint now);
    void say(OpenLink& open, TimePoint now, BeaconActions& actions);
    void answer(OpenLink& open, TimePoint now, BeaconActions& actions);
    [[nodiscard]] static bool shares_its_address(const OpenLink& open, const Address& host);
    void expire(OpenLink& open, TimePoint now, BeaconActions& actions);
    static void remember(OpenLink& open, const PublicKey& key, const Neighbour& neighbour);
    void tell_gone(const PublicKey& key, const PeerId& id, BeaconActions& actions) const;
    [[nodiscard]] Result<Bytes> make(BeaconPacket packet, const OpenLink* open, TimePoint now);
    void send_everywhere(const OpenLink& open, BeaconKind kind, TimePoint now,
                         std::vector<BeaconToSend>& out);

    [[nodiscard]] OpenLink* link_of(const Datagram& datagram);
    void hear_own_key(OpenLink& open, const DecodedBeacon& beacon, const Address& from, TimePoint now,
                      BeaconActions& actions);
    void hear_question_to_us(const DecodedBeacon& beacon, const Datagram& datagram, TimePoint now,
                             BeaconActions& actions);
    void hear(OpenLink& open, const DecodedBeacon& beacon, const Address& from, TimePoint now,
              BeaconActions& actions);
    void take(OpenLink& open, Sighting sighting, const BeaconPacket& packet, const Address& from,
              TimePoint now, BeaconActions& actions);
    [[nodiscard]] static bool is_old(const OpenLink& open, const BeaconPacket& packet, TimePoint now);
    [[nodiscard]] bool is_worth_verifying(const OpenLink& open, const Sighting& sighting,
                                          const BeaconPacket& packet, TimePoint now);
    [[nodiscard]] bool verify(const DecodedBeacon& beacon, RateLimit& limit, TimePoint now);

    Announcement announcement_;
    BeaconKeys keys_;
    std::function<bool(const PeerId&)> is_connected_;
    std::uint64_t last_sequence_;
    const std::uint64_t first_sequence_;
    const TimePoint started_;
    Jitter jitter_;
    std::map<std::uint32_t, OpenLink> links_;                     // by interface index
    using HostLimits = RateLimits<std::array<std::uint8_t, 16>>;  // by IP address
    RateLimit verifications_of_newcomers_;
    RateLimit verifications_of_neighbours_;
    HostLimits verifications_of_host_;
    HostLimits answers_to_host_;
    RateLimit questions_to_us_;
    RateLimit doubles_;
    BeaconCounts counts_;
};

}  // namespace lanspread::discovery
