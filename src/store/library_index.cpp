#include "store/library_index.h"

#include <optional>

#include "base/log.h"
#include "store/query.h"

namespace lanspread::store {

namespace {

/// A day, in ms: how exact `seen_ms` is kept, so that a start writes nothing as a rule.
constexpr std::int64_t exactness_ms = 24LL * 60 * 60 * 1000;

/// The columns are: games_folder, game, content, fingerprint, damage, seen_ms, original.
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
    indexed.seen_ms = row.getColumn(5).getInt64();
    if (!row.getColumn(6).isNull() && !read_digest(row.getColumn(6), indexed.original.emplace())) {
        return std::nullopt;
    }
    return indexed;
}

}  // namespace

Result<void> LibraryIndex::save(const IndexedGame& game)
{
    return query(database_, [&](SQLite::Database& connection) -> Result<void> {
        SQLite::Statement statement(
            connection,
            "INSERT OR REPLACE INTO library (games_folder, game, content, fingerprint, "
            "damage, seen_ms, original) VALUES (?, ?, ?, ?, ?, ?, ?)");
        bind_bytes(statement, 1, as_bytes(game.games_folder.native()));
        statement.bind(2, game.game.text());
        bind_bytes(statement, 3, game.content.bytes);
        bind_bytes(statement, 4, game.fingerprint);
        statement.bind(5, game.damage);
        statement.bind(6, game.seen_ms);
        if (game.original) {
            bind_bytes(statement, 7, game.original->bytes);
        }
        statement.exec();
        return {};
    });
}

Result<std::vector<IndexedGame>> LibraryIndex::load_all()
{
    return query(database_, [](SQLite::Database& connection) -> Result<std::vector<IndexedGame>> {
        SQLite::Statement rows(
            connection,
            "SELECT games_folder, game, content, fingerprint, damage, seen_ms, original FROM library");
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

Result<void> LibraryIndex::note_seen(const std::vector<Place>& seen, std::int64_t now_ms,
                                     std::int64_t forget_before_ms)
{
    return query(database_, [&](SQLite::Database& connection) -> Result<void> {
        SQLite::Transaction transaction(connection);
        // A clock that was ahead is set right, too.
        SQLite::Statement statement(connection,
                                    "UPDATE library SET seen_ms = ?1 WHERE games_folder = ?2 AND game = ?3 "
                                    "AND abs(seen_ms - ?1) > ?4");
        for (const auto& place : seen) {
            statement.bind(1, now_ms);
            bind_bytes(statement, 2, as_bytes(place.games_folder.native()));
            statement.bind(3, place.game.text());
            statement.bind(4, exactness_ms);
            statement.exec();
            statement.reset();
        }
        SQLite::Statement removal(connection, "DELETE FROM library WHERE seen_ms < ?");
        removal.bind(1, forget_before_ms);
        removal.exec();
        transaction.commit();
        return {};
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
