#include "facts/game_toml.h"

#include <gtest/gtest.h>

namespace lanspread::facts {

namespace {

constexpr std::string_view whole = R"toml(# a game of mine
title = "Doom – Knee-Deep in the Dead"
players = "2-16 (+ 6 CPU)"
max_players = 8
release = "10.12.1993"
publisher = "id"
genre = { de = "Ego-Shooter", en = "Shooter" }
readme.en = """
Mind
the \"door\"."""
cover = "art/cover.png"
keeps = ["saves", "config/doom.cfg"]

[start.linux]
game = 'doom.sh --lan "a b"'
server = "doom.sh --serve"

[start.windows]
game = "doom.exe"
)toml";

testing::AssertionResult is_refused(std::string_view text, std::string_view reason)
{
    const auto game = parse_game_toml(text);
    if (game) {
        return testing::AssertionFailure() << "accepted";
    }
    return game.error().code == ErrorCode::invalid_input && game.error().message.contains(reason)
               ? testing::AssertionSuccess()
               : testing::AssertionFailure() << game.error().message;
}

}  // namespace

TEST(GameToml, says_what_stands_in_it)
{
    const auto game = parse_game_toml(whole);
    ASSERT_TRUE(game) << game.error().message;
    const auto& facts = game->facts;
    EXPECT_EQ(facts.title, "Doom – Knee-Deep in the Dead");
    EXPECT_EQ(facts.players, "2-16 (+ 6 CPU)");
    EXPECT_EQ(facts.max_players, 8U);
    EXPECT_EQ(facts.release, "10.12.1993");
    EXPECT_EQ(facts.publisher, "id");
    EXPECT_EQ(facts.genre, (wire::LocalText{.de = "Ego-Shooter", .en = "Shooter", .fr = ""}));
    EXPECT_EQ(facts.readme.en, "Mind\nthe \"door\".");
    EXPECT_EQ(facts.keeps, (std::vector<std::string>{"saves", "config/doom.cfg"}));
    EXPECT_EQ(facts.start, (std::vector<wire::StartCommand>{
                               {.platform = "linux", .kind = "game", .command = "doom.sh --lan \"a b\""},
                               {.platform = "linux", .kind = "server", .command = "doom.sh --serve"},
                               {.platform = "windows", .kind = "game", .command = "doom.exe"}}));
    EXPECT_EQ(game->cover, SafePath::parse("art/cover.png").value());
    EXPECT_FALSE(facts.cover);
}

TEST(GameToml, needs_nothing_but_a_title)
{
    EXPECT_EQ(parse_game_toml("title = 'x'").value().facts, wire::GameFacts{.title = "x"});
    EXPECT_TRUE(is_refused("", "line 1: title: expected some text"));
}

TEST(GameToml, takes_players_as_a_number_or_as_a_text)
{
    const auto number = parse_game_toml("title = 'x'\nplayers = 16").value().facts;
    EXPECT_EQ(number.players, "16");
    EXPECT_EQ(number.max_players, 16U);
    const auto text = parse_game_toml("title = 'x'\nplayers = '2 (+ 6 CPU)'").value().facts;
    EXPECT_EQ(text.players, "2 (+ 6 CPU)");
    EXPECT_EQ(text.max_players, 2U);
    EXPECT_TRUE(is_refused("title = 'x'\nplayers = -1", "line 2: players: "));
    EXPECT_TRUE(is_refused("title = 'x'\nplayers = 1.5", "line 2: players: "));
}

TEST(GameToml, takes_a_text_for_everybody_as_english)
{
    const auto facts = parse_game_toml("title = 'x'\ngenre = 'Shooter'\nreadme = \"a\\r\\nb\"").value().facts;
    EXPECT_EQ(facts.genre, (wire::LocalText{.de = "", .en = "Shooter", .fr = ""}));
    EXPECT_EQ(facts.readme.en, "a\nb");
}

TEST(GameToml, that_is_written_says_the_same)
{
    auto game = parse_game_toml(whole).value();
    const auto text = write_game_toml(game);
    ASSERT_TRUE(text) << text.error().message;
    EXPECT_EQ(parse_game_toml(*text).value(), game) << *text;

    const GameToml odd{.facts = {.title = R"(a "b" \ c)",
                                 .players = "many",
                                 .max_players = 0,
                                 .readme = {.de = "\"\"\"\n\\n\ttab \"", .en = "", .fr = "\n"}}};
    EXPECT_EQ(parse_game_toml(write_game_toml(odd).value()).value(), odd);
}

