#include "catalog/game_db.h"

#include <array>
#include <set>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sqlite3.h>

#include "base/utf8.h"
#include "catalog/game_row.h"
#include "catalog/sqlite_file.h"
#include "platform/files.h"
#include "platform/paths.h"

namespace lanspread::catalog {

namespace {

using std::chrono::seconds;

constexpr seconds max_time{10};
constexpr std::size_t max_games = 20'000;
constexpr std::size_t max_genres = 10'000;
constexpr std::size_t max_discarded = 100'000;
/// Of all games together: what is kept of a catalog stays in memory.
constexpr std::size_t max_text = 64 * 1024 * 1024;

Field field_of(const SQLite::Column& column)
{
    switch (column.getType()) {
        case SQLITE_INTEGER: return std::int64_t{column.getInt64()};
        case SQLITE_FLOAT: return column.getDouble();
        case SQLITE_TEXT:
        case SQLITE_BLOB: {
            const auto* bytes = static_cast<const char*>(column.getBlob());
            return bytes == nullptr ? std::string()
                                    : std::string(bytes, static_cast<std::size_t>(column.getBytes()));
        }
        default: return std::monostate();
    }
}

/// A query for some columns of a table, with NULL for those that it has not, and at most `limit` rows.
template <std::size_t count>
std::string select(const std::array<std::string_view, count>& wanted, const std::set<std::string>& there,
                   std::string_view table, std::size_t limit)
{
    std::array<std::string_view, count> columns{};
    for (std::size_t i = 0; i < count; ++i) {
        columns[i] = there.contains(std::string(wanted[i])) ? wanted[i] : "NULL";
    }
    return fmt::format("SELECT {} FROM {} LIMIT {}", fmt::join(columns, ", "), table, limit);
}

Genres read_genres(SqliteFile& file)
{
    constexpr std::array<std::string_view, 4> wanted = {"genre_id", "genre_de", "genre_en", "genre_fr"};
    Genres genres;
    const auto columns = file.columns("genre");
    if (columns.contains("genre_id")) {
        SQLite::Statement rows(file.connection(), select(wanted, columns, "genre", max_genres));
        while (rows.executeStep()) {
            genres.emplace(text_of(field_of(rows.getColumn(0))),
                           genre_of(field_of(rows.getColumn(1)), field_of(rows.getColumn(2)),
                                    field_of(rows.getColumn(3))));
        }
    }
    return genres;
}

/// The ids of games that are not to be had any more.
std::set<std::string> read_discarded(SqliteFile& file)
{
    constexpr std::array<std::string_view, 1> wanted = {"game_id"};
    std::set<std::string> ids;
    const auto columns = file.columns("discarded");
    if (columns.contains("game_id")) {
        SQLite::Statement rows(file.connection(), select(wanted, columns, "discarded", max_discarded));
        while (rows.executeStep()) {
            ids.insert(text_of(field_of(rows.getColumn(0))));
        }
    }
    return ids;
}

GameRow row_of(SQLite::Statement& rows)
{
    const auto field = [&rows](int index) { return field_of(rows.getColumn(index)); };
    return {.id = field(0),
            .title = field(1),
            .release = field(2),
            .publisher = field(3),
            .size = field(4),
            .readme_de = field(5),
            .readme_en = field(6),
            .readme_fr = field(7),
            .players = field(8),
            .genre = field(9),
            .version = field(10)};
}

/// Takes games in; of those whose ids differ only in case, the first: they would have one folder on Windows.
class Collector {
public:
    Collector(Genres genres, std::set<std::string> discarded)
        : genres_(std::move(genres)), discarded_(std::move(discarded))
    {
    }

