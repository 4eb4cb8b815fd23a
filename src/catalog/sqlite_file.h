#pragma once

#include <filesystem>
#include <memory>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/error.h"

namespace SQLite {
class Database;
}

namespace lanspread::catalog {

/// A SQLite file of unknown origin, open for reading, with everything off that the file could make us do. For
/// one thread, briefly.
class SqliteFile {
public:
    /// Statements fail once `deadline` has passed.
    [[nodiscard]] static Result<std::unique_ptr<SqliteFile>> open(const std::filesystem::path& file,
                                                                  TimePoint deadline);
    ~SqliteFile();
    SqliteFile(const SqliteFile&) = delete;
    SqliteFile& operator=(const SqliteFile&) = delete;

    [[nodiscard]] SQLite::Database& connection() { return *connection_; }
    /// The columns of a table, in lower case; empty where there is no such table. Views and virtual tables
    /// are none. May throw SQLite::Exception, as whatever uses the connection may.
    [[nodiscard]] std::set<std::string> columns(const std::string& table);

private:
    SqliteFile(std::unique_ptr<SQLite::Database> connection, TimePoint deadline);
    void harden();

    TimePoint deadline_;
    std::unique_ptr<SQLite::Database> connection_;
};

}  // namespace lanspread::catalog
