#include "lanspread/games_output.h"

#include <gtest/gtest.h>

#include "base/utf8.h"

namespace lanspread::cli {
namespace {

using runtime::Download;
using runtime::Game;

Game doom()
{
    return {.id = "doom3",
            .title = "Doom 3",
            .players = "4 (+ 2 CPU)",
            .genre = "Shooter",
            .local_state = "absent",
            .size = 2'700'000'000,
            .current_version = "20240101",
            .current_by = "most_peers",
            .get_version = "20240101",
            .versions = {{.version = "20240101",
                          .content = std::string(64, 'a'),
                          .size = 2'700'000'000,
                          .files = 12,
                          .peers = {"anna", "bert", "carl", "dora", "emil"},
                          .current = true}}};
}

TEST(GamesOutput, is_a_table_that_names_who_has_a_game_where_there_is_room)
{
    EXPECT_EQ(games_text({doom()}, 120),
              "TITLE   ID     VERSION   SIZE     PLAYERS      PEERS                 STATE\n"
              "Doom 3  doom3  20240101  2.70 GB  4 (+ 2 CPU)  anna, bert, carl, +2  Get\n");
    EXPECT_EQ(games_text({doom()}, 80),
              "TITLE   ID     VERSION   SIZE     PLAYERS      PEERS  STATE\n"
              "Doom 3  doom3  20240101  2.70 GB  4 (+ 2 CPU)  5      Get\n");
}

TEST(GamesOutput, fits_the_terminal_with_the_longest_of_titles)
{
    auto game = doom();
    game.title = "The Extraordinarily Long Adventures of Somebody in a Place: Game of the Year Edition";
    game.id = std::string(64, 'x');
    game.downloads = {{.state = "running", .bytes_done = 43, .bytes_total = 100}};
    for (const std::size_t width : {80U, 120U}) {
        const auto text = games_text({game, doom()}, width);
        std::size_t start = 0;
        for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', start)) {
            EXPECT_LE(columns_of(std::string_view(text).substr(start, end - start)), width);
            start = end + 1;
        }
        EXPECT_TRUE(text.contains("Downloading 43 %")) << text;
    }
}

struct StateRow {
    std::string expected;
    void (*change)(Game& game);
};

TEST(GamesOutput, says_where_a_game_stands)
{
    const StateRow rows[] = {
        {"Get", [](Game&) {}},
        {"Nobody has all",
         [](Game& game) { game.versions[0].partial_peers = std::exchange(game.versions[0].peers, {}); }},
        {"Nobody has it",
         [](Game& game) {
             game.versions.clear();
             game.get_version.clear();
         }},
        {"Downloaded", [](Game& game) { game.local = true; }},
        {"Installed", [](Game& game) { game.local = game.installed = true; }},
        {"Installed only", [](Game& game) { game.installed = true; }},
        {"Update 20240101",
         [](Game& game) {
             game.local = true;
             game.update = "newer";
         }},
        {"Update (other bytes)",
         [](Game& game) {
             game.local = true;
             game.update = "other_bytes";
         }},
        {"Damaged", [](Game& game) { game.local_state = "damaged"; }},
        {"Folder missing", [](Game& game) { game.local_state = "folder_missing"; }},
        {"Not shared", [](Game& game) { game.local_state = "not_shared"; }},
        {"Downloading 43 %",
         [](Game& game) { game.downloads = {{.state = "running", .bytes_done = 43, .bytes_total = 100}}; }},
        {"Paused 43 %",
         [](Game& game) { game.downloads = {{.state = "paused", .bytes_done = 43, .bytes_total = 100}}; }},
        {"Queued", [](Game& game) { game.downloads = {{.state = "queued"}}; }},
        {"Failed", [](Game& game) { game.downloads = {{.state = "failed"}}; }},
        {"Downloaded",
         [](Game& game) {
             game.local = true;
             game.downloads = {{.state = "done"}};
         }},
        {"Repairing 43 %",
         [](Game& game) {
             game.operation = "repairing";
             game.downloads = {{.state = "running", .bytes_done = 43, .bytes_total = 100, .repair = true}};
         }},
        {"Repairing",
         [](Game& game) {
             // Of another version, while the one that is here is read.
             game.operation = "repairing";
             game.downloads = {{.state = "running", .bytes_done = 43, .bytes_total = 100}};
         }},
        {"Waits for a source 43 %",
         [](Game& game) {
             game.operation = "repairing";
             game.downloads = {
                 {.state = "waiting_for_source", .bytes_done = 43, .bytes_total = 100, .repair = true}};
         }},
        {"Verifying",
         [](Game& game) {
             game.local = true;
             game.operation = "verifying";
         }},
        {"Removing",
         [](Game& game) {
             game.local = true;
             game.operation = "removing";
         }},
    };
    for (const auto& row : rows) {
        auto game = doom();
        row.change(game);
        EXPECT_EQ(state_word(game), row.expected);
    }
}

TEST(GamesOutput, tells_all_of_a_game_on_its_page)
{
    auto game = doom();
    game.publisher = "id";
    game.facts_from = "catalog";
    game.versions[0].holders = {{.name = "bert", .complete = true, .bytes_per_second = 5e6},
                                {.name = "anna", .complete = true},
                                {.name = "zoe"}};
    game.about = {.readme = "Run.\nShoot.", .start = {{"linux", "game", "./doom.sh"}}, .keeps = {"saves"}};
    EXPECT_EQ(game_text(game),
              "title         Doom 3\n"
              "id            doom3\n"
              "genre         Shooter\n"
              "players       4 (+ 2 CPU)\n"
              "publisher     id\n"
              "told by       catalog\n"
              "state         Get\n"
              "here          no\n"
              "current       20240101, held by 5 of 5 that have the game\n"
              "size          2.70 GB\n"
              "trust         unsigned, from anna, bert, carl, dora, emil\n"
              "start         game (linux): ./doom.sh\n"
              "keeps         saves\n"
              "\n"
              "VERSION   CURRENT  HERE  SIZE     FILES  CONTENT       COMPLETE AT             IN PART AT\n"
              "20240101  yes            2.70 GB  12     aaaaaaaaaaaa  anna, bert (5.00 MB/s)  zoe\n"
              "\n"
              "Run.\nShoot.\n");
}

TEST(GamesOutput, says_why_a_version_is_current_and_that_nobody_has_it)
{
    auto game = doom();
    game.current_by = "catalog";
    EXPECT_TRUE(game_text(game).contains("20240101, so the catalog says\n"));
    game.current_version = "20250101";
    game.versions[0].current = false;
    EXPECT_TRUE(game_text(game).contains("20250101, so the catalog says; nobody here has it\n"));
    game.update = "newer";
    EXPECT_TRUE(game_text(game).contains("lanspread get doom3")) << game_text(game);
}

TEST(GamesOutput, lets_no_text_of_others_reach_the_terminal_as_it_is)
{
    const std::string evil = "evil\x1b[2J\u202e";
    auto game = doom();
    game.title = game.publisher = game.genre = game.players = game.release = evil;
    game.versions[0].peers = {evil};
    game.versions[0].holders = {{.name = evil, .complete = true}};
    game.about = {.readme = evil + "\n" + evil, .start = {{evil, evil, evil}}, .keeps = {evil}};
    for (const auto& text : {game_text(game), games_text({game}, {}),
                             removed_text({.title = evil, .path = evil, .left_count = 1, .left = {evil}})}) {
        EXPECT_FALSE(text.contains('\x1b')) << text;
        EXPECT_FALSE(text.contains("\u202e")) << text;
        EXPECT_TRUE(text.contains("evil")) << text;
    }
}

TEST(GamesOutput, names_what_a_removal_left)
{
    EXPECT_EQ(removed_text({.game = "doom",
                            .title = "Doom",
                            .version = "20240101",
                            .path = "/games/doom",
                            .bytes_freed = 2000,
                            .files_removed = 1,
                            .left_count = 3,
                            .left = {"mine.map", "saves/1"}}),
              "Doom 20240101: 1 file with 2.00 kB were removed from /games/doom\n"
              "left there    mine.map\n"
              "left there    saves/1\n"
              "              and 1 more\n");
}

}  // namespace
}  // namespace lanspread::cli
