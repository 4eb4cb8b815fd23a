#include "transport/delay_window.h"

#include <gtest/gtest.h>

namespace lanspread::transport {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t packet = 1472;
constexpr auto no_queue = 1ms;
constexpr auto short_queue = no_queue + DelayWindow::target * 3 / 4;
constexpr auto long_queue = no_queue + DelayWindow::target * 2;

/// A connection whose best round trip is `no_queue`, in virtual time.
class Flow {
public:
    /// One acknowledgement, `after` the one before.
    void acknowledge(Duration round_trip, std::uint64_t in_flight, Duration after)
    {
        now_ += after;
        odd_ += 1ns;  // no two round trips are the same to the nanosecond
        window.on_sample({.round_trip = round_trip + odd_,
                          .best_round_trip = no_queue,
                          .bytes_in_flight = in_flight,
                          .packet_size = packet},
                         now_);
    }
    /// So many round trips with all of the window on the way, or with `in_flight` where there is no window
    /// yet.
    void run(int round_trips, Duration round_trip, std::uint64_t in_flight = 100 * packet)
    {
        for (int i = 0; i < round_trips; ++i) {
            acknowledge(round_trip, std::min(window.window(), in_flight), 100ms);
        }
    }

    DelayWindow window;

private:
    TimePoint now_{1000s};
    Duration odd_{};
};

TEST(DelayWindow, is_no_limit_while_no_queue_is_long)
{
    Flow flow;
    flow.run(100, short_queue);
    EXPECT_EQ(flow.window.window(), DelayWindow::largest);
}

TEST(DelayWindow, shrinks_by_an_eighth_in_a_round_trip_with_a_long_queue)
{
    Flow flow;
    flow.run(1, long_queue, 800 * packet);
    EXPECT_EQ(flow.window.window(), 700 * packet);
}

TEST(DelayWindow, shrinks_once_in_a_round_trip_however_many_acknowledgements_come)
{
    Flow flow;
    flow.run(1, long_queue, 800 * packet);
    for (int i = 0; i < 10; ++i) {
        flow.acknowledge(long_queue, 700 * packet, 1us);
    }
    EXPECT_EQ(flow.window.window(), 700 * packet);
}

TEST(DelayWindow, does_not_shrink_where_one_packet_of_the_round_trip_was_quick)
{
    Flow flow;
    flow.run(1, short_queue);
    flow.acknowledge(no_queue, 100 * packet, 1us);
    flow.acknowledge(long_queue, 100 * packet, 1s);
    EXPECT_EQ(flow.window.window(), DelayWindow::largest);
}

TEST(DelayWindow, never_falls_below_its_least)
{
    Flow flow;
    flow.run(1000, long_queue);
    EXPECT_EQ(flow.window.window(), DelayWindow::least_packets * packet);
}

TEST(DelayWindow, grows_by_a_packet_in_a_round_trip_with_a_short_queue)
{
    Flow flow;
    flow.run(1000, long_queue);
    flow.run(10, short_queue);
    EXPECT_EQ(flow.window.window(), (DelayWindow::least_packets + 10) * packet);
}

TEST(DelayWindow, is_soon_no_limit_any_more_where_the_queue_is_gone)
{
    Flow flow;
    flow.run(1000, long_queue);
    flow.run(60, no_queue, DelayWindow::largest);
    EXPECT_EQ(flow.window.window(), DelayWindow::largest);
}

TEST(DelayWindow, does_not_grow_where_it_is_not_used)
{
    Flow flow;
    flow.run(1000, long_queue);
    flow.run(1, no_queue, packet);  // the round that begins here was full
    const auto before = flow.window.window();
    flow.run(10, no_queue, packet);
    EXPECT_EQ(flow.window.window(), before);
}

TEST(DelayWindow, takes_no_old_round_trip_for_a_new_one)
{
    DelayWindow window;
    const DelayWindow::Sample sample{.round_trip = long_queue,
                                     .best_round_trip = no_queue,
                                     .bytes_in_flight = 100 * packet,
                                     .packet_size = packet};
    window.on_sample(sample, TimePoint(1000s));
    const auto before = window.window();
    window.on_sample(sample, TimePoint(2000s));
    EXPECT_EQ(window.window(), before);
}

}  // namespace

}  // namespace lanspread::transport
