#include "swarm/token_bucket.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "async/task_group.h"
#include "async/testing.h"
#include "swarm/rate_limiter.h"

namespace lanspread::swarm {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint start{1h};

/// How long it takes to take `total` bytes in pieces, by a clock that jumps to where the bucket says.
Duration time_to_take(TokenBucket& bucket, std::uint64_t total, std::uint64_t piece)
{
    auto now = start;
    for (std::uint64_t taken = 0; taken < total; taken += piece) {
        now = bucket.ready_at(piece, now);
        bucket.take(piece, now);
    }
    return now - start;
}

}  // namespace

TEST(TokenBucket, takes_as_long_as_its_rate_says)
{
    TokenBucket bucket(1'000'000, start);
    const auto time = time_to_take(bucket, 10'000'000, 50'000);
    EXPECT_GE(time, 9800ms);
    EXPECT_LE(time, 10'100ms);
}

TEST(TokenBucket, lets_pieces_larger_than_itself_through_at_its_rate)
{
    TokenBucket bucket(500'000, start);
    // The last piece may go before it is paid.
    const auto time = time_to_take(bucket, 20 * 1'048'576, 1'048'576);
    EXPECT_GE(time, 39s);
    EXPECT_LE(time, 42s);
}

TEST(TokenBucket, without_a_limit_never_waits)
{
    TokenBucket bucket(0, start);
    EXPECT_EQ(time_to_take(bucket, 1'000'000'000'000, 1'000'000'000), 0s);
}

TEST(TokenBucket, saves_up_a_tenth_of_a_second_at_most)
{
    TokenBucket bucket(10'000'000, start);
    EXPECT_EQ(bucket.ready_at(1'000'000, start + 1h), start + 1h);
    bucket.take(1'000'000, start + 1h);
    EXPECT_EQ(bucket.ready_at(500'000, start + 1h), start + 1h + 50ms);
}

TEST(TokenBucket, holds_a_new_rate_from_its_first_byte)
{
    TokenBucket bucket(0, start);
    bucket.take(1'000'000, start);
    bucket.set_rate(1'000'000, start + 1h);
    EXPECT_EQ(bucket.ready_at(50'000, start + 1h), start + 1h + 50ms);
    bucket.set_rate(100'000, start + 1h);
    EXPECT_EQ(bucket.ready_at(50'000, start + 1h), start + 1h + 500ms);
    bucket.set_rate(0, start + 1h);
    EXPECT_EQ(bucket.ready_at(50'000, start + 1h), start + 1h);
}

TEST(TokenBucket, gives_what_was_not_needed_to_the_next)
{
    TokenBucket bucket(1'000'000, start);
    bucket.take(50'000, start + 50ms);
    bucket.give_back(50'000);
    EXPECT_EQ(bucket.ready_at(50'000, start + 50ms), start + 50ms);
}

RC_GTEST_PROP(TokenBucket, never_gives_more_than_its_rate_allows, ())
{
    const auto rate = *rc::gen::inRange<std::uint64_t>(1, 1'000'000'000);
    TokenBucket bucket(rate, start);
    const auto pieces =
        *rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(1, 2 * 1024 * 1024));
    auto now = start;
    std::uint64_t taken = 0;
    for (const auto piece : pieces) {
        now += std::chrono::microseconds(*rc::gen::inRange(0, 1000));
        now = std::max(now, bucket.ready_at(piece, now));
        const auto seconds = std::chrono::duration<double>(now - start).count();
        const auto allowed =
            seconds * static_cast<double>(rate) + std::max(static_cast<double>(rate) / 10, 65536.0);
        RC_ASSERT(static_cast<double>(taken) <= allowed);
        bucket.take(piece, now);
        taken += piece;
    }
}

namespace {

/// Takes pieces and writes down whose turn it was.
Task<void> take_pieces(RateLimiter* limiter, char name, int pieces, std::string* order)
{
    for (int piece = 0; piece < pieces; ++piece) {
        co_await limiter->take(10'000);
        *order += name;
    }
}

}  // namespace

TEST(RateLimiter, cuts_into_pieces_that_do_not_keep_a_receiver_waiting)
{
    EXPECT_EQ(RateLimiter(0).piece(), 65536U);
    EXPECT_EQ(RateLimiter(100'000'000).piece(), 65536U);
    EXPECT_EQ(RateLimiter(100'000).piece(), 10'000U);
    EXPECT_EQ(RateLimiter(10).piece(), 256U);
}

TEST(RateLimiter, cuts_so_small_that_each_of_many_who_wait_gets_a_piece_in_time)
{
    constexpr std::uint64_t rate = 1'000'000;
    constexpr int waiters = 100;
    asio::io_context context;
    RateLimiter limiter(rate);
    std::string order;
    TaskGroup group(context.get_executor(), CancellationToken());
    for (int waiter = 0; waiter < waiters; ++waiter) {
        group.spawn(take_pieces(&limiter, 'a', 1, &order));
    }
    context.poll();
    EXPECT_LE(limiter.piece() * waiters, rate / 2) << "half a second for all of them";
    EXPECT_GE(limiter.piece() * waiters, rate / 4);
    limiter.set_rate(1);
    EXPECT_EQ(limiter.piece(), 256U);
    limiter.set_rate(0);
    EXPECT_EQ(limiter.piece(), 65536U);
    testing::run_to_end(context, group.join());
}

TEST(RateLimiter, gives_equal_shares_to_all_who_wait)
{
    asio::io_context context;
    RateLimiter limiter(1'000'000);
    std::string order;
    TaskGroup group(context.get_executor(), CancellationToken());
    group.spawn(take_pieces(&limiter, 'a', 5, &order));
    group.spawn(take_pieces(&limiter, 'b', 5, &order));
    testing::run_to_end(context, group.join());
    EXPECT_EQ(order, "ababababab");
}

TEST(RateLimiter, takes_no_less_time_than_its_rate_says)
{
    asio::io_context context;
    RateLimiter limiter(1'000'000);
    std::string order;
    TaskGroup group(context.get_executor(), CancellationToken());
    group.spawn(take_pieces(&limiter, 'a', 30, &order));
    const auto before = Clock::now();
    testing::run_to_end(context, group.join());
    // 300,000 bytes, of which the bucket may have saved up 100,000 if this process was stopped meanwhile.
    EXPECT_GE(Clock::now() - before, 190ms);
}

TEST(RateLimiter, lets_those_who_wait_go_when_the_limit_is_lifted)
{
    asio::io_context context;
    RateLimiter limiter(1);
    std::string order;
    TaskGroup group(context.get_executor(), CancellationToken());
    group.spawn(take_pieces(&limiter, 'a', 3, &order));
    group.spawn(take_pieces(&limiter, 'b', 3, &order));
    context.poll();
    limiter.set_rate(0);
    testing::run_to_end(context, group.join());
    EXPECT_EQ(order.size(), 6U);
}

TEST(RateLimiter, forgets_a_waiter_that_was_cancelled)
{
    asio::io_context context;
    RateLimiter limiter(1);
    std::string order;
    TaskGroup first(context.get_executor(), CancellationToken());
    TaskGroup second(context.get_executor(), CancellationToken());
    first.spawn(take_pieces(&limiter, 'a', 1, &order));
    second.spawn(take_pieces(&limiter, 'b', 1, &order));
    context.poll();
    first.cancel();
    testing::run_until(context, [&] { return first.running() == 0; });
    limiter.set_rate(100'000'000);
    testing::run_to_end(context, second.join());
    EXPECT_EQ(order, "b");
}

}  // namespace lanspread::swarm
