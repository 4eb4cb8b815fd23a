#include "store/settings.h"

#include "store/query.h"

namespace lanspread::store {

Result<std::map<std::string, std::int64_t>> Settings::load_all()
{
    return query(database_, [](SQLite::Database& connection) -> Result<std::map<std::string, std::int64_t>> {
        SQLite::Statement rows(connection, "SELECT name, value FROM settings");
        std::map<std::string, std::int64_t> settings;
        while (rows.executeStep()) {
            settings[rows.getColumn(0).getString()] = rows.getColumn(1).getInt64();
        }
        return settings;
    });
}

Result<void> Settings::set(std::string_view name, std::int64_t value)
{
    return query(database_, [&](SQLite::Database& connection) -> Result<void> {
        SQLite::Statement statement(connection,
                                    "INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)");
        statement.bind(1, std::string(name));
        statement.bind(2, value);
        statement.exec();
        return {};
    });
}

Result<std::map<std::string, std::string>> Settings::load_texts()
{
    return query(database_, [](SQLite::Database& connection) -> Result<std::map<std::string, std::string>> {
        SQLite::Statement rows(connection, "SELECT name, value FROM text_settings");
        std::map<std::string, std::string> settings;
        while (rows.executeStep()) {
            settings[rows.getColumn(0).getString()] = rows.getColumn(1).getString();
        }
        return settings;
    });
}

Result<void> Settings::set_text(std::string_view name, std::string_view value)
{
    return query(database_, [&](SQLite::Database& connection) -> Result<void> {
        SQLite::Statement statement(connection,
                                    "INSERT OR REPLACE INTO text_settings (name, value) VALUES (?, ?)");
        statement.bind(1, std::string(name));
        statement.bind(2, std::string(value));
        statement.exec();
        return {};
    });
}

}  // namespace lanspread::store
