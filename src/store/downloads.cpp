#include "store/downloads.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include <fmt/format.h>

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
        case static_cast<std::int64_t>(DownloadState::paused): return DownloadState::paused;
        case static_cast<std::int64_t>(DownloadState::repairing): return DownloadState::repairing;
        default: return std::nullopt;
    }
}

/// SQLite knows no unsigned numbers; sizes of files are far below its largest.
std::int64_t to_column(std::uint64_t bytes) { return static_cast<std::int64_t>(bytes); }

std::uint64_t bytes_in(const SQLite::Column& column)
{
    return static_cast<std::uint64_t>(std::max<std::int64_t>(column.getInt64(), 0));
}

constexpr std::string_view columns =
    "content, game, version, games_folder, state, verified, created_ms, priority, place, bytes_verified, "
    "bytes_total";

/// A row of `columns`.
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
    record.priority = static_cast<std::uint8_t>(std::clamp<std::int64_t>(row.getColumn(7).getInt64(), 1, 3));
    record.place = row.getColumn(8).getInt64();
    record.bytes_total = bytes_in(row.getColumn(10));
    record.bytes_verified = std::min(bytes_in(row.getColumn(9)), record.bytes_total);
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
            fmt::format("INSERT OR REPLACE INTO downloads ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        columns));
        bind_bytes(statement, 1, record.content.bytes);
        statement.bind(2, record.game.text());
        statement.bind(3, record.version);
        bind_bytes(statement, 4, as_bytes(record.games_folder.native()));
        statement.bind(5, static_cast<std::int64_t>(record.state));
        bind_bytes(statement, 6, record.verified);
        statement.bind(7, record.created_ms);
        statement.bind(8, record.priority);
        statement.bind(9, record.place);
        statement.bind(10, to_column(record.bytes_verified));
        statement.bind(11, to_column(record.bytes_total));
        statement.exec();
        return {};
    });
}

Result<std::vector<DownloadRecord>> Downloads::load_all()
{
    return query(database_, [](SQLite::Database& connection) -> Result<std::vector<DownloadRecord>> {
        SQLite::Statement rows(
            connection,
            fmt::format("SELECT {} FROM downloads ORDER BY priority, place, created_ms, content", columns));
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

Result<void> Downloads::set_verified(const ContentId& content, ByteSpan bitmap, std::uint64_t bytes_verified,
                                     std::uint64_t bytes_total)
{
    return query(database_, [&](SQLite::Database& connection) {
        SQLite::Statement statement(
            connection,
            "UPDATE downloads SET verified = ?, bytes_verified = ?, bytes_total = ? WHERE content = ?");
        bind_bytes(statement, 1, bitmap);
        statement.bind(2, to_column(bytes_verified));
        statement.bind(3, to_column(bytes_total));
        bind_bytes(statement, 4, content.bytes);
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

Result<void> Downloads::set_places(const std::vector<QueuePlace>& places)
{
    return query(database_, [&](SQLite::Database& connection) -> Result<void> {
        SQLite::Transaction transaction(connection);
        SQLite::Statement statement(connection,
                                    "UPDATE downloads SET priority = ?, place = ? WHERE content = ?");
        for (const auto& place : places) {
            statement.bind(1, place.priority);
            statement.bind(2, place.place);
            bind_bytes(statement, 3, place.content.bytes);
            statement.exec();
            statement.reset();
        }
        transaction.commit();
        return {};
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
