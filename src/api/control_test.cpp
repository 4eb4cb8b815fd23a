// The control socket from both sides: the real client and hostile ones against the real server, over a real socket.

#include <atomic>
#include <filesystem>
#include <thread>

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "api/control_client.h"
#include "api/control_server.h"
#include "api/local_place.h"
#include "async/signal.h"
#include "async/testing.h"

namespace lanspread::api {

namespace {

using namespace std::chrono_literals;

/// Answers GetStatus with a name, GetGame with what the test sets, and Rescan only when released. Its methods that the test
/// calls while the server runs are thread-safe.
class FakeHandler : public CommandHandler {
public:
    explicit FakeHandler(Executor executor) : executor_(std::move(executor)) {}

    Task<Result<std::string>> answer(runtime::Command command) override
    {
        if (const auto* game = std::get_if<runtime::GetGame>(&command)) {
            co_return fail(ErrorCode::not_found, "nobody has " + game->game);
        }
        if (std::holds_alternative<runtime::GetGames>(command)) {
            co_return std::string(8'000'000, ' ');
        }
        if (std::holds_alternative<runtime::VerifyGame>(command)) {
            throw std::logic_error("a bug");
        }
        if (std::holds_alternative<runtime::Rescan>(command)) {
            ++waiting;
            co_await released_.wait();
        }
        co_return wire::encode(runtime::Status{.name = "quiet corner"});
    }
    std::vector<runtime::Event> recent_events() const override { return {{.sequence = 1, .kind = "peer_joined"}}; }
    std::shared_ptr<void> subscribe(std::function<void(const runtime::Event&)> listener) override
    {
        listener_ = std::move(listener);
        ++subscribers;
        return {nullptr, [this](void*) {
                    listener_ = nullptr;
                    --subscribers;
                }};
    }

    void emit(runtime::Event event)
    {
        asio::post(executor_, [this, event = std::move(event)] {
            if (listener_) {
                listener_(event);
            }
        });
    }
    void release()
    {
        asio::post(executor_, [this] { released_.notify_all(); });
    }

    std::atomic<int> waiting = 0;
    std::atomic<int> subscribers = 0;

private:
    Executor executor_;
    Signal released_;
    std::function<void(const runtime::Event&)> listener_;
};

/// Connects, and says what no client says.
class RawClient {
public:
    explicit RawClient(const std::filesystem::path& folder)
    {
        const auto place = LocalPlace::in(folder);
        socket_.connect(place->endpoint());
    }
    void say(std::string_view bytes) { asio::write(socket_, asio::buffer(bytes)); }
    void hang_up() { socket_.close(); }
    /// All that comes until the server hangs up.
    std::string answer()
    {
        std::string bytes;
        boost::system::error_code error;
        asio::read(socket_, asio::dynamic_buffer(bytes), error);
        return bytes;
    }

private:
    asio::io_context context_;
    asio::local::stream_protocol::socket socket_{context_};
};

class ControlTest : public ::testing::Test {
protected:
    void TearDown() override
    {
        stop();
        std::filesystem::remove_all(folder_);
    }

    void start(ControlServer::Limits limits = {})
    {
        server_ = std::make_unique<ControlServer>(context_.get_executor(), handler_, folder_, limits);
        const auto opened = server_->open();
        ASSERT_TRUE(opened) << opened.error().message;
        group_ = std::make_unique<TaskGroup>(context_.get_executor(), token_);
        group_->spawn(server_->run());
        thread_ = std::jthread([this] { testing::run_to_end(context_, group_->join()); });
    }
    void stop()
    {
        token_.cancel();
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    static void wait_until(const std::function<bool()>& condition)
    {
        const auto deadline = Clock::now() + testing::patience;
        while (!condition()) {
            ASSERT_LT(Clock::now(), deadline);
            std::this_thread::sleep_for(1ms);
        }
    }
    void expect_service() { EXPECT_EQ(client().ask<runtime::Status>(runtime::GetStatus{})->name, "quiet corner"); }
    ControlClient client() { return ControlClient(folder_); }
    RawClient raw_client() { return RawClient(folder_); }

    static std::filesystem::path make_folder()
    {
        auto name = (std::filesystem::temp_directory_path() / "lanspread-control-XXXXXX").string();
        return ::mkdtemp(name.data());
    }

    std::filesystem::path folder_ = make_folder();
    asio::io_context context_;
    CancellationToken token_;
    FakeHandler handler_{context_.get_executor()};
    std::unique_ptr<ControlServer> server_;
    std::unique_ptr<TaskGroup> group_;
    std::jthread thread_;
};

using Control = ControlTest;

constexpr std::string_view half_a_header{"\0\0", 2};
constexpr std::string_view huge_header{"\xff\xff\xff\xff", 4};
constexpr std::string_view half_a_frame{"\0\0\0\x40{\"type\":", 12};
constexpr std::string_view garbage_frame{"\0\0\0\x05junk!", 9};
constexpr std::string_view unknown_command{"\0\0\0\x11{\"type\":\"Reboot\"}", 21};

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

TEST_F(Control, hangs_up_on_a_follower_that_does_not_read)
{
    start();
    auto events = client().events(true);
    (void)events->receive();
    const runtime::Event long_event{.sequence = 2, .text = std::string(10'000, 'x')};
    while (handler_.subscribers == 1) {
        handler_.emit(long_event);
        std::this_thread::yield();
    }
    expect_service();
}

TEST_F(Control, refuses_a_frame_that_is_too_long)
{
    start();
    auto liar = raw_client();
    liar.say(huge_header);
    EXPECT_NE(liar.answer().find("invalid_input"), std::string::npos);
    expect_service();
}

TEST_F(Control, refuses_garbage_and_unknown_commands)
{
    start();
    for (const auto said : {garbage_frame, unknown_command}) {
        auto fool = raw_client();
        fool.say(said);
        EXPECT_NE(fool.answer().find("invalid_input"), std::string::npos);
    }
    expect_service();
}

TEST_F(Control, does_not_mind_askers_that_hang_up_in_the_middle)
{
    start();
    for (const auto said : {half_a_header, half_a_frame}) {
        auto fickle = raw_client();
        fickle.say(said);
        fickle.hang_up();
    }
    expect_service();
}

TEST_F(Control, hangs_up_on_an_asker_that_does_not_ask)
{
    start({.request = 10ms});
    auto silent = raw_client();
    silent.say(half_a_frame);
    EXPECT_EQ(silent.answer(), "");
}

TEST_F(Control, hangs_up_on_an_asker_that_does_not_read_its_answer)
{
    start({.connections = 1, .answer = 10ms});
    auto deaf = raw_client();
    deaf.say(std::string_view("\0\0\0\x1f{\"type\":\"GetGames\",\"all\":true}", 35));
    // The only place is free again once the server has given up.
    wait_until([this] { return client().ask<runtime::Status>(runtime::GetStatus{}).has_value(); });
}

TEST_F(Control, refuses_more_askers_than_it_has_places_for)
{
    start({.connections = 2});
    std::vector<std::jthread> slow;
    for (int i = 0; i < 2; ++i) {
        slow.emplace_back([this] { (void)client().ask<runtime::Status>(runtime::Rescan{}); });
    }
    wait_until([this] { return handler_.waiting == 2; });
    const auto answer = client().ask<runtime::Status>(runtime::GetStatus{});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().error.code, ErrorCode::refused);
    handler_.release();
    slow.clear();
    wait_until([this] { return client().ask<runtime::Status>(runtime::GetStatus{}).has_value(); });
}

}  // namespace lanspread::api
