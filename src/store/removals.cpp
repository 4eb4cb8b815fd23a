#include "store/removals.h"

#include "base/log.h"
#include "store/query.h"

namespace lanspread::store {

Result<void> Removals::save(const RemovalRecord& record)
{
    return query(database_, [&](SQLite::Database& connection) -> Result<void> {
        SQLite::Statement statement(
            connection, "INSERT OR REPLACE INTO removals (games_folder, game, content) VALUES (?, ?, ?)");
        bind_bytes(statement, 1, as_bytes(record.games_folder.native()));
        statement.bind(2, record.game.text());
        bind_bytes(statement, 3, record.content.bytes);
        statement.exec();
        return {};
    });
}

Result<std::vector<RemovalRecord>> Removals::load_all()
{
    return query(database_, [](SQLite::Database& connection) -> Result<std::vector<RemovalRecord>> {
        SQLite::Statement rows(connection, "SELECT games_folder, game, content FROM removals");
        std::vector<RemovalRecord> records;
        while (rows.executeStep()) {
            RemovalRecord record{.games_folder = rows.getColumn(0).getString(), .game = {}, .content = {}};
            auto game = GameId::parse(rows.getColumn(1).getString());
            if (game && read_digest(rows.getColumn(2), record.content)) {
                record.game = std::move(*game);
                records.push_back(std::move(record));
            } else {
                log::warning("store", "a removal in state.db cannot be read; it is not gone on with");
            }
        }
        return records;
    });
}

Result<void> Removals::remove(const GameId& game)
{
    return query(database_, [&](SQLite::Database& connection) -> Result<void> {
        SQLite::Statement statement(connection, "DELETE FROM removals WHERE game = ?");
        statement.bind(1, game.text());
        statement.exec();
        return {};
    });
}

}  // namespace lanspread::store
