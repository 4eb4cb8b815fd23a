#pragma once

#include <filesystem>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include "base/game_id.h"

/// For tests: catalogs as people have them, and as nobody should.
namespace lanspread::catalog::testing {

inline constexpr auto eti_schema = R"(
    CREATE TABLE games (game_id TEXT, db_id INTEGER PRIMARY KEY, game_title TEXT, game_key TEXT, game_release TEXT,
        game_publisher TEXT, game_size NUMERIC, game_readme_de TEXT, game_readme_en TEXT, game_readme_fr TEXT,
        game_maxplayers INTEGER, game_master_req INTEGER, genre_id INTEGER, game_version TEXT);
    CREATE TABLE genre (genre_id INTEGER PRIMARY KEY, genre_de TEXT, genre_en TEXT, genre_fr TEXT);
    CREATE TABLE discarded (del_id INTEGER PRIMARY KEY, game_id TEXT, game_key INTEGER);
    CREATE TABLE tools (tool_id TEXT, db_id INTEGER PRIMARY KEY, tool_name TEXT, tool_key TEXT);
)";

/// Makes a database, or goes on with one, by running `sql` in it.
inline void run_sql(const std::filesystem::path& file, const std::string& sql)
{
    SQLite::Database database(file.native(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec(sql);
}

/// A statement that adds a game with an id, a title and nothing else.
inline std::string insert_game(const std::string& id, const std::string& title)
{
    return "INSERT INTO games (game_id, game_title) VALUES ('" + id + "', '" + title + "');";
}

inline GameId id_of(std::string_view text)
{
    auto id = GameId::parse(text);
    EXPECT_TRUE(id) << text;
    return id ? *id : GameId();
}

}  // namespace lanspread::catalog::testing
