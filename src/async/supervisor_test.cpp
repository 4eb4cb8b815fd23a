#include "async/supervisor.h"

#include <gtest/gtest.h>

#include "async/testing.h"

namespace lanspread {

namespace {

using namespace std::chrono_literals;

class Supervision : public ::testing::Test {
protected:
    Supervisor::Options options()
    {
        return {.restart_delay = 1ms,
                .on_failure = [this](const std::string& service, const std::string& error) {
                    failures_.push_back(service + ": " + error);
                }};
    }

    std::function<Task<void>()> fails(std::string text)
    {
        return [this, text] { return fail_with(text); };
    }
    std::function<Task<void>()> waits()
    {
        return [this] { return wait_for_ever(); };
    }
    /// Fails until its `runs`th run, which cancels the supervisor.
    std::function<Task<void>()> fails_until(int runs)
    {
        return [this, runs] { return fail_until(runs); };
    }

    Task<void> fail_with(std::string text)
    {
        ++runs_;
        co_await sleep_for(0ms);
        throw std::runtime_error(text);
    }
    Task<void> wait_for_ever()
    {
        ++runs_;
        co_await sleep_for(std::chrono::hours(24));
    }
    Task<void> fail_until(int runs)
    {
        if (++runs_ == runs) {
            token_.cancel();
        }
        co_await sleep_for(0ms);
        throw std::runtime_error("broken");
    }
    Task<void> end_at_once()
    {
        ++runs_;
        co_return;
    }
    Task<void> abort_like_a_closed_socket(int runs)
    {
        if (++runs_ == runs) {
            token_.cancel();
        }
        co_await sleep_for(0ms);
        throw_cancelled();
    }
    Task<void> fail_when_cancelled()
    {
        try {
            co_await sleep_for(std::chrono::hours(24));
        } catch (const boost::system::system_error&) {
            throw std::runtime_error("broken at the end");
        }
    }

    void run(Supervisor& supervisor) { testing::run_to_end(context_, supervisor.join()); }

    asio::io_context context_;
    CancellationToken token_;
    std::vector<std::string> failures_;
    int runs_ = 0;
};

}  // namespace

TEST_F(Supervision, a_required_service_that_fails_ends_all_and_is_reported_once)
{
    Supervisor supervisor(context_.get_executor(), token_, options());
    supervisor.run("transport", RestartPolicy::required, fails("port taken"));
    supervisor.run("store", RestartPolicy::required, fails("disk gone"));
    supervisor.run("discovery", RestartPolicy::restart, waits());
    run(supervisor);
    EXPECT_EQ(failures_, std::vector<std::string>{"transport: port taken"});
    EXPECT_FALSE(token_.is_cancelled()) << "a failure below cancels the supervisor, not its owner";
    for (const auto& service : supervisor.services()) {
        EXPECT_FALSE(service.is_running) << service.name;
    }
}

TEST_F(Supervision, a_restarted_service_is_started_again_until_shutdown)
{
    Supervisor supervisor(context_.get_executor(), token_, options());
    supervisor.run("discovery", RestartPolicy::restart, fails_until(5));
    run(supervisor);
    EXPECT_EQ(runs_, 5);
    EXPECT_TRUE(failures_.empty());
    ASSERT_EQ(supervisor.services().size(), 1U);
    EXPECT_EQ(supervisor.services()[0].restarts, 4U);
    EXPECT_EQ(supervisor.services()[0].last_error, "broken");
}

TEST_F(Supervision, shutdown_ends_the_wait_for_a_restart)
{
    auto slow = options();
    slow.restart_delay = std::chrono::hours(24);
    Supervisor supervisor(context_.get_executor(), token_, slow);
    supervisor.run("discovery", RestartPolicy::restart, fails("broken"));
    testing::run_until(context_, [&] { return !supervisor.services()[0].last_error.empty(); });
    token_.cancel();
    run(supervisor);
    EXPECT_EQ(runs_, 1);
}

TEST_F(Supervision, a_best_effort_service_ends_with_its_failure)
{
    Supervisor supervisor(context_.get_executor(), token_, options());
    supervisor.run("watcher", RestartPolicy::best_effort, fails("no more watches"));
    run(supervisor);
    EXPECT_EQ(runs_, 1);
    EXPECT_TRUE(failures_.empty());
    EXPECT_EQ(supervisor.services()[0].last_error, "no more watches");
}

TEST_F(Supervision, a_service_that_returns_is_not_started_again)
{
    Supervisor supervisor(context_.get_executor(), token_, options());
    supervisor.run("once", RestartPolicy::restart, [this] { return end_at_once(); });
    run(supervisor);
    EXPECT_EQ(runs_, 1);
}

TEST_F(Supervision, an_aborted_operation_is_a_failure_as_long_as_nobody_cancelled)
{
    Supervisor supervisor(context_.get_executor(), token_, options());
    supervisor.run("server", RestartPolicy::restart, [this] { return abort_like_a_closed_socket(3); });
    run(supervisor);
    EXPECT_EQ(runs_, 3);
}

TEST_F(Supervision, a_factory_that_throws_is_a_failure_of_its_service)
{
    Supervisor supervisor(context_.get_executor(), token_, options());
    supervisor.run("broken", RestartPolicy::required,
                   []() -> Task<void> { throw std::runtime_error("no memory"); });
    run(supervisor);
    EXPECT_EQ(failures_, std::vector<std::string>{"broken: no memory"});
}

TEST_F(Supervision, a_failure_during_shutdown_is_kept_but_is_not_the_runtimes)
{
    Supervisor supervisor(context_.get_executor(), token_, options());
    supervisor.run("transport", RestartPolicy::required, [this] { return fail_when_cancelled(); });
    testing::run_until(context_, [&] { return supervisor.services()[0].is_running; });
    token_.cancel();
    run(supervisor);
    EXPECT_TRUE(failures_.empty());
    EXPECT_EQ(supervisor.services()[0].last_error, "broken at the end");
}

TEST_F(Supervision, a_shutdown_before_the_first_service_ran_starts_none)
{
    Supervisor supervisor(context_.get_executor(), token_, options());
    supervisor.run("transport", RestartPolicy::required, waits());
    token_.cancel();
    supervisor.run("discovery", RestartPolicy::restart, waits());
    run(supervisor);
    EXPECT_EQ(runs_, 0);
    EXPECT_FALSE(supervisor.services()[0].is_running);
}

TEST_F(Supervision, a_supervisor_of_a_cancelled_token_starts_nothing)
{
    token_.cancel();
    Supervisor supervisor(context_.get_executor(), token_, options());
    supervisor.run("transport", RestartPolicy::required, waits());
    run(supervisor);
    EXPECT_EQ(runs_, 0);
}

}  // namespace lanspread
