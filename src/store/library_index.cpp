#include "store/library_index.h"

#include <optional>

#include "base/log.h"
#include "store/query.h"

namespace lanspread::store {

namespace {

/// The columns are: games_folder, game, content, fingerprint, damage.
std::optional<IndexedGame> parse(SQLite::Statement& row)
{
    IndexedGame indexed;
    auto game = GameId::parse(row.getColumn(1).getString());
    if (!game || !read_digest(row.getColumn(2), indexed.content)) {
        return std::nullopt;
    }
    indexed.games_folder = row.getColumn(0).getString();
    indexed.game = std::move(*game);
    indexed.fingerprint = bytes_of(row.getColumn(3));
    indexed.damage = row.getColumn(4).getString();
    return indexed;
}

}  // namespace

Result<void> LibraryIndex::save(const IndexedGame& game)
{
    return query(database_, [&](SQLite::Database& connection) -> Result<void> {
        SQLite::Statement statement(
            connection,
            "INSERT OR REPLACE INTO library (games_folder, game, content, fingerprint, "
            "damage) VALUES (?, ?, ?, ?, ?)");
        bind_bytes(statement, 1, as_bytes(game.games_folder.native()));
        statement.bind(2, game.game.text());
        bind_bytes(statement, 3, game.content.bytes);
        bind_bytes(statement, 4, game.fingerprint);
        statement.bind(5, game.damage);
        statement.exec();
        return {};
    });
}

Result<std::vector<IndexedGame>> LibraryIndex::load_all()
{
    return query(database_, [](SQLite::Database& connection) -> Result<std::vector<IndexedGame>> {
        SQLite::Statement rows(connection,
                               "SELECT games_folder, game, content, fingerprint, damage FROM library");
        std::vector<IndexedGame> games;
        while (rows.executeStep()) {
            if (auto game = parse(rows)) {
                games.push_back(std::move(*game));
            } else {
                log::warning("store", "a game in state.db cannot be read; it will be hashed again");
            }
        }
        return games;
    });
}

Result<void> LibraryIndex::remove(const std::filesystem::path& games_folder, const GameId& game)
{
    return query(database_, [&](SQLite::Database& connection) -> Result<void> {
        SQLite::Statement statement(connection, "DELETE FROM library WHERE games_folder = ? AND game = ?");
        bind_bytes(statement, 1, as_bytes(games_folder.native()));
        statement.bind(2, game.text());
        statement.exec();
        return {};
    });
}

}  // namespace lanspread::store
