#pragma once

#include <map>
#include <string>

#include "base/error.h"
#include "catalog/fields.h"
#include "catalog/snapshot.h"

namespace lanspread::catalog {

/// A row of the table `games`, as SQLite gave it; NULL for what it has not. What is left out here is not read
/// (`game_key` is a secret of those who made the catalog).
struct GameRow {
    Field id;
    Field title;
    Field release;
    Field publisher;
    Field size;
    Field readme_de;
    Field readme_en;
    Field readme_fr;
    Field players;
    Field genre;
    Field version;
};

/// The table `genre`, by the text of its ids.
using Genres = std::map<std::string, wire::LocalText>;

/// The game of a row, with whatever makes sense of it. `invalid_input` where its id cannot be one.
[[nodiscard]] Result<CatalogGame> game_of(const GameRow& row, const Genres& genres);

/// A genre's name in each language.
[[nodiscard]] wire::LocalText genre_of(const Field& de, const Field& en, const Field& fr);

}  // namespace lanspread::catalog
