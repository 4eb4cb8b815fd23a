#pragma once

#include <chrono>

#include "base/clock.h"

namespace lanspread::party {

/// Decides when a silent peer is asked for a sign of life, and when it is given up. Pure; one for each
/// connection.
///
/// Whatever the peer says refreshes it. QUIC's own idle timeout finds a host that is gone; this finds a
/// process that hangs while its network thread goes on acknowledging.
class Liveness {
public:
    struct Parameters {
        Duration idle = std::chrono::seconds(15);         ///< silence after which the peer is pinged
        Duration ping_timeout = std::chrono::seconds(5);  ///< a ping without an answer for so long is missed
        unsigned missed_pings = 3;                        ///< so many in a row, and the peer is stale
        /// The same for a ping after a change of the network: there is no reason to be slow.
        Duration probe_timeout = std::chrono::seconds(1);
    };
    enum class Action { wait, ping, give_up };
    struct Decision {
        Action action = Action::wait;
        TimePoint until;  ///< when to ask again; the deadline of the ping, where there is one
    };

    Liveness(const Parameters& parameters, TimePoint now) : parameters_(parameters), last_heard_(now) {}

    /// The peer said something.
    void heard(TimePoint now);
    /// The network has changed: the peer is pinged at once, and given up when `missed_pings` quick ones were
    /// missed, so that a dead connection is noticed within seconds.
    void doubt(TimePoint now);
    /// What to do now. A ping that it tells to send counts as sent.
    [[nodiscard]] Decision decide(TimePoint now);

private:
    Parameters parameters_;
    TimePoint last_heard_;
    TimePoint last_ping_;
    unsigned unanswered_ = 0;
    bool is_in_doubt_ = false;  ///< until it says something
};

}  // namespace lanspread::party
