#pragma once

#include <memory>
#include <string>

#include <boost/asio/local/stream_protocol.hpp>

#include "async/task.h"
#include "base/error.h"

namespace lanspread::api {

/// A connection that an asker opened, as the server reads and writes it. Shared, because a deadline may close
/// it.
class FrameSocket : public std::enable_shared_from_this<FrameSocket> {
public:
    using Socket = asio::basic_stream_socket<asio::local::stream_protocol, Executor>;

    explicit FrameSocket(Socket socket) : socket_(std::move(socket)) {}

    /// The next frame. `invalid_input` where it is empty or over `max_size`; `timed_out`; `unavailable` where
    /// the asker hung up.
    [[nodiscard]] Task<Result<std::string>> read(std::size_t max_size, Duration patience);
    /// Sends a frame. Errors as `read`.
    [[nodiscard]] Task<Result<void>> write(std::string text, Duration patience);
    /// Sends a short frame now or not at all, without waiting.
    void try_write(std::string_view text);
    /// Suspends the caller until the asker hangs up; what it says meanwhile is ignored.
    [[nodiscard]] Task<void> hung_up();

private:
    class Deadline;

    Socket socket_;
};

}  // namespace lanspread::api
