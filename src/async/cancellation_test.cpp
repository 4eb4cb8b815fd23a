#include "async/cancellation.h"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "async/testing.h"

namespace lanspread {

namespace {

class CancellationTest : public ::testing::Test {
protected:
    /// How often the listener of `token` runs, once everything posted has run.
    int calls_after(const std::function<void(const CancellationToken&)>& act)
    {
        const CancellationToken token;
        int calls = 0;
        const auto registration = token.on_cancel(context_.get_executor(), [&calls] { ++calls; });
        act(token);
        testing::run_until_idle(context_);
        return calls;
    }

    asio::io_context context_;
};

using Cancellation = CancellationTest;

}  // namespace

TEST_F(Cancellation, is_not_cancelled_at_first) { EXPECT_FALSE(CancellationToken().is_cancelled()); }

TEST_F(Cancellation, reaches_every_descendant)
{
    const CancellationToken root;
    const auto child = root.child();
    const auto grandchild = child.child();
    root.cancel();
    EXPECT_TRUE(child.is_cancelled());
    EXPECT_TRUE(grandchild.is_cancelled());
}

TEST_F(Cancellation, reaches_a_descendant_whose_parent_nobody_holds_any_more)
{
    const CancellationToken root;
    const auto grandchild = root.child().child();
    root.cancel();
    EXPECT_TRUE(grandchild.is_cancelled());
}

TEST_F(Cancellation, does_not_reach_the_parent_or_a_sibling)
{
    const CancellationToken root;
    const auto child = root.child();
    const auto sibling = root.child();
    child.cancel();
    EXPECT_FALSE(root.is_cancelled());
    EXPECT_FALSE(sibling.is_cancelled());
}

TEST_F(Cancellation, of_the_parent_makes_later_children_cancelled)
{
    const CancellationToken root;
    root.cancel();
    EXPECT_TRUE(root.child().is_cancelled());
}

TEST_F(Cancellation, calls_a_listener_once_however_often_it_is_cancelled)
{
    EXPECT_EQ(calls_after([](const auto& token) {
                  token.cancel();
                  token.cancel();
              }),
              1);
}

TEST_F(Cancellation, never_calls_a_listener_inside_cancel)
{
    EXPECT_EQ(calls_after([](const auto&) {}), 0);
    const CancellationToken token;
    bool called = false;
    const auto registration = token.on_cancel(context_.get_executor(), [&called] { called = true; });
    token.cancel();
    EXPECT_FALSE(called);
}

TEST_F(Cancellation, calls_a_listener_that_comes_too_late)
{
    const CancellationToken token;
    token.cancel();
    bool called = false;
    const auto registration = token.on_cancel(context_.get_executor(), [&called] { called = true; });
    testing::run_until_idle(context_);
    EXPECT_TRUE(called);
}

TEST_F(Cancellation, calls_a_listener_whose_token_nobody_holds_any_more)
{
    const CancellationToken root;
    bool called = false;
    const auto registration = root.child().on_cancel(context_.get_executor(), [&called] { called = true; });
    root.cancel();
    testing::run_until_idle(context_);
    EXPECT_TRUE(called);
}

TEST_F(Cancellation, does_not_call_a_listener_whose_registration_is_gone)
{
    const CancellationToken token;
    bool called = false;
    {
        const auto registration = token.on_cancel(context_.get_executor(), [&called] { called = true; });
        token.cancel();  // posted already when the registration goes
    }
    testing::run_until_idle(context_);
    EXPECT_FALSE(called);
}

TEST_F(Cancellation, may_come_from_many_threads_while_listeners_come_and_go)
{
    for (int round = 0; round < 50; ++round) {
        const CancellationToken root;
        int calls = 0;
        const auto kept = root.on_cancel(context_.get_executor(), [&calls] { ++calls; });
        std::atomic<bool> go = false;
        std::vector<std::jthread> threads;
        for (int i = 0; i < 3; ++i) {
            threads.emplace_back([root, &go] {
                while (!go) {
                }
                for (int child = 0; child < 20; ++child) {
                    (void)root.child();
                }
                root.cancel();
            });
        }
        go = true;
        std::vector<CancellationToken> children;
        for (int i = 0; i < 100; ++i) {
            const auto fleeting = root.on_cancel(context_.get_executor(), [&calls] { calls += 1000; });
            children.push_back(root.child());
        }
        threads.clear();
        testing::run_until_idle(context_);
        EXPECT_EQ(calls, 1);
        for (const auto& child : children) {
            EXPECT_TRUE(child.is_cancelled());
        }
    }
}

TEST_F(Cancellation, can_be_awaited_from_another_thread)
{
    const CancellationToken token;
    std::jthread canceller([token] { token.cancel(); });
    testing::run_to_end(context_, token.cancelled());
    EXPECT_TRUE(token.is_cancelled());
}

}  // namespace lanspread
