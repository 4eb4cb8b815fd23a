#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "async/task.h"
#include "base/address.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/error.h"
#include "transport/connection.h"
#include "transport/endpoint.h"

namespace lanspread::party {

/// What one dial is to reach.
struct DialRequest {
    std::vector<Address> addresses;  ///< best first
    std::optional<PeerId> expected;  ///< nothing: whoever answers
    Duration typical = {};           ///< how long a dial takes at the moment; zero: not known
};

/// What came of it.
struct Dialled {
    Result<transport::SharedConnection> connection;
    std::vector<Address> own_key = {};  ///< addresses where another process has our own key
};

/// How long after the first of `count` addresses the one with that index is tried: RFC 8305 §5 recommends
/// 250 ms from one to the next; longer where a dial typically takes longer, for else every peer of a busy
/// party were dialled at all of its addresses; where there are many, all have to get their turn within half
/// of `patience`.
[[nodiscard]] Duration start_of(std::size_t index, std::size_t count, Duration patience,
                                Duration typical = {});

/// Dials all addresses of one peer side by side, in the spirit of RFC 8305 §5: the next one begins when the
/// one before has failed, or has not been answered at all for a while (start_of). One that is answered, but
/// has not got through the handshake yet, holds back the others for a second: on a busy PC every further
/// handshake would only make all of them slower. The first handshake wins, the others are dropped. `refused`
/// only where all of them were.
[[nodiscard]] Task<Dialled> dial_first(transport::Endpoint& endpoint, DialRequest request,
                                       TimePoint deadline);

}  // namespace lanspread::party
