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

}  // namespace lanspread::store
