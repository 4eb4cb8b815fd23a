#include <sys/stat.h>

#include "api/control_fixture.h"

namespace lanspread::api {

namespace {

using namespace std::chrono_literals;

using Control = ControlTest;

}  // namespace

TEST_F(Control, answers_a_command)
{
    start();
    expect_service();
}

TEST_F(Control, answers_with_the_error_of_the_peer)
{
    start();
    const auto answer = client().ask<runtime::Game>(runtime::GetGame{.game = "doom"});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().error.code, ErrorCode::not_found);
    EXPECT_EQ(answer.error().error.message, "nobody has doom");
    EXPECT_FALSE(answer.error().no_peer);
}

TEST_F(Control, carries_answers_larger_than_a_request_may_be)
{
    start();
    EXPECT_EQ(client().ask_for_text(runtime::GetGames{})->size(), 8'000'000U);
}

TEST_F(Control, tells_that_nobody_runs_in_a_folder_that_is_not_there)
{
    const auto answer = ControlClient(folder_ / "nowhere").ask<runtime::Status>(runtime::GetStatus{});
    ASSERT_FALSE(answer);
    EXPECT_TRUE(answer.error().no_peer);
    EXPECT_NE(answer.error().error.message.find("lanspread run --state"), std::string::npos);
}

TEST_F(Control, tells_that_nobody_runs_where_a_killed_peer_left_its_socket)
{
    {
        asio::io_context context;
        const asio::local::stream_protocol::acceptor left(context, {(folder_ / socket_name).string()});
    }
    const auto answer = client().ask<runtime::Status>(runtime::GetStatus{});
    ASSERT_FALSE(answer);
    EXPECT_TRUE(answer.error().no_peer);
    start();
    expect_service();
}

TEST_F(Control, is_for_the_owner_alone)
{
    start();
    struct stat status{};
    ASSERT_EQ(::stat((folder_ / socket_name).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(Control, works_in_a_folder_whose_path_is_too_long_for_a_socket)
{
    const auto top = folder_;
    folder_ = top / std::string(120, 'x') / std::string(120, 'y');
    std::filesystem::create_directories(folder_);
    start();
    expect_service();
    stop();
    EXPECT_FALSE(std::filesystem::exists(folder_ / socket_name));
    folder_ = top;
}

TEST_F(Control, takes_its_socket_away_at_the_end)
{
    start();
    expect_service();
    stop();
    EXPECT_FALSE(std::filesystem::exists(folder_ / socket_name));
}

TEST_F(Control, survives_a_bug_in_a_command)
{
    start();
    const auto answer = client().ask<runtime::VerifyReport>(runtime::VerifyGame{.game = "doom"});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().error.code, ErrorCode::internal);
    expect_service();
}

TEST_F(Control, tells_the_asker_when_the_peer_ends_before_it_answered)
{
    start();
    std::jthread stopper([this] {
        wait_until([this] { return handler_.waiting == 1; });
        token_.cancel();
    });
    const auto answer = client().ask<runtime::Status>(runtime::Rescan{});
    ASSERT_FALSE(answer);
    EXPECT_TRUE(answer.error().no_peer);
}

TEST_F(Control, answers_others_while_one_waits)
{
    start();
    std::jthread slow([this] { (void)client().ask<runtime::Status>(runtime::Rescan{}); });
    wait_until([this] { return handler_.waiting == 1; });
    expect_service();
    handler_.release();
}

TEST_F(Control, gives_the_events_so_far_and_ends)
{
    start();
    auto events = client().events(false);
    EXPECT_EQ(answer_in<runtime::Event>(**events->receive())->kind, "peer_joined");
    EXPECT_EQ(*events->receive(), std::nullopt);
}

TEST_F(Control, follows_events_until_the_asker_hangs_up)
{
    start();
    {
        auto events = client().events(true);
        EXPECT_EQ(answer_in<runtime::Event>(**events->receive())->sequence, 1U);
        handler_.emit({.sequence = 2, .kind = "download_done", .game = "doom"});
        EXPECT_EQ(answer_in<runtime::Event>(**events->receive())->game, "doom");
        EXPECT_EQ(handler_.subscribers, 1);
    }
    wait_until([this] { return handler_.subscribers == 0; });
}

TEST_F(Control, somebody_plays_for_as_long_as_the_connection_lasts)
{
    start();
    {
        auto connection = ControlConnection::open(folder_);
        ASSERT_TRUE(connection);
        ASSERT_TRUE(connection->send(runtime::Play{.program = "doom"}));
        EXPECT_EQ(answer_in<runtime::Status>(**connection->receive())->name, "quiet corner");
        EXPECT_EQ(handler_.players, 1);
        expect_service();
        EXPECT_EQ(handler_.players, 1);
    }
    wait_until([this] { return handler_.players == 0; });
}

TEST_F(Control, ends_while_somebody_plays)
{
    start();
    auto connection = ControlConnection::open(folder_);
    ASSERT_TRUE(connection->send(runtime::Play{.program = "doom"}));
    ASSERT_TRUE(connection->receive());
    stop();
    EXPECT_EQ(handler_.players, 0);
}

TEST_F(Control, a_wait_for_an_event_ends_at_its_deadline_and_loses_nothing)
{
    start();
    auto events = client().events(true);
    (void)events->receive();
    const auto nothing = events->receive_until(Clock::now() + 1ms);
    ASSERT_FALSE(nothing);
    EXPECT_EQ(nothing.error().error.code, ErrorCode::timed_out);
    handler_.emit({.sequence = 2});
    EXPECT_EQ(answer_in<runtime::Event>(**events->receive())->sequence, 2U);
}

TEST_F(Control, ends_while_events_are_followed)
{
    start();
    auto events = client().events(true);
    (void)events->receive();
    token_.cancel();
    EXPECT_EQ(*events->receive(), std::nullopt);
}

}  // namespace lanspread::api
