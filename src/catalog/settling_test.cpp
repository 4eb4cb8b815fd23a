#include "catalog/settling.h"

#include <gtest/gtest.h>

namespace lanspread::catalog {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const TimePoint start{seconds(1000)};

Stamp stamp(std::int64_t mtime, std::uint64_t size = 10)
{
    return {{"game.db", {.size = size, .mtime_ns = mtime}}};
}

/// One that has read `stamp(1)`.
Settling settled()
{
    Settling settling{seconds(2)};
    EXPECT_TRUE(settling.look(stamp(1), start));
    settling.was_read(true, start);
    return settling;
}

}  // namespace

TEST(Settling, reads_at_once_at_first)
{
    Settling settling{seconds(2)};
    EXPECT_TRUE(settling.look({}, start));
}

TEST(Settling, reads_nothing_where_nothing_changes)
{
    auto settling = settled();
    for (int i = 1; i < 100; ++i) {
        EXPECT_FALSE(settling.look(stamp(1), start + seconds(i)));
    }
    EXPECT_FALSE(settling.is_unsettled());
}

TEST(Settling, reads_a_change_once_it_has_come_to_rest)
{
    auto settling = settled();
    EXPECT_FALSE(settling.look(stamp(2), start + milliseconds(100)));
    EXPECT_TRUE(settling.is_unsettled());
    EXPECT_FALSE(settling.look(stamp(3), start + milliseconds(200)));
    EXPECT_TRUE(settling.look(stamp(3), start + milliseconds(300)));
    settling.was_read(true, start + milliseconds(300));
    EXPECT_FALSE(settling.look(stamp(3), start + milliseconds(400)));
}

TEST(Settling, notices_another_file_of_the_same_size_and_time)
{
    auto settling = settled();
    auto other = stamp(1);
    other["game.db"].inode = 77;
    EXPECT_FALSE(settling.look(other, start + seconds(1)));
    EXPECT_TRUE(settling.look(other, start + seconds(2)));
}

TEST(Settling, does_not_read_a_change_that_was_taken_back)
{
    auto settling = settled();
    EXPECT_FALSE(settling.look(stamp(2), start + seconds(1)));
    EXPECT_FALSE(settling.look(stamp(1), start + seconds(2)));
    EXPECT_FALSE(settling.look(stamp(1), start + seconds(3)));
    EXPECT_FALSE(settling.is_unsettled());
}

TEST(Settling, does_not_wait_for_ever_for_rest)
{
    auto settling = settled();
    for (int i = 0; i < 10; ++i) {
        EXPECT_FALSE(settling.look(stamp(100 + i), start + seconds(i))) << i;
    }
    EXPECT_TRUE(settling.look(stamp(200), start + seconds(10)));
}

TEST(Settling, tries_again_later_what_may_pass)
{
    auto settling = settled();
    EXPECT_FALSE(settling.look(stamp(2), start));
    EXPECT_TRUE(settling.look(stamp(2), start + seconds(1)));
    settling.was_read(false, start + seconds(1));
    EXPECT_FALSE(settling.look(stamp(2), start + seconds(2)));
    EXPECT_TRUE(settling.look(stamp(2), start + seconds(3)));
    settling.was_read(true, start + seconds(3));
    EXPECT_FALSE(settling.look(stamp(2), start + seconds(10)));
}

}  // namespace lanspread::catalog
