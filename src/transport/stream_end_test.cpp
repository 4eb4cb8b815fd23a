#include <gtest/gtest.h>

#include "transport/fixture_test.h"

/// How a reader of frames tells that the other side has finished from what went wrong.
namespace lanspread::transport {

namespace {

using FrameOrEnd = Result<std::optional<std::string>>;

/// Reads the request, answers, and lets go of the stream.
using Answer = Task<void> (*)(SharedConnection connection);

Task<void> read_two(SharedConnection connection, FrameOrEnd* second)
{
    auto stream = co_await connection->open_stream(soon());
    EXPECT_TRUE(co_await stream->write_frame("go", soon()));
    const auto first = co_await stream->read_frame_or_end(100, soon());
    EXPECT_TRUE(first && *first == "one");
    stream->finish();
    *second = co_await stream->read_frame_or_end(100, soon());
}

Task<void> read_from(SharedConnection to_bob, SharedConnection to_alice, Answer answer, FrameOrEnd* second)
{
    TaskGroup group(co_await asio::this_coro::executor, {});
    group.spawn(read_two(std::move(to_bob), second));
    group.spawn(answer(std::move(to_alice)));
    co_await group.join();
}

class StreamEnd : public TransportTest {
protected:
    /// What is read behind the first frame of an answer.
    FrameOrEnd after_one_frame(Answer answer)
    {
        open();
        run(connect());
        FrameOrEnd second = fail(ErrorCode::internal, "nothing was read");
        run(read_from(to_bob, to_alice, answer, &second));
        return second;
    }
};

Task<void> write_one_and_finish(SharedConnection connection)
{
    auto stream = co_await connection->accept_stream();
    EXPECT_TRUE(co_await stream->read_frame(100, soon()));
    EXPECT_TRUE(co_await stream->write_frame("one", soon(), Stream::Then::finish));
    EXPECT_TRUE(co_await stream->flushed(soon()));
}

Task<void> write_one_and_a_part(SharedConnection connection)
{
    auto stream = co_await connection->accept_stream();
    EXPECT_TRUE(co_await stream->read_frame(100, soon()));
    EXPECT_TRUE(co_await stream->write_frame("one", soon()));
    EXPECT_TRUE(co_await stream->write(Bytes(3), soon(), Stream::Then::finish));
    EXPECT_TRUE(co_await stream->flushed(soon()));
}

Task<void> write_one_and_cancel(SharedConnection connection)
{
    auto stream = co_await connection->accept_stream();
    EXPECT_TRUE(co_await stream->read_frame(100, soon()));
    EXPECT_TRUE(co_await stream->write_frame("one", soon()));
    const auto end = co_await stream->read_frame_or_end(100, soon());  // until it has the frame
    EXPECT_TRUE(end && !*end);
}

TEST_F(StreamEnd, between_two_frames_is_an_end)
{
    const auto end = after_one_frame(&write_one_and_finish);
    ASSERT_TRUE(end) << end.error().message;
    EXPECT_FALSE(*end);
}

TEST_F(StreamEnd, in_the_middle_of_a_frame_is_an_error)
{
    const auto end = after_one_frame(&write_one_and_a_part);
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().code, ErrorCode::unavailable);
}

TEST_F(StreamEnd, by_a_reset_is_an_error)
{
    const auto end = after_one_frame(&write_one_and_cancel);
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().code, ErrorCode::unavailable);
}

}  // namespace

}  // namespace lanspread::transport
