#include "facts/start_command.h"

#include <gtest/gtest.h>

namespace lanspread::facts {

using Words = std::vector<std::string>;

TEST(StartCommand, is_split_at_blanks)
{
    EXPECT_EQ(command_words(" bin/doom  --lan\t-v ").value(), (Words{"bin/doom", "--lan", "-v"}));
    EXPECT_EQ(command_words("doom").value(), (Words{"doom"}));
}

TEST(StartCommand, takes_a_program_as_a_shell_would_have_it)
{
    EXPECT_EQ(command_words("./run.sh ./data").value(), (std::vector<std::string>{"run.sh", "./data"}));
    EXPECT_EQ(command_words("\"././bin/a b\"").value(), (std::vector<std::string>{"bin/a b"}));
    EXPECT_FALSE(command_words("./"));
    EXPECT_FALSE(command_words("./../run.sh"));
}

TEST(StartCommand, keeps_blanks_between_quotes)
{
    EXPECT_EQ(command_words(R"("my doom.sh" "name of it" --to="a b" "")").value(),
              (Words{"my doom.sh", "name of it", "--to=a b", ""}));
}

TEST(StartCommand, is_never_a_shells)
{
    EXPECT_EQ(command_words("doom $(rm) 'a b' ; x > y").value(),
              (Words{"doom", "$(rm)", "'a", "b'", ";", "x", ">", "y"}));
}

TEST(StartCommand, without_a_program_or_with_an_open_quote_is_refused)
{
    for (const auto* text : {"", "  ", "\"\" x", "doom \"a", "/usr/games/doom", "../doom", "a\\b"}) {
        const auto words = command_words(text);
        ASSERT_FALSE(words) << text;
        EXPECT_EQ(words.error().code, ErrorCode::invalid_input) << text;
    }
}

}  // namespace lanspread::facts
