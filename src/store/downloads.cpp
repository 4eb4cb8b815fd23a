#include "store/downloads.h"

#include <optional>

#include "base/log.h"
#include "store/query.h"

namespace lanspread::store {

namespace {

std::optional<DownloadState> parse_state(std::int64_t number)
{
    switch (number) {
        case static_cast<std::int64_t>(DownloadState::running): return DownloadState::running;
        case static_cast<std::int64_t>(DownloadState::finishing): return DownloadState::finishing;
        case static_cast<std::int64_t>(DownloadState::stopped): return DownloadState::stopped;
        default: return std::nullopt;
    }
}

/// The columns are: content, game, version, games_folder, state, verified, created_ms.
std::optional<DownloadRecord> parse(SQLite::Statement& row)
{
    DownloadRecord record;
    auto game = GameId::parse(row.getColumn(1).getString());
    const auto state = parse_state(row.getColumn(4).getInt64());
    if (!read_digest(row.getColumn(0), record.content) || !game || !state) {
        return std::nullopt;
    }
    record.game = std::move(*game);
    record.version = row.getColumn(2).getString();
    record.games_folder = row.getColumn(3).getString();
    record.state = *state;
    record.verified = bytes_of(row.getColumn(5));
    record.created_ms = row.getColumn(6).getInt64();
    return record;
}

Result<void> expect_one_row(int rows)
{
    return rows == 1 ? Result<void>() : fail(ErrorCode::not_found, "no such download in state.db");
}

}  // namespace

Result<void> Downloads::save(const DownloadRecord& record)
{
    return query(database_, [&](SQLite::Database& connection) -> Result<void> {
        SQLite::Statement statement(
            connection,
            "INSERT OR REPLACE INTO downloads (content, game, version, games_folder, state, verified, "
            "created_ms) VALUES (?, ?, ?, ?, ?, ?, ?)");
        bind_bytes(statement, 1, record.content.bytes);
        statement.bind(2, record.game.text());
        statement.bind(3, record.version);
        bind_bytes(statement, 4, as_bytes(record.games_folder.native()));
        statement.bind(5, static_cast<std::int64_t>(record.state));
        bind_bytes(statement, 6, record.verified);
        statement.bind(7, record.created_ms);
        statement.exec();
        return {};
    });
}

Result<std::vector<DownloadRecord>> Downloads::load_all()
{
    return query(database_, [](SQLite::Database& connection) -> Result<std::vector<DownloadRecord>> {
        SQLite::Statement rows(connection,
                               "SELECT content, game, version, games_folder, state, verified, created_ms "
                               "FROM downloads ORDER BY created_ms, content");
        std::vector<DownloadRecord> records;
        while (rows.executeStep()) {
            if (auto record = parse(rows)) {
                records.push_back(std::move(*record));
            } else {
                log::warning("store", "a download in state.db cannot be read and is left out");
            }
        }
        return records;
    });
}

Result<void> Downloads::set_verified(const ContentId& content, ByteSpan bitmap)
{
    return query(database_, [&](SQLite::Database& connection) {
        SQLite::Statement statement(connection, "UPDATE downloads SET verified = ? WHERE content = ?");
        bind_bytes(statement, 1, bitmap);
        bind_bytes(statement, 2, content.bytes);
        return expect_one_row(statement.exec());
    });
}

Result<void> Downloads::set_state(const ContentId& content, DownloadState state)
{
    return query(database_, [&](SQLite::Database& connection) {
        SQLite::Statement statement(connection, "UPDATE downloads SET state = ? WHERE content = ?");
        statement.bind(1, static_cast<std::int64_t>(state));
        bind_bytes(statement, 2, content.bytes);
        return expect_one_row(statement.exec());
    });
}

Result<void> Downloads::remove(const ContentId& content)
{
    return query(database_, [&](SQLite::Database& connection) -> Result<void> {
        SQLite::Statement statement(connection, "DELETE FROM downloads WHERE content = ?");
        bind_bytes(statement, 1, content.bytes);
        statement.exec();
        return {};
    });
}

}  // namespace lanspread::store
