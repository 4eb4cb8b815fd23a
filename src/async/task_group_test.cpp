#include "async/task_group.h"

#include <gtest/gtest.h>

#include "async/signal.h"
#include "async/testing.h"

namespace lanspread {

namespace {

using namespace std::chrono_literals;

/// What the children of the tests do, written down in the order in which it happens.
class Group : public ::testing::Test {
protected:
    Executor executor() { return context_.get_executor(); }

    Task<void> note(std::string text)
    {
        notes_.push_back(std::move(text));
        co_return;
    }
    /// Ends with a note, however it ends.
    Task<void> wait_for_ever(std::string text)
    {
        const auto at_end = std::shared_ptr<void>(nullptr, [this, text](void*) { notes_.push_back(text); });
        co_await sleep_for(std::chrono::hours(24));
    }
    /// A child that has still to await when it is cancelled.
    Task<void> clean_up_slowly(std::string text)
    {
        bool cancelled = false;
        try {
            co_await sleep_for(std::chrono::hours(24));
        } catch (const boost::system::system_error&) {
            cancelled = true;
        }
        co_await asio::this_coro::reset_cancellation_state();
        co_await sleep_for(20ms);
        notes_.push_back(text);
        if (cancelled) {
            throw_cancelled();
        }
    }
    Task<void> fail_with(std::string text)
    {
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        throw std::runtime_error(text);
    }
    Task<void> fail_at_once(std::string text)
    {
        throw std::runtime_error(text);
        co_return;
    }
    /// A parent: a group with one child of each kind.
    Task<void> parent(CancellationToken token)
    {
        TaskGroup group(executor(), token);
        group.spawn(clean_up_slowly("slow child"));
        group.spawn(wait_for_ever("quick child"));
        co_await group.join();
    }
    Task<void> note_outcome(Task<void> task)
    {
        try {
            co_await std::move(task);
            notes_.push_back("returned");
        } catch (const std::exception& exception) {
            notes_.push_back(is_cancellation(std::current_exception()) ? "cancelled" : exception.what());
        }
    }
    Task<void> join_twice(TaskGroup& group)
    {
        co_await note_outcome(group.join());
        co_await note_outcome(group.join());
    }
    Task<void> cancel_own(TaskGroup& group)
    {
        group.cancel();
        co_await sleep_for(std::chrono::hours(24));
    }
    Task<void> await_after_join(CancellationToken token)
    {
        TaskGroup group(executor(), token);
        group.spawn(wait_for_ever("child"));
        try {
            co_await group.join();
        } catch (const boost::system::system_error&) {
            notes_.push_back("cancelled");
        }
        co_await sleep_for(0ms);
        notes_.push_back("went on");
    }
    /// Acts once everything that is posted now, and what that posts, has run.
    void later(std::function<void()> act)
    {
        asio::post(executor(), [this, act = std::move(act)] { asio::post(executor(), act); });
    }

