#include "runtime/filler.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "base/buffer_pool.h"
#include "wire/codec.h"

namespace lanspread::runtime {

namespace {

using std::chrono::seconds;

/// Long enough for the sender to find the path's speed, and short enough to disturb nobody.
constexpr std::chrono::milliseconds measured_time{500};
constexpr seconds patience{4};
/// What is read at a time: a link of 1 Mbit/s needs half a second for it.
constexpr std::size_t block_size = std::size_t{64} * 1024;
constexpr std::size_t write_size = std::size_t{1024} * 1024;

}  // namespace

Task<Result<wire::SpeedTested>> receive_filler(party::Party* party, PeerId from)
{
    const auto deadline = Clock::now() + patience;
    const party::DiagnosisRequest question = wire::SendFiller{};
    auto answer = co_await party->request(from, question, deadline);
    if (!answer) {
        co_return fail(answer.error());
    }
    if (const auto data = wire::decode_answer<wire::Data>(answer->frame); !data) {
        co_return fail(data.error());
    }
    // The clock runs from the first block on: what comes before is the question's way.
    const auto buffer = std::make_shared<Buffer>(block_size);
    if (const auto first = co_await answer->stream.read_exactly(buffer, block_size, deadline); !first) {
        co_return fail(first.error());
    }
    const auto start = Clock::now();
    auto now = start;
    std::uint64_t bytes = 0;
    while (bytes + 2 * block_size <= wire::filler_size && now < start + measured_time) {
        if (const auto read = co_await answer->stream.read_exactly(buffer, block_size, deadline); !read) {
            co_return fail(read.error());
        }
        bytes += block_size;
        now = Clock::now();
    }
    const auto taken = std::chrono::duration_cast<std::chrono::microseconds>(now - start).count();
    co_return wire::SpeedTested{.bytes = bytes,
                                .microseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(taken, 1))};
}

Task<void> send_filler(transport::Stream stream)
{
    const auto deadline = Clock::now() + patience;
    const auto head = wire::encode(wire::Data{.size = wire::filler_size});
    if (!head || !co_await stream.write_frame(*head, deadline)) {
        co_return;
    }
    // All of it is sent from one buffer, of zeros: encrypted they are as good as any others.
    const auto buffer = std::make_shared<Buffer>(write_size);
    std::ranges::fill(buffer->span(), std::byte{0});
    for (std::uint64_t sent = 0; sent < wire::filler_size; sent += write_size) {
        const auto then = sent + write_size < wire::filler_size ? transport::Stream::Then::more
                                                                : transport::Stream::Then::finish;
        if (!co_await stream.write(buffer, write_size, deadline, then)) {
            co_return;
        }
    }
    (void)co_await stream.flushed(deadline);
}

}  // namespace lanspread::runtime
