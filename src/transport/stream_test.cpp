#include <algorithm>

#include <gtest/gtest.h>

#include "transport/fixture_test.h"

namespace lanspread::transport {

namespace {

class StreamTest : public TransportTest {};

Task<void> fetch_and_note(SharedConnection connection, unsigned seed, std::vector<unsigned>& order)
{
    int good = 0;
    co_await fetch(std::move(connection), seed, 1024 * 1024, good);
    order.push_back(seed);
}

Task<void> fetch_in_order(SharedConnection to_bob, SharedConnection to_alice, unsigned count,
                          std::vector<unsigned>& order)
{
    const auto executor = co_await asio::this_coro::executor;
    TaskGroup servers(executor, {});
    TaskGroup clients(executor, {});
    servers.spawn(serve(to_alice, servers, 1024 * 1024));
    for (unsigned i = 0; i < count; ++i) {
        clients.spawn(fetch_and_note(to_bob, i, order));
    }
    co_await clients.join();
    servers.cancel();
    co_await servers.join();
}

TEST_F(StreamTest, whoever_asks_first_is_answered_first)
{
    open();
    run(connect());
    constexpr unsigned count = 32;
    std::vector<unsigned> order;
    run(fetch_in_order(to_bob, to_alice, count, order));
    ASSERT_EQ(order.size(), count);
    // Not to the last place: which answer is ready first is the server's business.
    EXPECT_LT(std::ranges::find(order, 0U) - order.begin(), count / 2);
    EXPECT_GE(std::ranges::find(order, count - 1) - order.begin(), count / 2);
}

/// Answers with `pieces` bytes of two, `pause` apart, then nothing more.
Task<void> serve_slowly(SharedConnection connection, int pieces, Duration pause)
{
    auto stream = co_await connection->accept_stream();
    static_cast<void>(co_await stream->read_frame(100, soon()));
    for (int i = 0; i < pieces; ++i) {
        co_await sleep_for(pause);
        static_cast<void>(co_await stream->write(Bytes(2), soon()));
    }
    static_cast<void>(co_await stream->read_frame(100, soon()));  // until the reader is gone
}

Task<void> read_patiently(SharedConnection connection, Patience patience, Result<void>& result)
{
    auto stream = co_await connection->open_stream(soon());
    static_cast<void>(co_await stream->write_frame("1", soon()));
    constexpr std::size_t size = 20;
    result = co_await stream->read_exactly(std::make_shared<Buffer>(size), size, patience);
}

Task<void> read_from_a_slow_server(SharedConnection to_bob, SharedConnection to_alice, int pieces,
                                   Duration pause, Patience patience, Result<void>& result)
{
    TaskGroup group(co_await asio::this_coro::executor, {});
    group.spawn(serve_slowly(to_alice, pieces, pause));
    group.spawn(read_patiently(to_bob, patience, result));
    co_await group.join();
}

TEST_F(StreamTest, an_answer_may_take_longer_than_each_of_its_pauses)
{
    open();
    run(connect());
    Result<void> result;
    run(read_from_a_slow_server(to_bob, to_alice, 10, 20ms, {soon(), 5s}, result));
    EXPECT_TRUE(result) << result.error().message;
}

TEST_F(StreamTest, an_answer_that_stops_in_the_middle_is_given_up)
{
    open();
    run(connect());
    Result<void> result;
    run(read_from_a_slow_server(to_bob, to_alice, 1, 0ms, {Clock::now() + 1h, 100ms}, result));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::timed_out);
    EXPECT_NE(result.error().message.find("in the middle"), std::string::npos);
}

TEST_F(StreamTest, an_answer_that_does_not_begin_is_given_up)
{
    open();
    run(connect());
    Result<void> result;
    run(read_from_a_slow_server(to_bob, to_alice, 0, 0ms, {Clock::now() + 100ms, 1h}, result));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::timed_out);
    EXPECT_NE(result.error().message.find("did not answer"), std::string::npos);
}

using Connections = std::vector<SharedConnection>;

Task<void> fetch_on_all(Connections to_bob, Connections to_alice, int times, int& good)
{
    constexpr std::size_t size = 200'000;
    TaskGroup servers(co_await asio::this_coro::executor, {});
    TaskGroup clients(co_await asio::this_coro::executor, {});
    for (const auto& connection : to_alice) {
        servers.spawn(serve(connection, servers, size));
    }
    for (int i = 0; i < times; ++i) {
        for (const auto& connection : to_bob) {
            clients.spawn(fetch(connection, static_cast<unsigned>(i), size, good));
        }
    }
    co_await clients.join();
    servers.cancel();
    co_await servers.join();
}

TEST_F(StreamTest, connections_of_one_endpoint_work_at_the_same_time)
{
    open();
    Connections at_alice;
    Connections at_bob;
    for (int i = 0; i < 3; ++i) {
        run(connect());
        at_alice.push_back(to_bob);
        at_bob.push_back(to_alice);
    }
    constexpr int times = 10;
    int good = 0;
    run(fetch_on_all(at_alice, at_bob, times, good));
    EXPECT_EQ(good, 3 * times);
}

Task<void> write_pieces(SharedConnection connection, int pieces, std::size_t size, int& written)
{
    auto stream = co_await connection->open_stream(soon());
    for (int i = 0; i < pieces; ++i) {
        if (!co_await stream->write(Bytes(size), soon())) {
            co_return;
        }
        ++written;
    }
    stream->finish();
    static_cast<void>(co_await stream->flushed(soon()));
}

Task<void> read_pieces(SharedConnection connection, int pieces, std::size_t size)
{
    auto stream = co_await connection->accept_stream();
    for (int i = 0; i < pieces; ++i) {
        static_cast<void>(co_await stream->read_bytes(size, soon()));
    }
}

Task<void> write_and_read_pieces(SharedConnection to_bob, SharedConnection to_alice, int pieces,
                                 std::size_t size, int& written)
{
    TaskGroup group(co_await asio::this_coro::executor, {});
    group.spawn(read_pieces(to_alice, pieces, size));
    group.spawn(write_pieces(to_bob, pieces, size, written));
    co_await group.join();
}

TEST_F(StreamTest, a_writer_of_small_pieces_goes_on_whatever_their_size)
{
    open();
    run(connect());
    for (const std::size_t size : {1'000, 7'000, 16'000, 40'000, 66'000}) {
        constexpr int pieces = 20;
        int written = 0;
        run(write_and_read_pieces(to_bob, to_alice, pieces, size, written));
        EXPECT_EQ(written, pieces) << size;
    }
}

}  // namespace

}  // namespace lanspread::transport