    void add(const GameRow& row)
    {
        if (discarded_.contains(text_of(row.id))) {
            return;
        }
        auto game = game_of(row, genres_);
        if (!game) {
            leave_out(game.error().message);
        } else if (!folded_.insert(case_folded(game->id.text()).value_or(game->id.text())).second) {
            leave_out(fmt::format("game id '{}': there is a game of that id already, as Windows compares",
                                  game->id.text()));
        } else {
            const auto& readme = game->facts.readme;
            text_ += readme.de.size() + readme.en.size() + readme.fr.size();
            auto id = game->id;
            found_.games.emplace(std::move(id), *std::move(game));
        }
    }

    void leave_out(std::string reason)
    {
        if (found_.left_out++ == 0) {
            found_.first_reason = std::move(reason);
        }
    }

    /// Whether a catalog may have no more.
    [[nodiscard]] bool is_full() const { return found_.games.size() >= max_games || text_ >= max_text; }
    [[nodiscard]] GameDb take() { return std::move(found_); }

private:
    Genres genres_;
    std::set<std::string> discarded_;
    std::set<std::string> folded_;
    std::size_t text_ = 0;
    GameDb found_;
};

Error too_slow(const std::string& name)
{
    return {ErrorCode::invalid_input,
            fmt::format("{}: reading it takes longer than {} s", name, max_time.count())};
}

Result<GameDb> read_games(SqliteFile& file, const std::string& name, TimePoint deadline)
{
    constexpr std::array<std::string_view, 11> wanted = {
        "game_id",         "game_title",     "game_release",   "game_publisher",
        "game_size",       "game_readme_de", "game_readme_en", "game_readme_fr",
        "game_maxplayers", "genre_id",       "game_version"};
    const auto columns = file.columns("games");
    if (!columns.contains("game_id")) {
        return fail(
            ErrorCode::invalid_input,
            fmt::format("{}: a database of something else: it has no table games with game_id", name));
    }
    Collector games(read_genres(file), read_discarded(file));
    SQLite::Statement rows(file.connection(), select(wanted, columns, "games", max_games + 1));
    while (rows.executeStep()) {
        if (games.is_full()) {
            games.leave_out(
                fmt::format("more than {} games, or {} MB of texts", max_games, max_text / 1'000'000));
            break;
        }
        games.add(row_of(rows));
        if (Clock::now() > deadline) {
            return fail(too_slow(name));
        }
    }
    return games.take();
}

Error to_error(const SQLite::Exception& exception, const std::string& name)
{
    switch (exception.getErrorCode()) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {ErrorCode::unavailable,
                    fmt::format("{}: another program is writing it; it is read when that is done", name)};
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_FORMAT:
            return {ErrorCode::corrupt,
                    fmt::format("{}: damaged, or not whole yet ({}); get it anew", name, exception.what())};
        case SQLITE_INTERRUPT: return too_slow(name);
        case SQLITE_TOOBIG:
            return {ErrorCode::invalid_input, fmt::format("{}: it has a text of more than 16 MiB", name)};
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
            return {ErrorCode::unavailable,
                    fmt::format("{}: cannot be read as it lies there ({}): it may be what a program that "
                                "ended in the middle of writing left; open it once with that program",
                                name, exception.what())};
        default: return {ErrorCode::io, fmt::format("{}: {}", name, exception.what())};
    }
}

Result<platform::FileStat> stat_of(const std::filesystem::path& path)
{
    const auto file = platform::File::open(path);
    return file ? file->stat() : fail(file.error());
}

}  // namespace

Result<GameDb> read_game_db(const std::filesystem::path& path)
{
    const auto name = platform::to_utf8(path);
    try {
        const auto before = stat_of(path);
        if (!before) {
            return fail(before.error());
        }
        const auto deadline = Clock::now() + max_time;
        auto file = SqliteFile::open(path, deadline);
        auto games = file ? read_games(**file, name, deadline) : fail(file.error());
        const auto after = stat_of(path);
        if (!after || *before != *after) {
            return fail(ErrorCode::unavailable, fmt::format("{}: it is being written just now", name));
        }
        return games;
    } catch (const SQLite::Exception& exception) {
        return fail(to_error(exception, name));
    }
}

}  // namespace lanspread::catalog
