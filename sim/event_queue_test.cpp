#include "sim/event_queue.h"

#include <string>

#include <gtest/gtest.h>

namespace lanspread::sim {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint start{1h};

TEST(EventQueue, gives_events_in_the_order_of_time)
{
    EventQueue<std::string> queue;
    queue.add(start + 2s, "second");
    queue.add(start + 1s, "first");
    queue.add(start + 3s, "third");
    EXPECT_EQ(queue.next_time(), start + 1s);
    EXPECT_EQ(queue.take(), "first");
    EXPECT_EQ(queue.take(), "second");
    EXPECT_EQ(queue.take(), "third");
}

TEST(EventQueue, keeps_the_order_of_events_at_the_same_time)
{
    EventQueue<int> queue;
    for (int number = 0; number < 100; ++number) {
        queue.add(start, number);
    }
    for (int number = 0; number < 100; ++number) {
        ASSERT_EQ(queue.take(), number);
    }
}

TEST(EventQueue, has_no_next_time_when_it_is_empty)
{
    EventQueue<int> queue;
    EXPECT_EQ(queue.next_time(), TimePoint::max());
    queue.add(start, 1);
    EXPECT_EQ(queue.take(), 1);
    EXPECT_EQ(queue.next_time(), TimePoint::max());
}

}  // namespace
}  // namespace lanspread::sim
