#include "store/settings.h"

#include "store/query.h"

namespace lanspread::store {

Result<void> Settings::set(std::string_view key, std::string_view value)
{
    return query(database_, [&](SQLite::Database& connection) -> Result<void> {
        SQLite::Statement statement(connection, "INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)");
        statement.bind(1, std::string(key));
        statement.bind(2, std::string(value));
        statement.exec();
        return {};
    });
}

Result<std::optional<std::string>> Settings::get(std::string_view key)
{
    return query(database_, [&](SQLite::Database& connection) -> Result<std::optional<std::string>> {
        SQLite::Statement statement(connection, "SELECT value FROM settings WHERE key = ?");
        statement.bind(1, std::string(key));
        return statement.executeStep() ? std::optional(statement.getColumn(0).getString()) : std::nullopt;
    });
}

Result<void> Settings::remove(std::string_view key)
{
    return query(database_, [&](SQLite::Database& connection) -> Result<void> {
        SQLite::Statement statement(connection, "DELETE FROM settings WHERE key = ?");
        statement.bind(1, std::string(key));
        statement.exec();
        return {};
    });
}

}  // namespace lanspread::store
