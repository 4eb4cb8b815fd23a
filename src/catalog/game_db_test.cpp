#include "catalog/game_db.h"

#include <sys/stat.h>

#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "catalog/testing.h"
#include "platform/temporary_folder.h"
#include "wire/codec.h"

namespace lanspread::catalog {

using testing::eti_schema;
using testing::id_of;
using testing::insert_game;
using testing::run_sql;

class GameDbFile : public ::testing::Test {
protected:
    /// What is read of an ETI catalog in which `sql` was run.
    GameDb read(const std::string& sql)
    {
        run_sql(file, eti_schema + sql);
        auto games = read_game_db(file);
        EXPECT_TRUE(games) << games.error().message;
        return games ? std::move(*games) : GameDb();
    }

    /// The names of what lies in the folder.
    [[nodiscard]] std::vector<std::string> names() const
    {
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
            found.push_back(entry.path().filename().string());
        }
        std::ranges::sort(found);
        return found;
    }

    void write(std::string_view bytes) const { std::ofstream(file, std::ios::binary) << bytes; }

    platform::TemporaryFolder folder;
    std::filesystem::path file = folder.path() / "game.db";
};

TEST_F(GameDbFile, tells_all_of_a_game)
{
    const auto db = read(
        "INSERT INTO genre VALUES (2, 'Ego-Shooter', 'First-person shooter', 'Tir subjectif');"
        "INSERT INTO games VALUES ('quake3', 1, 'Quake III Arena', 'BSECRET', '1999', 'id Software', 0.91,"
        "'Der Klassiker.<br>Schnell.', 'The classic.', 'Le classique.', '16', 0, 2, '20231224');");
    ASSERT_EQ(db.games.size(), 1);
    const auto& game = db.games.at(id_of("quake3"));
    EXPECT_EQ(game.version, "20231224");
    EXPECT_EQ(game.size, 910'000'000);
    EXPECT_EQ(game.facts.title, "Quake III Arena");
    EXPECT_EQ(game.facts.publisher, "id Software");
    EXPECT_EQ(game.facts.release, "1999");
    EXPECT_EQ(game.facts.max_players, 16);
    EXPECT_EQ(game.facts.genre.fr, "Tir subjectif");
    EXPECT_EQ(game.facts.readme.de, "Der Klassiker.\nSchnell.");
    EXPECT_EQ(db.left_out, 0);
}

TEST_F(GameDbFile, never_tells_the_key)
{
    const auto db =
        read("INSERT INTO games (game_id, game_title, game_key) VALUES ('quake3', 'Quake', 'BSECRETKEY');");
    const auto text = wire::encode(db.games.at(id_of("quake3")).facts);
    ASSERT_TRUE(text);
    EXPECT_FALSE(text->contains("BSECRETKEY"));
}

TEST_F(GameDbFile, makes_do_with_nulls_everywhere)
{
    const auto db =
        read("INSERT INTO games (game_id) VALUES ('bare'); INSERT INTO games (game_id) VALUES (NULL);");
    ASSERT_EQ(db.games.size(), 1);
    EXPECT_EQ(db.games.at(id_of("bare")).facts, (wire::GameFacts{.title = "bare"}));
    EXPECT_EQ(db.left_out, 1);
}

TEST_F(GameDbFile, leaves_out_ids_that_cannot_be_folders)
{
    const auto db = read(insert_game("../evil", "x") + insert_game("/etc", "x") + insert_game("con", "x") +
                         insert_game("a\\b", "x") + insert_game("", "x") + insert_game(" good ", "y"));
    ASSERT_EQ(db.games.size(), 1);
    EXPECT_TRUE(db.games.contains(id_of("good")));
    EXPECT_EQ(db.left_out, 5);
    EXPECT_TRUE(db.first_reason.contains("../evil")) << db.first_reason;
}

TEST_F(GameDbFile, takes_the_first_of_ids_that_differ_only_in_case)
{
    const auto db =
        read(insert_game("Quake", "first") + insert_game("quake", "second") + insert_game("QUAKE", "third"));
    ASSERT_EQ(db.games.size(), 1);
    EXPECT_EQ(db.games.begin()->second.facts.title, "first");
    EXPECT_EQ(db.left_out, 2);
}

TEST_F(GameDbFile, leaves_out_what_was_discarded_and_counts_it_as_no_mistake)
{
    const auto db = read(insert_game("old", "x") + insert_game("new", "y") +
                         "INSERT INTO discarded VALUES (1, 'old', 7), (2, NULL, NULL);");
    ASSERT_EQ(db.games.size(), 1);
    EXPECT_TRUE(db.games.contains(id_of("new")));
    EXPECT_EQ(db.left_out, 0);
}

