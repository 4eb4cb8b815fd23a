#include "store/database.h"

#include <array>

#include <fmt/format.h>
#include <sqlite3.h>

#include "store/query.h"

namespace lanspread::store {

namespace {

/// Step n leads from schema version n to n + 1. A step that has been released is never changed.
constexpr std::array schema_steps = {
    R"(
    CREATE TABLE manifests (
        content BLOB NOT NULL PRIMARY KEY,  -- content id, 32 bytes
        bytes BLOB NOT NULL                 -- canonical bytes (docs/manifest.md)
    ) STRICT;
    CREATE TABLE library (
        games_folder BLOB NOT NULL,         -- path, as the system writes it
        game TEXT NOT NULL,                 -- game id, the name of the root
        content BLOB NOT NULL,              -- content id of its manifest
        fingerprint BLOB NOT NULL,          -- library/fingerprint.h
        damage TEXT NOT NULL,               -- empty, or what verifying found wrong
        PRIMARY KEY (games_folder, game)
    ) STRICT;
    CREATE TABLE downloads (
        content BLOB NOT NULL PRIMARY KEY,  -- content id, 32 bytes
        game TEXT NOT NULL,
        version TEXT NOT NULL,              -- 8 digits
        games_folder BLOB NOT NULL,
        state INTEGER NOT NULL,             -- DownloadState
        verified BLOB NOT NULL,             -- bitmap of chunks that are on the disk
        created_ms INTEGER NOT NULL         -- since the Unix epoch
    ) STRICT;
    )",
    R"(
    ALTER TABLE downloads ADD COLUMN priority INTEGER NOT NULL DEFAULT 2;     -- 1 high, 2 normal, 3 low
    ALTER TABLE downloads ADD COLUMN place INTEGER NOT NULL DEFAULT 0;        -- order within the priority
    ALTER TABLE downloads ADD COLUMN bytes_verified INTEGER NOT NULL DEFAULT 0;  -- of the chunks in `verified`
    ALTER TABLE downloads ADD COLUMN bytes_total INTEGER NOT NULL DEFAULT 0;  -- 0: not known
    CREATE TABLE settings (
        name TEXT NOT NULL PRIMARY KEY,
        value INTEGER NOT NULL
    ) STRICT;
    )",
    R"(
    CREATE TABLE text_settings (
        name TEXT NOT NULL PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT;
    )",
    R"(
    CREATE TABLE removals (
        games_folder BLOB NOT NULL,         -- path, as the system writes it
        game TEXT NOT NULL,                 -- game id, the name of the root
        content BLOB NOT NULL,              -- content id of the manifest that names its files
        PRIMARY KEY (games_folder, game)
    ) STRICT;
    )",
    R"(
    ALTER TABLE library ADD COLUMN seen_ms INTEGER NOT NULL DEFAULT 0;  -- when the root was last seen
    UPDATE library SET seen_ms = 1000 * CAST(strftime('%s', 'now') AS INTEGER);
    )",
    R"(
    ALTER TABLE library ADD COLUMN original BLOB;  -- content id of what is meant to be there, where it changed
    )",
};
constexpr int schema_version = schema_steps.size();

// "lans": tells `file` and us that the database is ours (PRAGMA application_id).
constexpr int application_id = 0x6c616e73;

constexpr int busy_timeout_ms = 5000;

Error damaged(const std::filesystem::path& file, std::string_view how)
{
    return {ErrorCode::corrupt,
            fmt::format("{}: damaged, or no database ({}); move it away to start with an empty one: games "
                        "are hashed again, and partial downloads start anew",
                        file.string(), how)};
}

Result<void> prepare(SQLite::Database& connection, const std::filesystem::path& file)
{
    const int owner = connection.execAndGet("PRAGMA application_id").getInt();
    const int version = connection.execAndGet("PRAGMA user_version").getInt();
    const int objects = connection.execAndGet("SELECT count(*) FROM sqlite_schema").getInt();
    if (owner != application_id && (owner != 0 || version != 0 || objects != 0)) {
        return fail(
            ErrorCode::invalid_input,
            fmt::format("{}: a database of another program; choose another state folder", file.string()));
    }
    if (version > schema_version) {
        return fail(
            ErrorCode::invalid_input,
            fmt::format(
                "{}: written by a newer lanspread (schema {}, this one knows {}); update this program, or "
                "choose another state folder",
                file.string(), version, schema_version));
    }
    connection.exec("PRAGMA journal_mode = WAL");
    connection.exec("PRAGMA synchronous = FULL");
    connection.exec("PRAGMA foreign_keys = ON");
    // Whoever wrote the file, its schema cannot make us run functions with side effects.
    connection.exec("PRAGMA trusted_schema = OFF");
    if (version < schema_version) {
        SQLite::Transaction transaction(connection);
        for (int step = version; step < schema_version; ++step) {
            connection.exec(schema_steps[static_cast<std::size_t>(step)]);
        }
        connection.exec(fmt::format("PRAGMA application_id = {}", application_id));
        connection.exec(fmt::format("PRAGMA user_version = {}", schema_version));
        transaction.commit();
    }
    // Finds a torn page now, with a clear message, and not in the middle of a party. The manifests are left
    // out: they are large, and whoever reads one compares its hash.
    for (const std::string table : {"library", "downloads", "settings", "text_settings", "removals"}) {
        const auto verdict = connection.execAndGet("PRAGMA quick_check(" + table + ")").getString();
        if (verdict != "ok") {
            return fail(damaged(file, verdict));
        }
    }
    return {};
}

}  // namespace

Error to_error(const SQLite::Exception& exception, const std::filesystem::path& file)
{
    switch (exception.getErrorCode()) {
        case SQLITE_FULL:
            return {ErrorCode::disk_full, fmt::format("{}: the disk is full; make room", file.string())};
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB: return damaged(file, exception.what());
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
        case SQLITE_PERM:
            return {ErrorCode::io, fmt::format("{}: cannot be written ({}); check the rights of its folder",
                                               file.string(), exception.what())};
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {ErrorCode::unavailable,
                    fmt::format("{}: another program has it open ({})", file.string(), exception.what())};
        default: return {ErrorCode::io, fmt::format("{}: {}", file.string(), exception.what())};
    }
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file)
{
    try {
        auto connection = std::make_unique<SQLite::Database>(
            file.native(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, busy_timeout_ms);
        if (auto prepared = prepare(*connection, file); !prepared) {
            return fail(prepared.error());
        }
        return std::unique_ptr<Database>(new Database(file, std::move(connection)));
    } catch (const SQLite::Exception& exception) {
        return fail(to_error(exception, file));
    }
}

Database::Database(std::filesystem::path file, std::unique_ptr<SQLite::Database> connection)
    : file_(std::move(file)), connection_(std::move(connection))
{
}

Database::~Database() = default;

}  // namespace lanspread::store
