// The catalog and the pictures of games.

#include "catalog/thumbnail.h"
#include "platform/paths.h"
#include "runtime/core.h"

namespace lanspread::runtime {

CatalogStatus PeerRuntime::Core::catalog_status() const
{
    const auto status = catalog.status();
    return {.file = platform::to_utf8(status.file),
            .covers = platform::to_utf8(status.covers),
            .games = static_cast<std::uint32_t>(status.games),
            .problem = status.problems.empty() ? "" : status.problems.front()};
}

void PeerRuntime::Core::catalog_changed(const std::vector<GameId>& games)
{
    const auto snapshot = catalog.snapshot();
    std::map<GameId, CatalogEntry> entries;
    for (const auto& [id, game] : snapshot->games) {
        entries.emplace(id, CatalogEntry{.version = game.version, .size = game.size});
    }
    party_library.set_catalog(entries);
    game_facts.catalog_changed(snapshot, games);
    events.add(
        "catalog_changed", {.game = games.size() == 1 ? games.front().text() : ""},
        fmt::format("{} games are known, {} of them have changed", snapshot->games.size(), games.size()));
}

Task<Result<Cover>> PeerRuntime::Core::cover(GetCover command)
{
    const auto id = GameId::parse(command.game);
    const auto width = catalog::thumbnail_width(command.width);
    if (!id || !width) {
        co_return fail(!id ? id.error() : width.error());
    }
    const auto* facts = facts_of(*id).facts;
    const auto snapshot = catalog.snapshot();
    const auto* file = snapshot->cover(*id);
    if ((facts == nullptr || !facts->cover) && file == nullptr) {
        co_return fail(ErrorCode::not_found, fmt::format("nobody has a picture of {}", title_of(*id)));
    }
    const auto hash = facts != nullptr && facts->cover ? facts->cover->hash : file->ref.hash;
    const auto made =
        co_await thumbnails.get(hash, *width, [this, id = *id] { return game_facts.cover_bytes(id); });
    if (!made) {
        auto why = made.error().in(fmt::format("the picture of {}", title_of(*id)));
        if (why.code == ErrorCode::invalid_input) {
            why.code = ErrorCode::corrupt;  // not a mistake of whoever asks
        }
        co_return fail(std::move(why));
    }
    // Whoever asks may stand in another folder.
    std::error_code error;
    const auto path = std::filesystem::absolute(made->path, error);
    co_return Cover{.game = command.game,
                    .path = platform::to_utf8(error ? made->path : path),
                    .format = std::string(to_string(made->format)),
                    .width = made->width,
                    .height = made->height};
}

}  // namespace lanspread::runtime
