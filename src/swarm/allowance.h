#pragma once

#include "swarm/rate_limiter.h"
#include "swarm/space_ledger.h"

namespace lanspread::swarm {

/// What all downloads of a peer share. Lives on the core thread, longer than the downloads.
struct Allowance {
    RateLimiter rate;  ///< of what is asked for
    SpaceLedger space;
    bool leaves_room_to_install = true;
};

/// Whether a download may ask for chunks.
enum class Turn {
    running,
    queued,  ///< others go before it
    paused,
};

}  // namespace lanspread::swarm
