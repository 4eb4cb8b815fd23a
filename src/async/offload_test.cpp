#include "async/offload.h"

#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "async/task_group.h"
#include "async/testing.h"

namespace lanspread {

namespace {

class Offload : public ::testing::Test {
protected:
    Executor executor() { return context_.get_executor(); }

    template <class Work>
    Task<void> offload_to(Work work, std::invoke_result_t<Work>& result)
    {
        result = co_await offload(pool_, std::move(work));
        resumed_on_ = std::this_thread::get_id();
    }
    template <class Work>
    Task<void> offload_then_wait(Work work)
    {
        (void)co_await offload(pool_, std::move(work));
        ended_ = true;
        co_await sleep_for(std::chrono::hours(24));
    }

    asio::io_context context_;
    asio::thread_pool pool_{1};  // after the context: joined before that is destroyed
    std::thread::id resumed_on_;
    bool ended_ = false;
};

}  // namespace

TEST_F(Offload, runs_on_the_pool_and_comes_back_to_the_caller)
{
    std::thread::id worked_on;
    testing::run_to_end(context_, offload_to([] { return std::this_thread::get_id(); }, worked_on));
    EXPECT_NE(worked_on, std::this_thread::get_id());
    EXPECT_EQ(resumed_on_, std::this_thread::get_id());
}

TEST_F(Offload, passes_what_can_only_be_moved)
{
    std::unique_ptr<int> result;
    testing::run_to_end(
        context_,
        offload_to([value = std::make_unique<int>(7)]() mutable { return std::move(value); }, result));
    EXPECT_EQ(*result, 7);
}

TEST_F(Offload, passes_exceptions_on)
{
    int result = 0;
    EXPECT_THROW(testing::run_to_end(context_,
                                     offload_to([]() -> int { throw std::out_of_range("too far"); }, result)),
                 std::out_of_range);
}

TEST_F(Offload, destroys_the_work_before_the_caller_goes_on)
{
    auto owned = std::make_shared<int>(7);
    const std::weak_ptr<int> weak = owned;
    long users = -1;
    testing::run_to_end(context_,
                        offload_to([owned = std::move(owned)] { return owned.use_count(); }, users));
    EXPECT_TRUE(weak.expired());
}

TEST_F(Offload, waits_for_its_work_where_the_caller_is_cancelled)
{
    std::promise<void> started;
    std::promise<void> may_end;
    std::atomic<bool> worked = false;
    TaskGroup group(executor(), CancellationToken());
    group.spawn(offload_then_wait([&] {
        started.set_value();
        may_end.get_future().wait();
        return worked = true;
    }));
    std::jthread canceller([&] {
        started.get_future().wait();
        asio::post(executor(), [&] {
            group.cancel();
            asio::post(executor(), [&] {
                EXPECT_EQ(group.running(), 1U);
                may_end.set_value();
            });
        });
    });
    testing::run_to_end(context_, group.join());
    EXPECT_TRUE(worked);
    EXPECT_TRUE(ended_);  // and the wait after it was cancelled
}

TEST_F(Offload, is_dropped_with_the_context_where_its_work_ends_after_the_last_run)
{
    std::promise<void> may_end;
    asio::co_spawn(executor(), offload_then_wait([&] {
                       may_end.get_future().wait();
                       return 0;
                   }),
                   [](const std::exception_ptr&) {});
    context_.poll();
    may_end.set_value();
    pool_.join();
    EXPECT_FALSE(ended_);
}

}  // namespace lanspread