TEST(GameToml, that_cannot_be_read_names_the_line)
{
    EXPECT_TRUE(is_refused("title = 'x'\ncolour = 'red'", "line 2: there is no 'colour'"));
    EXPECT_TRUE(is_refused("title = 'x'\ntitle = 'y'", "line 2: "));
    EXPECT_TRUE(is_refused("title = 'x'\n\nplayers 8", "line 3: "));
    EXPECT_TRUE(is_refused("title = 7", "line 1: title: expected a text"));
    EXPECT_TRUE(is_refused("title = 'x'\nkeeps = 'saves'", "line 2: keeps: expected a list"));
    EXPECT_TRUE(is_refused("title = 'x'\nkeeps = ['a', 3]", "line 2: keeps: expected a text"));
    EXPECT_TRUE(is_refused("title = 'x'\nkeeps = ['/etc']", "line 2: keeps: "));
    EXPECT_TRUE(is_refused("title = 'x'\nkeeps = ['Version.ini']", "line 2: keeps: Version.ini belongs"));
    EXPECT_TRUE(is_refused("title = 'x'\nkeeps = ['art']\ncover = 'art/c.png'", "line 2: keeps: the cover"));
    EXPECT_TRUE(is_refused("title = 'x'\ngenre = { it = 'y' }", "line 2: genre.it: expected de, en or fr"));
    EXPECT_TRUE(is_refused("title = 'x'\nstart = 'doom'", "line 2: start: "));
    EXPECT_TRUE(is_refused("title = 'x'\n[start]\nlinux = 'doom'", "line 3: start.linux: "));
    EXPECT_TRUE(is_refused("title = 'x'\n[start.amiga]\ngame = 'doom'", "line 2: start[0].platform: "));
    EXPECT_TRUE(is_refused("title = 'x'\n[start.linux]\nplay = 'doom'", "line 2: start[0].kind: "));
    EXPECT_TRUE(is_refused("title = 'x'\n[start.linux]\ngame = '/bin/sh'", "line 3: start.linux.game: "));
    EXPECT_TRUE(is_refused("title = 'x'\ncover = '../cover.png'", "line 2: cover: "));
    EXPECT_TRUE(is_refused("title = 'x'\ncover = 'Local/shot.png'", "line 2: cover: "));
    EXPECT_TRUE(is_refused("title = \"a\\u001bb\"", "line 1: title: "));
    EXPECT_TRUE(is_refused("title = \"\xff\"", "line 1: "));
    EXPECT_TRUE(is_refused(std::string_view("[\0ti\0t", 6), "line 1: "));
    for (const auto* letter : {"ä", "ﺿ", "文", "\u00a0"}) {
        EXPECT_TRUE(is_refused(std::string("title = 'x'\n") + letter + " = 1", "line 2: ")) << letter;
    }
}

TEST(GameToml, with_names_in_names_without_end_is_refused)
{
    std::string deep = "a";
    for (int i = 0; i < 30'000; ++i) {
        deep += ".a";
    }
    EXPECT_TRUE(is_refused("title = 'x'\n" + deep + " = 1", "line 2: more than 16 dots"));
    EXPECT_TRUE(is_refused("title = 'x'\n\n[" + deep + "]", "line 3: more than 16 dots"));
    EXPECT_TRUE(is_refused("title = 'x'\n'a\"'.\"\\\"\"." + deep + " = 1", "line 2: more than 16 dots"));
    const std::string dots(100, '.');
    const auto game =
        parse_game_toml("title = '" + dots + "' # " + dots + "\npublisher = \"\\\"" + dots +
                        "\"\nreadme = \"\"\"\n\"\\\"" + dots + "\n" + dots + "\"\"\"\nrelease = ''");
    ASSERT_TRUE(game) << game.error().message;
    EXPECT_EQ(game->facts.title, dots);
}

TEST(GameToml, that_is_too_large_is_refused)
{
    EXPECT_TRUE(is_refused("title = 'x'\n#" + std::string(max_game_toml_size, '.'), "more than"));
    EXPECT_TRUE(is_refused("title = '" + std::string(300, 'x') + "'", "line 1: title: "));
    EXPECT_TRUE(
        is_refused("title = 'x'\nkeeps = " + std::string(40, '[') + std::string(40, ']'), "line 2: "));
    // 60 KB of the file, but each quote costs two bytes in JSON.
    std::string texts = "title = 'x'\n";
    for (const std::string_view language : {"de", "en", "fr"}) {
        texts += "readme." + std::string(language) + " = '" + std::string(16'000, '"') + "'\n";
    }
    EXPECT_TRUE(is_refused(texts, "all of it together"));
}

}  // namespace lanspread::facts
