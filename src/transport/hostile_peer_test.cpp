#include <random>

#include "transport/hostile_fixture_test.h"

namespace lanspread::transport {

namespace {

TEST_F(HostilePeer, a_tls_key_update_ends_only_its_connection)
{
    HostileClient client(attack());
    ASSERT_TRUE(client.connect());
    client.send_tls(bytes({0x18, 0x00, 0x00, 0x01, 0x00}));
    EXPECT_TRUE(client.wait_until_closed());
}

TEST_F(HostilePeer, one_that_moves_and_comes_back_before_its_new_path_is_checked_is_still_served_there)
{
    HostileClient client(attack());
    ASSERT_TRUE(client.connect());
    client.loses = [](std::size_t) { return true; };  // so that no path is ever confirmed
    for (const std::size_t socket : {0, 1, 0, 1, 0}) {
        client.move_to(socket);
        client.ask(1);
        client.drive_for(5ms);
    }
    client.loses = [](std::size_t) { return false; };
    client.move_to(1);
    EXPECT_TRUE(client.drive_until([&] { return client.received() >= 5 * chunk; }));
}

TEST_F(HostilePeer, one_whose_new_path_is_never_confirmed_may_stay_where_it_was)
{
    HostileClient client(attack());
    ASSERT_TRUE(client.connect());
    client.loses = [](std::size_t socket) { return socket == 1; };
    client.move_to(1);
    client.ask(1);
    client.drive_for(20ms);
    client.move_to(0);
    client.ask(2);
    EXPECT_TRUE(client.drive_until([&] { return client.received() >= 2 * chunk; }));
}

TEST_F(HostilePeer, one_that_moves_without_end_is_dropped)
{
    HostileClient client(attack());
    ASSERT_TRUE(client.connect());
    for (std::size_t socket = 1; socket <= 40 && !client.is_closed(); ++socket) {
        client.move_to(socket);
        client.ask(1);
        client.drive_for(2ms);
    }
    EXPECT_TRUE(client.wait_until_closed());
}

TEST_F(HostilePeer, requests_that_are_reset_while_their_answers_are_lost_cost_nothing_but_themselves)
{
    std::mt19937 random(1);
    for (unsigned round = 0; round < 3; ++round) {
        HostileClient client(attack());
        ASSERT_TRUE(client.connect());
        std::vector<std::int64_t> asked;
        for (unsigned seed = 0; seed < 8; ++seed) {
            asked.push_back(client.ask(seed).value());
        }
        client.drive_until([&] { return client.received() > 200'000; });
        client.loses = [](std::size_t) { return true; };  // nothing is acknowledged
        client.drive_for(20ms);
        for (const auto stream : asked) {
            if (round % 3 != 1) {
                client.stop_writing(stream);
            }
            if (round % 3 != 0) {
                client.stop_reading(stream);
            }
        }
        client.drive_for(30ms);  // the server takes its packets for lost, and sends again
        client.loses = [&](std::size_t) { return random() % 3 == 0; };
        client.drive_for(60ms);
        EXPECT_FALSE(client.is_closed());
    }
}

TEST_F(HostilePeer, requests_that_are_stopped_at_once_do_not_pile_up_with_an_owner_that_is_slow)
{
    owner.conduct = Conduct::keeps;
    HostileClient client(attack());
    ASSERT_TRUE(client.connect());
    for (unsigned i = 0; i < 2000; ++i) {
        if (const auto stream = client.ask(i)) {
            client.stop_reading(*stream);
        }
        if (i % 16 == 0) {
            client.drive_for(1ms);
        }
    }
    client.drive_for(50ms);
    EXPECT_FALSE(client.open_stream());
    EXPECT_EQ(owner.handed, 256U);
    owner.kept.clear();
    EXPECT_TRUE(client.drive_until([&] { return client.open_stream().has_value(); }));
}

TEST_F(HostilePeer, requests_that_are_stopped_at_once_make_room_for_others_once_their_owner_lets_go)
{
    owner.conduct = Conduct::drops;
    HostileClient client(attack());
    ASSERT_TRUE(client.connect());
    for (unsigned i = 0; i < 2000; ++i) {
        std::optional<std::int64_t> stream;
        ASSERT_TRUE(client.drive_until([&] { return (stream = client.ask(i)).has_value(); }));
        client.stop_reading(*stream);
    }
    EXPECT_TRUE(client.drive_until([&] { return owner.handed == 2000; }));
}

TEST_F(HostilePeer, data_that_nobody_asked_for_is_held_up_by_flow_control)
{
    owner.conduct = Conduct::keeps;
    constexpr std::size_t stream_window = 2 * 1024 * 1024;
    constexpr std::size_t connection_window = 16 * 1024 * 1024;
    HostileClient client(attack());
    ASSERT_TRUE(client.connect());
    EXPECT_EQ(client.send(client.open_stream().value(), std::string(stream_window + 100'000, 'x'), false),
              stream_window);
    auto total = stream_window;
    for (int i = 0; i < 8; ++i) {
        total += client.send(client.open_stream().value(), std::string(stream_window, 'x'), false);
    }
    EXPECT_EQ(total, connection_window);
}

TEST_F(HostilePeer, a_peer_that_is_killed_is_noticed_while_its_host_still_answers)
{
    {
        HostileClient client(attack());
        ASSERT_TRUE(client.connect());
        ASSERT_TRUE(client.ask(1));
        ASSERT_TRUE(client.drive_until([&] { return client.received() > 0; }));
    }  // without a word
    const auto deadline = soon();  // long before silence alone would be the reason
    while (owner.close_reason.empty() && Clock::now() < deadline) {
        io.restart();
        io.run_one_for(10ms);
    }
    EXPECT_EQ(owner.close_reason, "the peer's program has ended");
}

}  // namespace

}  // namespace lanspread::transport