TEST_F(GameDbFile, knows_a_genre_whether_its_id_is_a_number_or_a_text)
{
    run_sql(file,
            "CREATE TABLE games (game_id, game_title, genre_id); CREATE TABLE genre (genre_id, genre_de, "
            "genre_en);"
            "INSERT INTO genre VALUES ('3', 'Rennen', 'Racing'), (4.0, 'Sport', NULL);"
            "INSERT INTO games VALUES ('a', 'A', 3), ('b', 'B', '4'), ('c', 'C', 99), ('d', 'D', NULL);");
    const auto db = read_game_db(file);
    ASSERT_TRUE(db);
    EXPECT_EQ(db->games.at(id_of("a")).facts.genre.en, "Racing");
    EXPECT_EQ(db->games.at(id_of("b")).facts.genre.de, "Sport");
    EXPECT_EQ(db->games.at(id_of("c")).facts.genre, wire::LocalText());
    EXPECT_EQ(db->games.at(id_of("d")).facts.genre, wire::LocalText());
}

TEST_F(GameDbFile, makes_do_without_columns_and_tables_that_are_missing)
{
    run_sql(file, "CREATE TABLE games (game_id TEXT); INSERT INTO games VALUES ('alone');");
    const auto db = read_game_db(file);
    ASSERT_TRUE(db) << db.error().message;
    EXPECT_EQ(db->games.at(id_of("alone")).facts.title, "alone");
}

