#pragma once

#include <filesystem>
#include <memory>

#include "base/error.h"

namespace SQLite {
class Database;
}

namespace lanspread::store {

/// `state.db`: what must survive a restart. One SQLite file in WAL mode; every commit is synced (synchronous
/// = FULL), for a handful of commits a second costs nothing and whoever was told "saved" may rely on it after
/// a power cut.
///
/// What stands in it goes through rooms (Manifests, LibraryIndex, Downloads, Settings), each a cheap handle
/// on a Database that outlives it. The database and its rooms belong to one thread at a time and they block:
/// the owner has a pool of one thread for them, and everybody comes by `offload`.
class Database {
public:
    /// Opens or makes the file, and brings an older schema up to date. Errors say what to do: another
    /// version's file, a damaged file, no right to write.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    [[nodiscard]] const std::filesystem::path& file() const { return file_; }
    /// The connection, for the rooms.
    [[nodiscard]] SQLite::Database& connection() { return *connection_; }

private:
    Database(std::filesystem::path file, std::unique_ptr<SQLite::Database> connection);

    std::filesystem::path file_;
    std::unique_ptr<SQLite::Database> connection_;
};

}  // namespace lanspread::store
