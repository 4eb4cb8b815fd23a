#include "store/manifests.h"

#include "store/query.h"

namespace lanspread::store {

Result<void> Manifests::put(const ContentId& content, ByteSpan canonical_bytes)
{
    return query(database_, [&](SQLite::Database& connection) -> Result<void> {
        // Replaced, not ignored: what is there under this id may be damaged.
        SQLite::Statement statement(connection,
                                    "INSERT OR REPLACE INTO manifests (content, bytes) VALUES (?, ?)");
        bind_bytes(statement, 1, content.bytes);
        bind_bytes(statement, 2, canonical_bytes);
        statement.exec();
        return {};
    });
}

Result<std::optional<Bytes>> Manifests::get(const ContentId& content)
{
    return query(database_, [&](SQLite::Database& connection) -> Result<std::optional<Bytes>> {
        SQLite::Statement statement(connection, "SELECT bytes FROM manifests WHERE content = ?");
        bind_bytes(statement, 1, content.bytes);
        return statement.executeStep() ? std::optional(bytes_of(statement.getColumn(0))) : std::nullopt;
    });
}

Result<std::size_t> Manifests::remove_unused()
{
    return query(database_, [](SQLite::Database& connection) -> Result<std::size_t> {
        return static_cast<std::size_t>(
            connection.exec("DELETE FROM manifests WHERE content NOT IN "
                            "(SELECT content FROM library UNION SELECT content FROM downloads "
                            "UNION SELECT content FROM removals "
                            "UNION SELECT original FROM library WHERE original IS NOT NULL)"));
    });
}

}  // namespace lanspread::store
