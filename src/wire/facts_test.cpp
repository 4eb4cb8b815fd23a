#include "wire/facts.h"

#include "wire/codec.h"

#include <string>

#include <gtest/gtest.h>

namespace lanspread::wire {

namespace {

GameFacts doom()
{
    return {.title = "Doom – Knee-Deep in the Dead",
            .players = "2 (+ 6 CPU)",
            .max_players = 8,
            .release = "10.12.1993",
            .publisher = "id",
            .genre = {.de = "Ego-Shooter", .en = "Shooter", .fr = "Tir"},
            .readme = {.de = "Tür\nzu", .en = "Mind\tthe door", .fr = ""},
            .start = {{.platform = "linux", .kind = "game", .command = "doom.sh --lan"},
                      {.platform = "linux", .kind = "server", .command = "doom.sh --serve"}},
            .keeps = {"saves", "config/doom.cfg"},
            .cover =
                CoverRef{.hash = CoverHash::parse(std::string(64, 'c')).value(), .size = 7, .format = "jpg"}};
}

testing::AssertionResult is_refused(const GameFacts& facts, std::string_view reason)
{
    const auto text = encode(facts, max_facts_size);
    if (text) {
        return testing::AssertionFailure() << "written: " << *text;
    }
    return text.error().message.contains(reason) ? testing::AssertionSuccess()
                                                 : testing::AssertionFailure() << text.error().message;
}

}  // namespace

TEST(Facts, come_back_as_they_were)
{
    const auto after = decode<GameFacts>(encode(doom(), max_facts_size).value(), max_facts_size);
    ASSERT_TRUE(after) << after.error().message;
    EXPECT_EQ(*after, doom());
    const GameFacts least{.title = "x"};
    EXPECT_EQ(decode<GameFacts>(encode(least).value()).value(), least);
}

TEST(Facts, without_a_title_are_refused)
{
    auto facts = doom();
    facts.title = "";
    EXPECT_TRUE(is_refused(facts, "GameFacts.title: "));
}

TEST(Facts, with_a_text_that_is_too_long_or_would_move_the_cursor_are_refused)
{
    auto facts = doom();
    facts.title = std::string(max_title_size, 'x');
    EXPECT_TRUE(encode(facts));
    facts.title += 'x';
    EXPECT_TRUE(is_refused(facts, "GameFacts.title: "));
    facts = doom();
    facts.players = "2\n";
    EXPECT_TRUE(is_refused(facts, "GameFacts.players: "));
    facts = doom();
    facts.genre.fr = "\x1b[2J";
    EXPECT_TRUE(is_refused(facts, "GameFacts.genre.fr: "));
    facts = doom();
    facts.readme.en = "\x1b[2J";
    EXPECT_TRUE(is_refused(facts, "GameFacts.readme.en: "));
    facts.readme.en = std::string(max_readme_size + 1, 'x');
    EXPECT_TRUE(is_refused(facts, "GameFacts.readme.en: "));
}

TEST(Facts, with_an_unknown_platform_or_kind_or_no_command_are_refused)
{
    auto facts = doom();
    facts.start[1].platform = "amiga";
    EXPECT_TRUE(is_refused(facts, R"(GameFacts.start[1].platform: expected "linux" or "windows")"));
    facts = doom();
    facts.start[0].kind = "";
    EXPECT_TRUE(is_refused(facts, "GameFacts.start[0].kind: "));
    facts = doom();
    facts.start[0].command = "";
    EXPECT_TRUE(is_refused(facts, "GameFacts.start[0].command: "));
}

TEST(Facts, with_two_commands_for_one_thing_are_refused)
{
    auto facts = doom();
    facts.start[1].kind = "game";
    EXPECT_TRUE(is_refused(facts, R"(GameFacts.start: two commands for "game" on linux)"));
}

TEST(Facts, that_keep_what_lies_outside_the_game_are_refused)
{
    auto facts = doom();
    facts.keeps = {"saves", "../.ssh"};
    EXPECT_TRUE(is_refused(facts, "GameFacts.keeps: "));
    facts.keeps.assign(max_keeps + 1, "saves");
    EXPECT_TRUE(is_refused(facts, "GameFacts.keeps: "));
}

TEST(Facts, with_a_cover_that_is_too_large_or_no_picture_are_refused)
{
    auto facts = doom();
    facts.cover->size = max_cover_size + 1;
    EXPECT_TRUE(is_refused(facts, "GameFacts.cover.size: "));
    facts.cover->size = 0;
    EXPECT_TRUE(is_refused(facts, "GameFacts.cover.size: "));
    facts = doom();
    facts.cover->format = "svg";
    EXPECT_TRUE(is_refused(facts, "GameFacts.cover.format: "));
}

TEST(Facts, that_are_too_large_as_a_whole_are_refused)
{
    auto facts = doom();
    for (auto* readme : {&facts.readme.de, &facts.readme.en, &facts.readme.fr}) {
        *readme = std::string(max_readme_size, 'x');
    }
    EXPECT_TRUE(encode(facts, max_facts_size));
    facts.readme.de = std::string(max_readme_size, '\n');  // two bytes each, in JSON
    EXPECT_FALSE(encode(facts, max_facts_size));
}

}  // namespace lanspread::wire
