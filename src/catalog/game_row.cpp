#include "catalog/game_row.h"

#include "catalog/text.h"
#include "wire/codec.h"

namespace lanspread::catalog {

namespace {

std::string line_in(const Field& field, std::size_t max_size) { return line_of(text_of(field), max_size); }

wire::LocalText readme_of(const GameRow& row, std::size_t max_size)
{
    return {.de = lines_of(text_of(row.readme_de), max_size),
            .en = lines_of(text_of(row.readme_en), max_size),
            .fr = lines_of(text_of(row.readme_fr), max_size)};
}

/// What the cover, which is found later, adds to the facts at most.
constexpr std::size_t room_for_cover = 256;

/// Shortens the readmes until the facts can be sent: as JSON, a text may be twice as long.
void make_fit(wire::GameFacts& facts, const GameRow& row)
{
    auto max_size = wire::max_readme_size;
    while (!wire::encode(facts, wire::max_facts_size - room_for_cover) && max_size > 0) {
        max_size /= 2;
        facts.readme = readme_of(row, max_size);
    }
}

}  // namespace

wire::LocalText genre_of(const Field& de, const Field& en, const Field& fr)
{
    return {.de = line_in(de, wire::max_genre_size),
            .en = line_in(en, wire::max_genre_size),
            .fr = line_in(fr, wire::max_genre_size)};
}

Result<CatalogGame> game_of(const GameRow& row, const Genres& genres)
{
    auto id = GameId::parse(text_of(row.id));
    if (!id) {
        return fail(id.error());
    }
    CatalogGame game{.id = *std::move(id),
                     .facts = {.title = line_in(row.title, wire::max_title_size),
                               .players = line_in(row.players, wire::max_players_size),
                               .max_players = players_of(row.players),
                               .release = line_in(row.release, wire::max_release_size),
                               .publisher = line_in(row.publisher, wire::max_publisher_size),
                               .readme = readme_of(row, wire::max_readme_size)},
                     .version = version_of(row.version),
                     .size = size_of(row.size)};
    if (game.facts.title.empty()) {
        game.facts.title = game.id.text();
    }
    if (const auto genre = genres.find(text_of(row.genre)); genre != genres.end()) {
        game.facts.genre = genre->second;
    }
    make_fit(game.facts, row);
    return game;
}

}  // namespace lanspread::catalog