    asio::io_context context_;
    std::vector<std::string> notes_;
};

using Notes = std::vector<std::string>;

}  // namespace

TEST_F(Group, starts_no_child_inside_spawn)
{
    TaskGroup group(executor(), CancellationToken());
    asio::post(executor(), [&] {
        group.spawn(note("child"));
        EXPECT_TRUE(notes_.empty());
    });
    testing::run_until_idle(context_);
    EXPECT_EQ(notes_, Notes{"child"});
}

TEST_F(Group, join_of_an_empty_group_returns)
{
    TaskGroup group(executor(), CancellationToken());
    testing::run_to_end(context_, note_outcome(group.join()));
    EXPECT_EQ(notes_, Notes{"returned"});
}

TEST_F(Group, is_cancelled_with_its_token)
{
    const CancellationToken token;
    TaskGroup group(executor(), token);
    group.spawn(wait_for_ever("first"));
    group.spawn(wait_for_ever("second"));
    later([token] { token.cancel(); });
    testing::run_to_end(context_, note_outcome(group.join()));
    EXPECT_EQ(notes_, (Notes{"first", "second", "returned"}));
}

TEST_F(Group, cancel_reaches_the_children_of_children)
{
    TaskGroup group(executor(), CancellationToken());
    group.spawn(note_outcome(parent(CancellationToken())));  // cancelled by its join alone
    later([&] { group.cancel(); });
    testing::run_to_end(context_, group.join());
    EXPECT_EQ(notes_, (Notes{"quick child", "slow child", "cancelled"}));
}

TEST_F(Group, join_waits_for_a_child_that_cleans_up_slowly_even_where_the_caller_is_cancelled)
{
    const CancellationToken token;
    TaskGroup group(executor(), token);
    group.spawn(note_outcome(parent(token.child())));
    later([token] { token.cancel(); });
    testing::run_to_end(context_, group.join());
    EXPECT_EQ(notes_, (Notes{"quick child", "slow child", "cancelled"}));
}

TEST_F(Group, a_joiner_that_was_cancelled_stays_cancelled)
{
    const CancellationToken token;
    TaskGroup group(executor(), token);
    group.spawn(await_after_join(token));
    later([token] { token.cancel(); });
    testing::run_to_end(context_, group.join());
    EXPECT_EQ(notes_, (Notes{"child", "cancelled"}));
}

TEST_F(Group, an_exception_cancels_the_siblings_and_is_rethrown_once)
{
    TaskGroup group(executor(), CancellationToken());
    group.spawn(wait_for_ever("sibling"));
    group.spawn(fail_with("broken"));
    testing::run_to_end(context_, join_twice(group));
    EXPECT_EQ(notes_, (Notes{"sibling", "broken", "returned"}));
}

TEST_F(Group, of_several_exceptions_the_first_is_rethrown)
{
    TaskGroup group(executor(), CancellationToken());
    group.spawn(fail_at_once("first"));
    group.spawn(fail_with("second"));
    testing::run_to_end(context_, join_twice(group));
    EXPECT_EQ(notes_, (Notes{"first", "returned"}));
}

TEST_F(Group, a_cancelled_group_drops_new_children)
{
    TaskGroup group(executor(), CancellationToken());
    group.cancel();
    group.spawn(note("child"));
    EXPECT_EQ(group.running(), 0U);
    testing::run_to_end(context_, group.join());
    EXPECT_TRUE(notes_.empty());
}

TEST_F(Group, of_a_cancelled_token_drops_children)
{
    const CancellationToken token;
    token.cancel();
    TaskGroup group(executor(), token);
    group.spawn(note("child"));
    testing::run_to_end(context_, group.join());
    EXPECT_TRUE(notes_.empty());
}

TEST_F(Group, a_child_that_is_cancelled_before_its_start_never_runs)
{
    TaskGroup group(executor(), CancellationToken());
    group.spawn(note("child"));
    group.cancel();
    testing::run_to_end(context_, note_outcome(group.join()));
    EXPECT_EQ(notes_, Notes{"returned"});
}

TEST_F(Group, a_child_that_cancels_its_group_before_it_first_waits_is_cancelled_itself)
{
    TaskGroup group(executor(), CancellationToken());
    group.spawn(note_outcome(cancel_own(group)));
    testing::run_to_end(context_, group.join());
    EXPECT_EQ(notes_, Notes{"cancelled"});
}

TEST_F(Group, a_child_may_spawn_siblings_while_others_join)
{
    TaskGroup group(executor(), CancellationToken());
    asio::post(executor(), [&] { group.spawn(note("late child")); });
    group.spawn(clean_up_slowly("first child"));
    later([&] { group.cancel(); });
    testing::run_to_end(context_, group.join());
    EXPECT_EQ(notes_, (Notes{"late child", "first child"}));
}

TEST(GroupDeath, destroying_a_group_with_running_children_aborts)
{
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(
        {
            asio::io_context context;
            TaskGroup group(context.get_executor(), CancellationToken());
            group.spawn(sleep_for(std::chrono::hours(24)));
            context.poll();
        },
        "task group was destroyed with running children");
}

TEST(GroupAtTheEnd, coroutines_that_own_groups_are_dropped_with_the_context)
{
    // The parent's frame owns the group, the context's queue owns both: who goes first is not ours to say.
    struct Family {
        static Task<void> have(int generations)
        {
            TaskGroup group(co_await asio::this_coro::executor, CancellationToken());
            Signal signal;
            if (generations > 0) {
                group.spawn(have(generations - 1));
                group.spawn(wait(signal));
            } else {
                group.spawn(sleep_for(std::chrono::hours(24)));
            }
            co_await group.join();
        }
        static Task<void> wait(Signal& signal) { co_await signal.wait(); }
    };
    asio::io_context context;
    asio::co_spawn(Executor(context.get_executor()), Family::have(3), [](const std::exception_ptr&) {});
    context.poll();
}

TEST(GroupAtTheEnd, a_child_that_never_started_is_dropped_with_the_context)
{
    auto context = std::make_unique<asio::io_context>();
    TaskGroup group(context->get_executor(), CancellationToken());
    group.spawn(sleep_for(1s));
    context.reset();
    EXPECT_EQ(group.running(), 1U);
}

}  // namespace lanspread
