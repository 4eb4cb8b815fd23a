#include "party/exchange.h"

#include "wire/messages.h"

namespace lanspread::party {

Task<Result<Answer>> exchange(transport::SharedConnection connection, std::string request, TimePoint deadline)
{
    auto stream = co_await connection->open_stream(deadline);
    if (!stream) {
        co_return fail(stream.error());
    }
    const auto written =
        co_await stream->write_frame(std::move(request), deadline, transport::Stream::Then::finish);
    if (!written) {
        co_return fail(written.error());
    }
    auto frame = co_await stream->read_frame(wire::max_message_size, deadline);
    if (!frame) {
        co_return fail(frame.error());
    }
    co_return Answer{.frame = std::move(*frame), .stream = std::move(*stream)};
}

}  // namespace lanspread::party
