#include <gtest/gtest.h>

#include "platform/process.h"

namespace lanspread::platform {
namespace {

using namespace std::chrono_literals;

TEST(RunProgram, gives_what_a_program_says_and_its_exit_code)
{
    const auto done = run_program({"sh", "-c", "echo out; echo wrong >&2; exit 3"});
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(done->output, "out\n");
    EXPECT_EQ(done->errors, "wrong\n");
    EXPECT_EQ(done->exit_code, 3);
}

TEST(RunProgram, passes_arguments_as_they_are)
{
    const auto done = run_program({"printf", "%s|", "two words", "$HOME", "; exit 1"});
    ASSERT_TRUE(done);
    EXPECT_EQ(done->output, "two words|$HOME|; exit 1|");
}

TEST(RunProgram, says_that_there_is_no_such_program)
{
    const auto done = run_program({"no-such-program-anywhere"});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::not_found);
}

TEST(RunProgram, kills_a_program_that_takes_too_long)
{
    const auto done = run_program({"sleep", "1000"}, {.patience = 50ms});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::timed_out);
}

TEST(RunProgram, kills_a_program_that_says_no_more_and_goes_on)
{
    const auto done = run_program({"sh", "-c", "exec >&- 2>&-; exec sleep 1000"}, {.patience = 50ms});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::timed_out);
}

TEST(RunProgram, kills_a_program_that_says_too_much)
{
    const auto done = run_program({"yes"}, {.max_output = 100'000});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::refused);
}

TEST(RunProgram, reads_more_than_a_pipe_holds)
{
    const auto done = run_program({"head", "-c", "1000000", "/dev/zero"});
    ASSERT_TRUE(done);
    EXPECT_EQ(done->output.size(), 1'000'000U);
}

TEST(RunProgram, gives_it_an_empty_standard_input_and_english)
{
    const auto done = run_program({"sh", "-c", "cat; echo $LC_ALL"});
    ASSERT_TRUE(done);
    EXPECT_EQ(done->output, "C.UTF-8\n");
}

TEST(RunProgram, tells_of_a_signal_that_ended_it)
{
    const auto done = run_program({"sh", "-c", "kill -9 $$"});
    ASSERT_TRUE(done);
    EXPECT_EQ(done->exit_code, 128 + 9);
}

}  // namespace
}  // namespace lanspread::platform
