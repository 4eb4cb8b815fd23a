#pragma once

#include <memory>
#include <optional>
#include <string>

#include "async/task.h"
#include "base/buffer_pool.h"
#include "base/bytes.h"
#include "base/error.h"

namespace lanspread::transport {

/// How long a reader waits for bytes that come in their own time: a rate says nothing about a peer that has
/// many to serve, but one that sends nothing at all is stuck.
struct Patience {
    TimePoint first_byte;  ///< by when something has to be here
    Duration stall;        ///< the longest pause after that; noticed at most a quarter of it later
};

/// One bidirectional QUIC stream: one request and its answer. A move-only handle for one coroutine on the
/// owner's thread; dropping it before both directions are finished resets the stream, which is how a
/// cancelled request ends.
///
/// Errors: `unavailable` where the stream or its connection is gone (the message tells why), `timed_out` past
/// the deadline, `invalid_input` for a frame over its limit. After an error the stream is of no more use.
class Stream {
public:
    struct Core;
    /// What follows what is being written.
    enum class Then { more, finish };
    explicit Stream(std::shared_ptr<Core> core);
    Stream(Stream&&) noexcept;
    Stream& operator=(Stream&&) noexcept;
    ~Stream();

    /// Queues a length-delimited frame: 4 bytes of length in network order, then `payload`. Suspends the
    /// caller while more than 64 KiB of what it wrote is in no packet yet (back-pressure).
    [[nodiscard]] Task<Result<void>> write_frame(std::string payload, TimePoint deadline,
                                                 Then then = Then::more);
    /// Queues the first `size` bytes of `buffer`, which is not copied and must not change any more. Suspends
    /// as above.
    [[nodiscard]] Task<Result<void>> write(std::shared_ptr<const Buffer> buffer, std::size_t size,
                                           TimePoint deadline, Then then = Then::more);
    /// Queues raw bytes.
    [[nodiscard]] Task<Result<void>> write(Bytes bytes, TimePoint deadline, Then then = Then::more);
    /// Says that nothing more will be written; better said with the last write, which spares a packet.
    void finish();
    /// Suspends the caller until the other side has acknowledged all that was written, the end included.
    [[nodiscard]] Task<Result<void>> flushed(TimePoint deadline);

    /// Reads one length-delimited frame of at most `limit` bytes.
    [[nodiscard]] Task<Result<std::string>> read_frame(std::size_t limit, TimePoint deadline);
    /// The same; nothing where the other side has finished instead.
    [[nodiscard]] Task<Result<std::optional<std::string>>> read_frame_or_end(std::size_t limit,
                                                                             TimePoint deadline);
    /// Fills the first `size` bytes of `buffer`; the network thread writes them there directly.
    [[nodiscard]] Task<Result<void>> read_exactly(SharedBuffer buffer, std::size_t size, TimePoint deadline);
    /// The same, however long it takes, as long as bytes arrive; `timed_out` where they do not.
    [[nodiscard]] Task<Result<void>> read_exactly(SharedBuffer buffer, std::size_t size, Patience patience);
    /// Reads exactly `size` bytes (for manifests; chunks take the other one).
    [[nodiscard]] Task<Result<Bytes>> read_bytes(std::size_t size, TimePoint deadline);

private:
    std::shared_ptr<Core> core_;
};

}  // namespace lanspread::transport