TEST_F(GameDbFile, takes_numbers_for_texts_and_texts_for_numbers)
{
    run_sql(
        file,
        "CREATE TABLE games (game_id, game_title, game_release, game_size, game_maxplayers, game_version);"
        "INSERT INTO games VALUES (1701, 42, 1999.0, '4,5', '2 (+ 6 CPU)', 20200101);");
    const auto db = read_game_db(file);
    ASSERT_TRUE(db);
    const auto& game = db->games.at(id_of("1701"));
    EXPECT_EQ(game.facts.title, "42");
    EXPECT_EQ(game.facts.release, "1999");
    EXPECT_EQ(game.size, 4'500'000'000);
    EXPECT_EQ(game.facts.players, "2 (+ 6 CPU)");
    EXPECT_EQ(game.facts.max_players, 2);
    EXPECT_EQ(game.version, "20200101");
}

TEST_F(GameDbFile, reads_latin_1_and_broken_utf_8)
{
    const auto db = read(
        "INSERT INTO games (game_id, game_title, game_readme_de) VALUES"
        "('siedler', CAST(X'53696564FC72' AS TEXT), X'C3');");
    const auto& facts = db.games.at(id_of("siedler")).facts;
    EXPECT_EQ(facts.title, "Siedür");
    EXPECT_EQ(facts.readme.de, "Ã");
}

TEST_F(GameDbFile, cuts_texts_so_that_the_facts_can_be_sent)
{
    const auto db = read(
        "INSERT INTO games (game_id, game_title, game_readme_de, game_readme_en, game_readme_fr)"
        "VALUES ('long', printf('%.*c', 100000, 'x'), printf('%.*c', 1000000, '\"'),"
        "printf('%.*c', 1000000, '\"'), printf('%.*c', 1000000, '\"'));");
    const auto& facts = db.games.at(id_of("long")).facts;
    EXPECT_EQ(facts.title.size(), wire::max_title_size);
    EXPECT_FALSE(facts.readme.fr.empty());
    EXPECT_TRUE(wire::check(facts));
    EXPECT_TRUE(wire::encode(facts, wire::max_facts_size));
}

TEST_F(GameDbFile, leaves_room_for_a_cover_in_the_facts_whatever_the_texts)
{
    // One of these lengths lies just below the limit.
    std::string games = "BEGIN;";
    for (int length = 16'080; length < 16'384; length += 16) {
        games += fmt::format(
            "INSERT INTO games (game_id, game_title, game_readme_de, game_readme_en, game_readme_fr) VALUES "
            "('g{0}', "
            "printf('%.*c', 256, '\"'), printf('%.*c', {0}, 'x'), printf('%.*c', {0}, 'x'), printf('%.*c', "
            "{0}, '\"'));",
            length);
    }
    auto db = read(games + "COMMIT;");
    ASSERT_EQ(db.games.size(), 19);
    for (auto& [id, game] : db.games) {
        game.facts.cover = wire::CoverRef{.size = wire::max_cover_size, .format = "jpg"};
        EXPECT_TRUE(wire::encode(game.facts, wire::max_facts_size)) << id.text();
    }
}

TEST_F(GameDbFile, says_that_a_file_is_missing)
{
    const auto db = read_game_db(file);
    ASSERT_FALSE(db);
    EXPECT_EQ(db.error().code, ErrorCode::not_found);
    EXPECT_TRUE(names().empty());
}

TEST_F(GameDbFile, says_that_a_file_is_no_database)
{
    for (const std::string_view bytes : {"", "SQLite format 3", "PK\x03\x04 and a hundred bytes more"}) {
        write(bytes);
        const auto db = read_game_db(file);
        ASSERT_FALSE(db);
        EXPECT_EQ(db.error().code, ErrorCode::invalid_input);
        EXPECT_TRUE(db.error().message.contains(file.string())) << db.error().message;
    }
}

TEST_F(GameDbFile, says_that_a_database_is_of_something_else)
{
    run_sql(file, "CREATE TABLE bookmarks (url TEXT);");
    const auto db = read_game_db(file);
    ASSERT_FALSE(db);
    EXPECT_TRUE(db.error().message.contains("something else")) << db.error().message;
}

TEST_F(GameDbFile, takes_no_view_for_its_games)
{
    run_sql(file,
            "CREATE VIEW games AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
            "SELECT i AS game_id FROM n;");
    const auto db = read_game_db(file);
    ASSERT_FALSE(db);
    EXPECT_TRUE(db.error().message.contains("no table games")) << db.error().message;
}

TEST_F(GameDbFile, says_that_a_file_is_damaged)
{
    std::string many;
    for (int i = 0; i < 500; ++i) {
        many += insert_game("game" + std::to_string(i), std::string(200, 'x'));
    }
    run_sql(file, eti_schema + ("BEGIN;" + many + "COMMIT;"));
    std::filesystem::resize_file(file, 8192);
    const auto db = read_game_db(file);
    ASSERT_FALSE(db);
    EXPECT_EQ(db.error().code, ErrorCode::corrupt);
}

TEST_F(GameDbFile, says_that_another_program_is_writing_it)
{
    run_sql(file, eti_schema + insert_game("quake", "Quake"));
    SQLite::Database writer(file.native(), SQLite::OPEN_READWRITE);
    writer.exec("BEGIN EXCLUSIVE");
    const auto db = read_game_db(file);
    ASSERT_FALSE(db);
    EXPECT_EQ(db.error().code, ErrorCode::unavailable);
    writer.exec("COMMIT");
    EXPECT_TRUE(read_game_db(file));
}

TEST_F(GameDbFile, makes_no_file_beside_it)
{
    read(insert_game("quake", "Quake"));
    EXPECT_EQ(names(), (std::vector<std::string>{"game.db"}));
    run_sql(file, "PRAGMA journal_mode = WAL; " + insert_game("doom", "Doom"));
    const auto db = read_game_db(file);
    ASSERT_TRUE(db) << db.error().message;
    EXPECT_EQ(db->games.size(), 2);
    EXPECT_EQ(names(), (std::vector<std::string>{"game.db"}));
}

TEST_F(GameDbFile, reads_what_another_program_has_only_written_to_the_log_so_far)
{
    run_sql(file, std::string("PRAGMA journal_mode = WAL; ") + eti_schema);
    SQLite::Database writer(file.native(), SQLite::OPEN_READWRITE);
    writer.exec(insert_game("quake", "Quake"));
    const auto before = names();
    const auto db = read_game_db(file);
    ASSERT_TRUE(db) << db.error().message;
    EXPECT_EQ(db->games.size(), 1);
    EXPECT_EQ(names(), before);
}

TEST_F(GameDbFile, is_read_in_a_folder_that_cannot_be_written)
{
    run_sql(file, std::string("PRAGMA journal_mode = WAL; ") + eti_schema + insert_game("quake", "Quake"));
    std::filesystem::permissions(folder.path(),
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
    const auto db = read_game_db(file);
    std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
    ASSERT_TRUE(db) << db.error().message;
    EXPECT_EQ(db->games.size(), 1);
}

TEST_F(GameDbFile, has_a_name_that_no_uri_would_take)
{
    file = folder.path() / "my games?mode=rwc&x=%41#\xC3\xA4.db";
    EXPECT_EQ(read(insert_game("quake", "Quake")).games.size(), 1);
}

TEST_F(GameDbFile, is_no_pipe_and_no_folder)
{
    std::filesystem::create_directory(file);
    EXPECT_FALSE(read_game_db(file));
    std::filesystem::remove(file);
    ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
    EXPECT_FALSE(read_game_db(file)) << "and it does not wait for a writer";
}

}  // namespace lanspread::catalog
