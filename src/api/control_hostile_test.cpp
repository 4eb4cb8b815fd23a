// Askers that are slow, deaf, broken or malicious: none of them takes the socket from the others.

#include "api/control_fixture.h"

namespace lanspread::api {

namespace {

using namespace std::chrono_literals;

using ControlUnderAttack = ControlTest;

constexpr std::string_view half_a_header{"\0\0", 2};
constexpr std::string_view huge_header{"\xff\xff\xff\xff", 4};
constexpr std::string_view half_a_frame{"\0\0\0\x40{\"type\":", 12};
constexpr std::string_view garbage_frame{"\0\0\0\x05junk!", 9};
constexpr std::string_view unknown_command{"\0\0\0\x11{\"type\":\"Reboot\"}", 21};

}  // namespace

TEST_F(ControlUnderAttack, hangs_up_on_a_follower_that_does_not_read)
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

TEST_F(ControlUnderAttack, refuses_a_frame_that_is_too_long)
{
    start();
    auto liar = raw_client();
    liar.say(huge_header);
    EXPECT_NE(liar.answer().find("invalid_input"), std::string::npos);
    expect_service();
}

TEST_F(ControlUnderAttack, refuses_garbage_and_unknown_commands)
{
    start();
    for (const auto said : {garbage_frame, unknown_command}) {
        auto fool = raw_client();
        fool.say(said);
        EXPECT_NE(fool.answer().find("invalid_input"), std::string::npos);
    }
    expect_service();
}

TEST_F(ControlUnderAttack, does_not_mind_askers_that_hang_up_in_the_middle)
{
    start();
    for (const auto said : {half_a_header, half_a_frame}) {
        auto fickle = raw_client();
        fickle.say(said);
        fickle.hang_up();
    }
    expect_service();
}

TEST_F(ControlUnderAttack, hangs_up_on_an_asker_that_does_not_ask)
{
    start({.request = 10ms});
    auto silent = raw_client();
    silent.say(half_a_frame);
    EXPECT_EQ(silent.answer(), "");
}

TEST_F(ControlUnderAttack, hangs_up_on_an_asker_that_does_not_read_its_answer)
{
    start({.connections = 1, .answer = 10ms});
    auto deaf = raw_client();
    deaf.say(std::string_view("\0\0\0\x2e{\"type\":\"GetGames\",\"all\":true,\"catalog\":false}", 50));
    // The only place is free again once the server has given up.
    wait_until([this] { return client().ask<runtime::Status>(runtime::GetStatus{}).has_value(); });
}

TEST_F(ControlUnderAttack, refuses_more_askers_than_it_has_places_for)
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
