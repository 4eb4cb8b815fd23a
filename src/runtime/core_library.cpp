// What the party library is fed with, and what is shown of it.

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>

#include "runtime/core.h"

namespace lanspread::runtime {

namespace {

/// "bert has other games: doom, quake, and 3 more".
std::string news_text(const std::string& name, const std::vector<std::string>& titles)
{
    constexpr std::size_t max_named = 3;
    auto text = fmt::format("{} has other games", name);
    for (std::size_t index = 0; index < std::min(titles.size(), max_named); ++index) {
        text += (index == 0 ? ": " : ", ") + titles[index];
    }
    return titles.size() > max_named ? fmt::format("{}, and {} more", text, titles.size() - max_named) : text;
}

/// The most games that one answer lists. Strangers can make up as many as they like.
constexpr std::size_t max_listed = 10'000;

/// Leaves what is here, then what the catalog knows, and of the rest what most peers hold.
void keep_most_held(std::vector<const std::pair<const GameId, PartyGame>*>& games)
{
    if (games.size() <= max_listed) {
        return;
    }
    const auto weight = [](const auto* entry) {
        std::size_t holders = 0;
        for (const auto& [content, claims] : entry->second.held) {
            holders += claims.size();
        }
        return std::tuple(entry->second.local.has_value(), entry->second.catalog.has_value(), holders);
    };
    std::ranges::nth_element(games, games.begin() + max_listed, std::ranges::greater(), weight);
    games.resize(max_listed);
}

}  // namespace

void PeerRuntime::Core::peer_joined(const PeerId& peer)
{
    if (const auto* view = party.library(peer)) {
        party_library.set_library(peer, view->entries());
    }
    game_facts.peer_joined(peer);
    events.add("peer_joined", {.peer = peer.hex()}, fmt::format("{} is here", party.name(peer)));
    downloads.sources_changed();
}

void PeerRuntime::Core::peer_left(const PeerId& peer, const std::string& reason)
{
    party_library.remove_peer(peer);
    game_facts.peer_left(peer);
    server.peer_left(peer);
    events.add("peer_left", {.peer = peer.hex()}, fmt::format("{} left: {}", party.name(peer), reason));
    downloads.sources_changed();
}

void PeerRuntime::Core::peer_library_changed(const PeerId& peer)
{
    const auto* view = party.library(peer);
    if (view == nullptr) {
        return;
    }
    std::vector<GameId> changed;
    std::vector<GameId> told;  // of which it may tell another thing, be that all that has changed
    if (const auto& contents = view->last_changes()) {
        for (const auto& content : *contents) {
            const auto* entry = view->find(content);
            const auto touched =
                entry != nullptr ? party_library.put(peer, *entry) : party_library.remove(peer, content);
            changed.insert(changed.end(), touched.begin(), touched.end());
            if (entry != nullptr) {
                told.push_back(entry->game);
            }
        }
    } else {
        changed = party_library.set_library(peer, view->entries());
        std::ranges::transform(view->entries(), std::back_inserter(told),
                               [](const auto& entry) { return entry.second.game; });
    }
    std::ranges::sort(changed);
    changed.erase(std::ranges::unique(changed).begin(), changed.end());
    told.insert(told.end(), changed.begin(), changed.end());
    game_facts.peer_changed(peer, told);
    std::vector<std::string> titles;
    for (const auto& game : changed) {
        titles.push_back(title_of(game));
    }
    events.add("library_changed",
               {.game = changed.size() == 1 ? changed.front().text() : "", .peer = peer.hex()},
               news_text(party.name(peer), titles));
    downloads.sources_changed();
}

void PeerRuntime::Core::local_game_changed(const GameId& game)
{
    if (const auto local = library.find(game)) {
        party_library.set_local(game, to_copy(*local));
    } else {
        const auto other = unshared_copies.find(game);
        party_library.set_local(game,
                                other == unshared_copies.end() ? std::nullopt : std::optional(other->second));
    }
}

void PeerRuntime::Core::unshared_games_changed()
{
    const auto before = std::exchange(unshared_copies, {});
    for (const auto& game : library.installed_games()) {
        unshared_copies.emplace(game.id, to_copy(game));
    }
    for (const auto& game : library.unshared_games()) {
        unshared_copies.emplace(game.id, to_copy(game));
    }
    std::set<GameId> changed;
    const auto note_other = [&changed](const auto& copies, const auto& others) {
        for (const auto& [game, copy] : copies) {
            const auto other = others.find(game);
            if (other == others.end() || other->second != copy) {
                changed.insert(game);
            }
        }
    };
    note_other(before, unshared_copies);
    note_other(unshared_copies, before);
    for (const auto& game : changed) {
        local_game_changed(game);
    }
}

KnownFacts PeerRuntime::Core::facts_of(const GameId& game) const { return game_facts.known(game); }

std::string PeerRuntime::Core::title_of(const GameId& game) const
{
    const auto known = facts_of(game);
    return known.facts == nullptr ? game.text() : known.facts->title;
}

GameParts PeerRuntime::Core::parts_of(const GameId& id, const PartyGame& game) const
{
    return {.party = &game,
            .facts = facts_of(id),
            .has_cover = catalog.snapshot()->cover(id) != nullptr,
            .operation = operations.of(id),
            .download = downloads.find(id)};
}

std::vector<Game> PeerRuntime::Core::games(const GetGames& command) const
{
    std::vector<const std::pair<const GameId, PartyGame>*> meant;
    for (const auto& entry : party_library.games()) {
        const auto& game = entry.second;
        if (game.local || (command.all && !game.held.empty()) || (command.catalog && game.catalog) ||
            downloads.find(entry.first)) {
            meant.push_back(&entry);
        }
    }
    keep_most_held(meant);
    const auto names = party.distinct_names();
    const GameReader reader{.names = names, .language = language()};
    std::vector<Game> shown;
    for (const auto* entry : meant) {
        shown.push_back(to_model(entry->first, parts_of(entry->first, entry->second), reader));
    }
    // A download of what nobody has any more.
    const PartyGame nothing;
    for (const auto& status : downloads.snapshot()) {
        if (party_library.find(status.game) == nullptr) {
            shown.push_back(to_model(status.game, parts_of(status.game, nothing), reader));
        }
    }
    std::ranges::sort(shown, {}, &Game::id);
    return shown;
}

Result<Game> PeerRuntime::Core::game(const std::string& id) const
{
    const auto parsed = GameId::parse(id);
    if (!parsed) {
        return fail(parsed.error());
    }
    const PartyGame nothing;
    const auto* found = party_library.find(*parsed);
    if (found == nullptr && !downloads.find(*parsed)) {
        return fail(ErrorCode::not_found,
                    fmt::format("nobody who is connected has a game '{}', and no catalog knows it: see "
                                "`lanspread games --all` "
                                "for what there is, and `lanspread peers` for who is here",
                                id));
    }
    const auto names = party.distinct_names();
    return to_model(*parsed, parts_of(*parsed, found == nullptr ? nothing : *found),
                    {.names = names, .language = language(), .detail = Detail::page});
}

std::vector<Download> PeerRuntime::Core::download_queue() const
{
    std::vector<Download> queue;
    for (const auto& status : downloads.snapshot()) {
        queue.push_back(to_model(status, title_of(status.game)));
    }
    return queue;
}

}  // namespace lanspread::runtime
