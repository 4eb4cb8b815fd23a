#include "lanspread/queue_output.h"

#include <gtest/gtest.h>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>

namespace lanspread::cli {

TEST(QueueOutput, shows_the_queue_in_order_and_what_each_download_waits_for)
{
    const std::vector<runtime::Download> downloads{
        {.game = "doom",
         .title = "Doom",
         .version = "20240101",
         .state = "running",
         .priority = "high",
         .position = 1,
         .bytes_done = 999,
         .bytes_total = 1000,
         .bytes_per_second = 5'000'000,
         .eta_seconds = 12,
         .sources = {{.bytes = 5}, {.bytes = 0}}},
        {.game = "quake",
         .title = "Quake III",
         .version = "20230101",
         .state = "waiting_for_space",
         .reason = "100 MB are needed, 99 MB are free",
         .priority = "normal",
         .position = 2},
        {.game = "chess",
         .title = "chess",
         .version = "20230101",
         .state = "done",
         .bytes_done = 7,
         .bytes_total = 7},
    };
    EXPECT_EQ(queue_text(downloads),
              "POS  TITLE      ID     VERSION   PRIORITY  STATE              DONE   SIZE     RATE       LEFT "
              " FROM\n"
              "1    Doom       doom   20240101  high      running            99 %   1.00 kB  5.00 MB/s  12 s "
              " 1 source\n"
              "2    Quake III  quake  20230101  normal    waiting for space  0 %    -        -          -    "
              " 0 sources\n"
              "-    chess      chess  20230101  -         done               100 %  7 B      -          -    "
              " 0 sources\n"
              "Quake III: 100 MB are needed, 99 MB are free\n");
}

TEST(QueueOutput, says_how_to_begin_where_the_queue_is_empty)
{
    EXPECT_NE(queue_text({}).find("lanspread get"), std::string::npos);
}

TEST(QueueOutput, says_100_percent_only_of_what_is_done)
{
    const runtime::Download finishing{
        .game = "doom", .state = "finishing", .bytes_done = 7, .bytes_total = 7};
    EXPECT_NE(queue_text({finishing}).find("99 %"), std::string::npos);
}

TEST(QueueOutput, shows_every_setting_there_is)
{
    using Members = boost::describe::describe_members<runtime::Settings, boost::describe::mod_public>;
    boost::mp11::mp_for_each<Members>([](auto member) {
        EXPECT_NE(settings_text({}, "").find(member.name), std::string::npos) << member.name;
        EXPECT_FALSE(settings_text({}, member.name).empty()) << member.name;
    });
    EXPECT_EQ(settings_text({.upload_limit = 5'000'000}, "upload_limit"), "5.00 MB/s\n");
    EXPECT_EQ(settings_text({}, "upload_limit"), "off\n");
    EXPECT_EQ(settings_text({}, "nonsense"), "");
}

}  // namespace lanspread::cli
