#include "lanspread/progress.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/utf8.h"
#include "lanspread/format.h"

namespace lanspread::cli {

namespace {

runtime::Download half_way()
{
    return {.game = "doom",
            .title = "doom",
            .version = "20230101",
            .state = "running",
            .bytes_done = 1'350'000'000,
            .bytes_total = 2'700'000'000,
            .bytes_per_second = 112'000'000,
            .eta_seconds = 12,
            .sources = {{.peer = "a", .name = "A", .bytes = 1'350'000'000, .bytes_per_second = 112'000'000}}};
}

}  // namespace

TEST(Progress, tells_how_far_how_fast_how_long_and_from_how_many)
{
    EXPECT_EQ(progress_line(half_way(), 81),
              "doom  [#####-----]   50 %  1.35 GB of 2.70 GB  112 MB/s  12 s left  from 1 source");
}

TEST(Progress, tells_what_it_waits_for)
{
    auto download = half_way();
    download.state = "waiting_for_source";
    download.reason = "nobody has it now";
    EXPECT_TRUE(progress_line(download, 200).ends_with("GB  waiting for source: nobody has it now"));
}

TEST(Progress, does_not_say_all_before_it_is)
{
    auto download = half_way();
    download.bytes_done = download.bytes_total - 1;
    EXPECT_NE(progress_line(download, 60).find(" 99 %"), std::string::npos);
}

TEST(Progress, says_100_percent_only_of_what_is_done)
{
    auto download = half_way();
    download.bytes_done = download.bytes_total;
    download.state = "finishing";
    EXPECT_NE(progress_line(download, 60).find(" 99 %"), std::string::npos);
    download.state = "done";
    EXPECT_NE(progress_line(download, 60).find("100 %"), std::string::npos);
}

TEST(Progress, tells_the_position_in_the_queue)
{
    auto download = half_way();
    download.state = "queued";
    download.position = 3;
    EXPECT_TRUE(progress_line(download, 200).ends_with("GB  queued, position 3"));
}

TEST(Progress, says_no_time_that_is_not_known)
{
    auto download = half_way();
    download.eta_seconds = -1;
    EXPECT_EQ(progress_line(download, 80).find("left"), std::string::npos);
}

TEST(Progress, of_a_game_of_no_bytes_is_shown)
{
    EXPECT_EQ(progress_line({.game = "empty", .title = "empty", .state = "starting"}, 80).substr(0, 5),
              "empty");
}

RC_GTEST_PROP(Progress, is_never_wider_than_the_terminal,
              (std::uint64_t done, std::uint64_t total, std::string name, std::string reason))
{
    const auto width = *rc::gen::inRange<std::size_t>(1, 300);
    auto download = half_way();
    download.title = name;
    download.bytes_done = done;
    download.bytes_total = total;
    download.state = *rc::gen::element<std::string>("running", "waiting_for_space", "failed");
    download.reason = reason;
    RC_ASSERT(columns_of(progress_line(download, width)) <= width);
}

}  // namespace lanspread::cli
