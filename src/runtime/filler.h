#pragma once

#include "async/task.h"
#include "base/error.h"
#include "party/party.h"
#include "transport/stream.h"
#include "wire/diagnosis.h"

/// Bytes that mean nothing, for seeing how fast they go. On the core thread.
namespace lanspread::runtime {

/// Fetches them from a connected peer for half a second, or until there are no more. Ends within 5 s.
[[nodiscard]] Task<Result<wire::SpeedTested>> receive_filler(party::Party* party, PeerId from);

/// Answers SendFiller. Ends when the other side has seen enough, within 5 s.
[[nodiscard]] Task<void> send_filler(transport::Stream stream);

}  // namespace lanspread::runtime
