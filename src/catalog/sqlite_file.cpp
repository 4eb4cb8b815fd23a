#include "catalog/sqlite_file.h"

#include <array>
#include <string_view>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "platform/files.h"
#include "platform/paths.h"

namespace lanspread::catalog {

namespace {

constexpr std::uint64_t max_file_size = 256ULL * 1024 * 1024;
constexpr int max_value_size = 16 * 1024 * 1024;
constexpr int max_sql_size = 1024 * 1024;  // also of the CREATE statements in the file
constexpr int max_columns = 200;
constexpr int cache_kib = 4096;
constexpr int busy_timeout_ms = 200;
constexpr int instructions_between_looks = 10'000;

/// The parts of the 100 bytes at the start of a SQLite file that matter here
/// (https://sqlite.org/fileformat2.html, 1.3).
constexpr std::size_t header_size = 100;
constexpr std::string_view magic("SQLite format 3\0", 16);
constexpr std::size_t read_version_at = 19;
constexpr std::byte wal{2};

using Header = std::array<std::byte, header_size>;

Result<Header> read_header(const std::filesystem::path& path)
{
    const auto file = platform::File::open(path);
    const auto stat = file ? file->stat() : fail(file.error());
    if (!stat) {
        return fail(stat.error());
    }
    const auto name = platform::to_utf8(path);
    if (stat->size > max_file_size) {
        return fail(ErrorCode::invalid_input,
                    fmt::format("{}: larger than any catalog ({} bytes)", name, stat->size));
    }
    Header header{};
    const auto read = stat->size < header_size ? Result<void>{} : file->read_at(0, header);
    if (!read) {
        return fail(read.error().in(name));
    }
    if (!as_text(header).starts_with(magic)) {
        return fail(ErrorCode::invalid_input,
                    fmt::format("{}: no SQLite database, or not whole yet; name the game.db of an ETI "
                                "launcher",
                                name));
    }
    return header;
}

/// Whether there is a -wal file with something in it.
bool has_wal_content(const std::filesystem::path& path)
{
    auto beside = path;
    beside += "-wal";
    std::error_code error;
    const auto size = std::filesystem::file_size(beside, error);
    return !error && size > 0;
}

/// The name of the file as a URI: all but the plainest characters are escaped.
std::string uri_of(const std::filesystem::path& path, std::string_view parameters)
{
    std::error_code error;
    auto absolute = std::filesystem::absolute(path, error);
    std::string uri = "file:";
    for (const char c : error ? path.native() : absolute.native()) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                              std::string_view("/._-").contains(c);
        uri += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return uri + "?" + std::string(parameters);
}

int stop_when_late(void* deadline) { return Clock::now() > *static_cast<const TimePoint*>(deadline) ? 1 : 0; }

}  // namespace

Result<std::unique_ptr<SqliteFile>> SqliteFile::open(const std::filesystem::path& file, TimePoint deadline)
{
    const auto header = read_header(file);
    if (!header) {
        return fail(header.error());
    }
    // A file in WAL mode would get a -wal and a -shm beside it, which `mode=ro` does not prevent. Where there
    // is no -wal, all is in the file itself, which `immutable` reads without them; whoever calls sees from
    // the file's times whether it changed meanwhile.
    const bool is_still = (*header)[read_version_at] == wal && !has_wal_content(file);
    auto connection =
        std::make_unique<SQLite::Database>(uri_of(file, is_still ? "mode=ro&immutable=1" : "mode=ro"),
                                           SQLite::OPEN_READONLY | SQLite::OPEN_URI, busy_timeout_ms);
    std::unique_ptr<SqliteFile> opened(new SqliteFile(std::move(connection), deadline));
    opened->harden();
    return opened;
}

SqliteFile::SqliteFile(std::unique_ptr<SQLite::Database> connection, TimePoint deadline)
    : deadline_(deadline), connection_(std::move(connection))
{
}

SqliteFile::~SqliteFile() = default;

void SqliteFile::harden()
{
    auto* handle = connection_->getHandle();
    for (const auto& [option, value] :
         {std::pair(SQLITE_DBCONFIG_DEFENSIVE, 1), std::pair(SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
          std::pair(SQLITE_DBCONFIG_ENABLE_TRIGGER, 0), std::pair(SQLITE_DBCONFIG_ENABLE_VIEW, 0),
          std::pair(SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0)}) {
        sqlite3_db_config(handle, option, value, nullptr);
    }
    for (const auto& [limit, value] :
         {std::pair(SQLITE_LIMIT_LENGTH, max_value_size), std::pair(SQLITE_LIMIT_SQL_LENGTH, max_sql_size),
          std::pair(SQLITE_LIMIT_COLUMN, max_columns), std::pair(SQLITE_LIMIT_ATTACHED, 0),
          std::pair(SQLITE_LIMIT_WORKER_THREADS, 0)}) {
        sqlite3_limit(handle, limit, value);
    }
    sqlite3_progress_handler(handle, instructions_between_looks, stop_when_late, &deadline_);
    connection_->exec("PRAGMA mmap_size = 0");  // another program may cut the file while we look into it
    connection_->exec(fmt::format("PRAGMA cache_size = -{}", cache_kib));
    connection_->exec("PRAGMA cell_size_check = ON");
    connection_->exec("PRAGMA query_only = ON");
}

std::set<std::string> SqliteFile::columns(const std::string& table)
{
    SQLite::Statement kind(*connection_,
                           "SELECT type FROM pragma_table_list WHERE schema = 'main' AND lower(name) = ?");
    kind.bind(1, table);
    if (!kind.executeStep() || kind.getColumn(0).getString() != "table") {
        return {};
    }
    std::set<std::string> columns;
    SQLite::Statement names(*connection_, "SELECT lower(name) FROM pragma_table_info(?)");
    names.bind(1, table);
    while (names.executeStep()) {
        columns.insert(names.getColumn(0).getString());
    }
    return columns;
}

}  // namespace lanspread::catalog
