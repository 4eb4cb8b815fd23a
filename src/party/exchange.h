#pragma once

#include <string>

#include "async/task.h"
#include "base/error.h"
#include "transport/connection.h"
#include "transport/stream.h"

namespace lanspread::party {

/// For a request or an answer of ours, which is small, to cross a slow link.
[[nodiscard]] inline TimePoint message_deadline() { return Clock::now() + std::chrono::seconds(20); }

/// The answer to a request, not decoded yet, and the stream behind it for the raw bytes that some answers
/// announce.
struct Answer {
    std::string frame;
    transport::Stream stream;
};

/// Sends a request on a stream of its own and reads the answer's frame.
[[nodiscard]] Task<Result<Answer>> exchange(transport::SharedConnection connection, std::string request,
                                            TimePoint deadline);

}  // namespace lanspread::party
