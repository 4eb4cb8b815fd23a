#pragma once

#include <algorithm>
#include <filesystem>
#include <type_traits>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "store/database.h"

/// What the rooms share. For the .cpp files of store/ only.
namespace lanspread::store {

/// The error for what SQLite threw, with the way out where there is one.
[[nodiscard]] Error to_error(const SQLite::Exception& exception, const std::filesystem::path& file);

/// Runs `work(connection)`, which gives a Result, and turns what SQLite throws into an Error.
template <class Work>
std::invoke_result_t<Work, SQLite::Database&> query(Database& database, Work work)
{
    try {
        return work(database.connection());
    } catch (const SQLite::Exception& exception) {
        return fail(to_error(exception, database.file()));
    }
}

/// Binds without a copy: the bytes outlive the statement's next step. Empty ones are an empty blob, not NULL.
inline void bind_bytes(SQLite::Statement& statement, int index, ByteSpan bytes)
{
    statement.bindNoCopy(index, bytes.empty() ? static_cast<const void*>("") : bytes.data(),
                         static_cast<int>(bytes.size()));
}

[[nodiscard]] inline Bytes bytes_of(const SQLite::Column& column)
{
    const auto* first = static_cast<const std::byte*>(column.getBlob());
    const auto size = static_cast<std::size_t>(column.getBytes());
    return first == nullptr ? Bytes() : Bytes(first, first + size);
}

/// False where the column is not exactly a digest.
template <class Tag>
[[nodiscard]] bool read_digest(const SQLite::Column& column, Digest<Tag>& digest)
{
    const auto bytes = bytes_of(column);
    if (bytes.size() != digest.bytes.size()) {
        return false;
    }
    std::ranges::copy(bytes, digest.bytes.begin());
    return true;
}

}  // namespace lanspread::store
