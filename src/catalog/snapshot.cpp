#include "catalog/snapshot.h"

#include <set>

namespace lanspread::catalog {

namespace {

/// Adds the keys whose values are not the same in both.
template <class Value>
void add_changed(std::set<GameId>& changed, const std::map<GameId, Value>& before,
                 const std::map<GameId, Value>& after)
{
    for (const auto& [id, value] : before) {
        const auto now = after.find(id);
        if (now == after.end() || !(now->second == value)) {
            changed.insert(id);
        }
    }
    for (const auto& [id, value] : after) {
        if (!before.contains(id)) {
            changed.insert(id);
        }
    }
}

}  // namespace

const CatalogGame* CatalogSnapshot::find(const GameId& id) const
{
    const auto found = games.find(id);
    return found == games.end() ? nullptr : &found->second;
}

const CoverFile* CatalogSnapshot::cover(const GameId& id) const
{
    const auto found = covers.find(id);
    return found == covers.end() ? nullptr : &found->second;
}

std::vector<GameId> changed_games(const CatalogSnapshot& before, const CatalogSnapshot& after)
{
    std::set<GameId> changed;
    add_changed(changed, before.games, after.games);
    add_changed(changed, before.covers, after.covers);
    return {changed.begin(), changed.end()};
}

}  // namespace lanspread::catalog
