#pragma once

#include <optional>
#include <vector>

#include "async/task.h"
#include "base/address.h"
#include "base/digest.h"
#include "base/error.h"
#include "transport/connection.h"
#include "transport/endpoint.h"

namespace lanspread::party {

/// What one dial is to reach.
struct DialRequest {
    std::vector<Address> addresses;  ///< best first
    std::optional<PeerId> expected;  ///< nothing: whoever answers
};

/// Dials all addresses of one peer side by side, 75 ms apart or as soon as the one before has failed, in the
/// spirit of RFC 8305 §5: the first handshake wins, the others are dropped. `refused` only where all of them
/// were.
[[nodiscard]] Task<Result<transport::SharedConnection>> dial_first(transport::Endpoint& endpoint,
                                                                   DialRequest request, TimePoint deadline);

}  // namespace lanspread::party
