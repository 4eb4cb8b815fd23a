#include "runtime/question_limit.h"

#include <gtest/gtest.h>

namespace lanspread::runtime {
namespace {

using namespace std::chrono_literals;

const TimePoint start = TimePoint() + 1h;

TEST(QuestionLimit, lets_a_burst_through_and_then_one_in_each_interval)
{
    QuestionLimit limit({.at_once = 1, .burst = 2, .interval = 10s});
    for (int number = 0; number < 2; ++number) {
        ASSERT_TRUE(limit.enter(start));
        limit.leave();
    }
    EXPECT_FALSE(limit.enter(start));
    EXPECT_FALSE(limit.enter(start + 9s));
    EXPECT_TRUE(limit.enter(start + 10s));
    limit.leave();
    EXPECT_FALSE(limit.enter(start + 11s));
}

TEST(QuestionLimit, saves_no_more_than_a_burst)
{
    QuestionLimit limit({.at_once = 5, .burst = 2, .interval = 1s});
    ASSERT_TRUE(limit.enter(start));
    EXPECT_TRUE(limit.enter(start + 1h));
    EXPECT_TRUE(limit.enter(start + 1h));
    EXPECT_FALSE(limit.enter(start + 1h));
}

TEST(QuestionLimit, refuses_more_than_so_many_at_once)
{
    QuestionLimit limit({.at_once = 1, .burst = 10, .interval = 1s});
    ASSERT_TRUE(limit.enter(start));
    const auto second = limit.enter(start);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::refused);
    limit.leave();
    EXPECT_TRUE(limit.enter(start));
}

}  // namespace
}  // namespace lanspread::runtime
