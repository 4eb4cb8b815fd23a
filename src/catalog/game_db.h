#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>

#include "base/error.h"
#include "catalog/snapshot.h"

namespace lanspread::catalog {

/// What was read from a catalog's file.
struct GameDb {
    std::map<GameId, CatalogGame> games;  ///< without covers
    std::size_t left_out = 0;             ///< rows that are no games
    std::string first_reason;             ///< why, of the first of them
};

/// Reads an ETI catalog: a SQLite file of whoever's making, at most 256 MiB large. It is opened for reading
/// only, nothing in it is run (no views, triggers or functions with side effects), and reading it takes a
/// bounded time and memory. Blocks: for a disk pool.
///
/// No file is made beside it: one in WAL mode that nobody has open is read as it lies there. Only where there
/// is a -wal with something in it, SQLite needs a -shm: that of the program that has the file open, or one of
/// its own.
///
/// `not_found` where it is not there, `unavailable` where it is locked or changed while it was read: another
/// try may succeed without a change of the file. Else the error says what is wrong with it.
[[nodiscard]] Result<GameDb> read_game_db(const std::filesystem::path& file);

}  // namespace lanspread::catalog
