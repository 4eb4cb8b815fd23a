#include "lanspread/doctor_output.h"

#include <gtest/gtest.h>

namespace lanspread::cli {
namespace {

TEST(DoctorOutput, says_first_what_is_wrong_with_the_line_to_type)
{
    doctor::Report report{.good = false};
    report.findings = {
        {.severity = "problem", .topic = "firewall", .text = "it is shut", .remedy = {"sudo open it"}}};
    report.interfaces = {{.name = "eth0", .kind = "ethernet", .usable = true, .reason = "ethernet"}};
    const auto text = text_of(report);
    EXPECT_TRUE(text.starts_with("PROBLEM  it is shut.\n           sudo open it\n"));
    EXPECT_TRUE(text.contains("eth0"));
}

TEST(DoctorOutput, cleans_what_others_wrote)
{
    doctor::Report report{.good = false};
    report.findings = {{.severity = "problem", .topic = "peer", .text = "x\x1b[2J", .remedy = {"a\nb"}}};
    report.peers = {{.id = "a", .name = "anna"}, {.id = "b", .name = "\x1b]0;", .problem = "\x1b"}};
    EXPECT_FALSE(text_of(report).contains('\x1b'));
    EXPECT_FALSE(text_of(report).contains("a\nb"));
}

TEST(DoctorOutput, shows_who_reaches_whom_as_a_matrix)
{
    doctor::Report report{.peer_running = true};
    report.peers = {{.id = "a", .name = "anna"}, {.id = "b", .name = "bert"}};
    report.reach = {
        {.from = "a", .to = "b", .state = "connected", .round_trip_ms = 0.42, .megabits = 941},
        {.from = "b", .to = "a", .state = "unreachable", .speed_problem = "its setting speed_tests is off"}};
    const auto text = text_of(report);
    EXPECT_TRUE(text.contains("1  anna        0.4\n"));
    EXPECT_TRUE(text.contains("2  bert  NO\n"));
    EXPECT_TRUE(text.contains("941"));
    EXPECT_TRUE(text.contains("not measured towards anna: its setting speed_tests is off\n"));
}

TEST(ShellWord, quotes_what_a_shell_would_take_apart)
{
    EXPECT_EQ(shell_word("/home/bert/.local/state/lanspread"), "/home/bert/.local/state/lanspread");
    EXPECT_EQ(shell_word("/home/anna b"), "'/home/anna b'");
    EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
    EXPECT_EQ(shell_word(""), "''");
}

}  // namespace
}  // namespace lanspread::cli
