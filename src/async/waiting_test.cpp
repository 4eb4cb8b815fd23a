// Everything that a coroutine can wait for: that it wakes, and that cancellation wakes it.

#include <thread>

#include <gtest/gtest.h>

#include "async/one_shot.h"
#include "async/queue.h"
#include "async/task_group.h"
#include "async/testing.h"

namespace lanspread {

namespace {

using namespace std::chrono_literals;

constexpr auto for_ever = std::chrono::hours(24);

class Waiting : public ::testing::Test {
protected:
    Executor executor() { return context_.get_executor(); }

    /// Runs `task` in a group that is cancelled once the task waits; true where cancellation ended it.
    bool is_cancellable(Task<void> task)
    {
        cancelled_ = false;
        const CancellationToken token;
        TaskGroup group(executor(), token);
        group.spawn(watch(std::move(task)));
        asio::post(executor(), [this, token] { asio::post(executor(), [token] { token.cancel(); }); });
        testing::run_to_end(context_, group.join());
        return cancelled_;
    }

    Task<void> watch(Task<void> task)
    {
        try {
            co_await std::move(task);
        } catch (...) {
            cancelled_ = is_cancellation(std::current_exception());
        }
    }

    asio::io_context context_;
    bool cancelled_ = false;
};

Task<void> wait_for(Signal& signal) { co_await signal.wait(); }
Task<void> pop_from(Queue<int>& queue, std::vector<int>& values)
{
    while (const auto value = co_await queue.pop()) {
        values.push_back(*value);
    }
}
Task<void> get_from(std::shared_ptr<OneShot<int>> shot, int& value) { value = co_await shot->get(); }
Task<void> get_soon(std::shared_ptr<OneShot<int>> shot, TimePoint deadline, std::optional<int>& value)
{
    value = co_await shot->get_until(deadline);
}
Task<void> count_wakes(Signal& signal, int& wakes)
{
    co_await signal.wait();
    ++wakes;
}
Task<void> wait_until(Signal& signal, TimePoint deadline, bool& notified)
{
    notified = co_await signal.wait_until(deadline);
}

}  // namespace

TEST_F(Waiting, for_a_time_ends_when_cancelled) { EXPECT_TRUE(is_cancellable(sleep_for(for_ever))); }

TEST_F(Waiting, for_a_signal_ends_when_cancelled)
{
    Signal signal;
    EXPECT_TRUE(is_cancellable(wait_for(signal)));
    signal.notify_all();  // nobody is left in its list
}

TEST_F(Waiting, for_a_queue_ends_when_cancelled_and_loses_no_value)
{
    Queue<int> queue;
    std::vector<int> values;
    EXPECT_TRUE(is_cancellable(pop_from(queue, values)));
    queue.push(7);
    queue.close();
    testing::run_to_end(context_, pop_from(queue, values));
    EXPECT_EQ(values, std::vector{7});
}

TEST_F(Waiting, for_one_shot_ends_when_cancelled)
{
    int value = 0;
    EXPECT_TRUE(is_cancellable(get_from(OneShot<int>::make(executor()), value)));
}

TEST_F(Waiting, for_a_token_ends_when_the_waiter_is_cancelled)
{
    const CancellationToken other;
    EXPECT_TRUE(is_cancellable(other.cancelled()));
    other.cancel();
}

TEST_F(Waiting, for_a_signal_wakes_every_waiter)
{
    Signal signal;
    int wakes = 0;
    TaskGroup group(executor(), CancellationToken());
    group.spawn(count_wakes(signal, wakes));
    group.spawn(count_wakes(signal, wakes));
    asio::post(executor(), [&] { asio::post(executor(), [&] { signal.notify_all(); }); });
    testing::run_to_end(context_, group.join());
    EXPECT_EQ(wakes, 2);
}

TEST_F(Waiting, for_a_signal_ends_at_its_deadline)
{
    Signal signal;
    bool notified = true;
    testing::run_to_end(context_, wait_until(signal, Clock::now() + 1ms, notified));
    EXPECT_FALSE(notified);
}

TEST_F(Waiting, for_a_signal_with_a_deadline_tells_that_it_was_notified)
{
    Signal signal;
    bool notified = false;
    asio::post(executor(), [&] { asio::post(executor(), [&] { signal.notify_all(); }); });
    testing::run_to_end(context_, wait_until(signal, Clock::now() + for_ever, notified));
    EXPECT_TRUE(notified);
}

TEST_F(Waiting, for_a_queue_gives_the_values_in_order_and_then_ends)
{
    Queue<int> queue;
    std::vector<int> values;
    queue.push(1);
    asio::post(executor(), [&] {
        queue.push(2);
        queue.push(3);
        queue.close();
        queue.push(4);
    });
    testing::run_to_end(context_, pop_from(queue, values));
    EXPECT_EQ(values, (std::vector{1, 2, 3}));
}

TEST_F(Waiting, for_one_shot_gets_the_first_value_from_another_thread)
{
    const auto shot = OneShot<int>::make(executor());
    int value = 0;
    std::jthread setter([shot] {
        shot->set(1);
        shot->set(2);
    });
    testing::run_to_end(context_, get_from(shot, value));
    EXPECT_EQ(value, 1);
}

TEST_F(Waiting, for_one_shot_gives_nothing_after_its_deadline)
{
    std::optional<int> value = 1;
    testing::run_to_end(context_, get_soon(OneShot<int>::make(executor()), Clock::now() + 1ms, value));
    EXPECT_EQ(value, std::nullopt);
}

TEST(WaitingAtTheEnd, is_dropped_with_the_context_even_where_the_signal_goes_first)
{
    auto signal = std::make_unique<Signal>();
    {
        asio::io_context context;
        asio::co_spawn(Executor(context.get_executor()), wait_for(*signal), [](const std::exception_ptr&) {});
        context.poll();
        signal.reset();
    }
}

}  // namespace lanspread
