#include "runtime/own_facts.h"

#include <fmt/format.h>

#include "base/log.h"
#include "facts/game_toml.h"
#include "platform/paths.h"

namespace lanspread::runtime {

namespace {

/// The game of the first pair with that hash; null where there is none.
template <class Hash>
const GameId* game_of(const std::set<std::pair<Hash, GameId>>& pairs, const Hash& hash)
{
    const auto found = pairs.lower_bound({hash, GameId()});
    return found == pairs.end() || found->first != hash ? nullptr : &found->second;
}

}  // namespace

Result<Bytes> read_cover(const CoverPlace& place)
{
    return place.file ? facts::read_root_cover(place.path, *place.file, place.cover)
                      : facts::read_cover(place.path, place.cover);
}

void OwnFacts::set_root(const GameId& game, const std::filesystem::path& root, Result<facts::RootFacts> facts)
{
    stop_telling(game);
    auto& entry = roots_[game] = {.path = root, .facts = std::nullopt, .problem = {}};
    if (facts) {
        entry.problem = facts->problem;
        entry.facts = *std::move(facts);
    } else {
        entry.problem = facts.error().message;
    }
}

void OwnFacts::remove_root(const GameId& game)
{
    stop_telling(game);
    roots_.erase(game);
}

void OwnFacts::set_catalog(std::shared_ptr<const catalog::CatalogSnapshot> catalog,
                           const std::vector<GameId>& changed)
{
    catalog_ = std::move(catalog);
    for (const auto& game : changed) {
        stop_telling(game);
    }
}

KnownFacts OwnFacts::known(const GameId& game) const
{
    const auto root = roots_.find(game);
    if (root != roots_.end() && root->second.facts) {
        return {.facts = &root->second.facts->facts, .from = facts::game_toml_name};
    }
    const auto* listed = catalog_->find(game);
    return listed == nullptr ? KnownFacts() : KnownFacts{.facts = &listed->facts, .from = "catalog"};
}

std::optional<CoverPlace> OwnFacts::cover(const GameId& game) const
{
    const auto root = roots_.find(game);
    if (root != roots_.end() && root->second.facts && root->second.facts->facts.cover) {
        const auto& facts = *root->second.facts;
        return CoverPlace{.path = root->second.path, .file = facts.cover, .cover = *facts.facts.cover};
    }
    const auto* file = catalog_->cover(game);
    return file == nullptr
               ? std::nullopt
               : std::optional(CoverPlace{.path = file->path, .file = std::nullopt, .cover = file->ref});
}

std::vector<std::string> OwnFacts::problems() const
{
    std::vector<std::string> texts;
    for (const auto& [game, root] : roots_) {
        if (!root.problem.empty()) {
            const auto path = platform::to_utf8(root.path / facts::game_toml_name);
            texts.push_back(
                fmt::format("{}: {}: {}{}", game.text(), path, root.problem,
                            root.facts ? "" : "; the game is shared without what this file says"));
        }
    }
    return texts;
}

std::optional<wire::FactsHash> OwnFacts::tell(const GameId& game)
{
    if (const auto told = told_.find(game); told != told_.end()) {
        return told->second.encoded.hash;
    }
    const auto* facts = known(game).facts;
    if (facts == nullptr) {
        return std::nullopt;
    }
    auto encoded = facts::encode_facts(*facts);
    if (!encoded) {
        log::warning("facts", "{} is shared without a title: {}", game.text(), encoded.error().message);
        return std::nullopt;
    }
    const auto hash = encoded->hash;
    by_facts_.emplace(hash, game);
    if (facts->cover) {
        by_cover_.emplace(facts->cover->hash, game);
    }
    told_.emplace(game, Told{.encoded = *std::move(encoded), .cover = cover(game)});
    return hash;
}

void OwnFacts::stop_telling(const GameId& game)
{
    const auto told = told_.find(game);
    if (told == told_.end()) {
        return;
    }
    by_facts_.erase({told->second.encoded.hash, game});
    if (told->second.cover) {
        by_cover_.erase({told->second.cover->cover.hash, game});
    }
    told_.erase(told);
}

const std::string* OwnFacts::told(const wire::FactsHash& hash) const
{
    const auto* game = game_of(by_facts_, hash);
    return game == nullptr ? nullptr : &told_.at(*game).encoded.text;
}

std::optional<CoverPlace> OwnFacts::told_cover(const wire::CoverHash& hash) const
{
    const auto* game = game_of(by_cover_, hash);
    return game == nullptr ? std::nullopt : told_.at(*game).cover;
}

}  // namespace lanspread::runtime
