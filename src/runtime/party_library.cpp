#include "runtime/party_library.h"

#include <algorithm>
#include <span>
#include <tuple>

namespace lanspread::runtime {

namespace {

/// Complete holders first. No two claims of a content are of the same peer.
bool goes_before(const Claim& one, const Claim& other)
{
    return one.complete != other.complete ? one.complete : one.peer < other.peer;
}

/// How many hold a content completely, and how many are fetching it: the more, the rather it is meant. Those
/// who are fetching count only where nobody has it all.
using Standing = std::pair<std::size_t, std::size_t>;

Standing standing(std::span<const Claim> claims, bool is_here)
{
    const auto complete =
        static_cast<std::size_t>(std::ranges::partition_point(claims, &Claim::complete) - claims.begin());
    const auto holders = complete + (is_here ? 1 : 0);
    return {holders, holders == 0 ? claims.size() : 0};
}

struct Best {
    VersionKey content;
    Standing standing;
};

/// The content that stands best; of all versions where `version` is empty. Of those that tie the newest
/// version, then our own copy, which nobody gives up for nothing, then the smallest content id.
std::optional<Best> best_of(const PartyGame& game, const std::string& version)
{
    const auto here = game.shared();
    std::optional<Best> best;
    const auto consider = [&](const VersionKey& content, std::span<const Claim> claims) {
        const bool is_here = here == content;
        const auto its_standing = standing(claims, is_here);
        const bool is_meant = version.empty() || content.first == version;
        const auto is_better = [&] {
            const bool is_best_here = here == best->content;
            return std::tie(best->standing, best->content.first, is_best_here, content.second) <
                   std::tie(its_standing, content.first, is_here, best->content.second);
        };
        if (is_meant && (!best || is_better())) {
            best = {.content = content, .standing = its_standing};
        }
    };
    for (const auto& [content, claims] : game.held) {
        consider(content, claims);
    }
    if (here && !game.held.contains(*here)) {
        consider(*here, {});
    }
    return best;
}

bool is_complete_somewhere(const std::optional<Best>& best) { return best && best->standing.first > 0; }

}  // namespace

Verdict judge(const PartyGame& game)
{
    const auto most_held = best_of(game, "");
    Verdict verdict;
    auto current = most_held;
    if (game.catalog && !game.catalog->version.empty()) {
        verdict.current_version = game.catalog->version;
        verdict.current_by = CurrentBy::catalog;
        current = best_of(game, game.catalog->version);
    } else if (most_held) {
        verdict.current_version = most_held->content.first;
        verdict.current_by = CurrentBy::most_peers;
    }
    const auto& wanted = is_complete_somewhere(current) ? current : most_held;
    if (current) {
        verdict.current = current->content;
    }
    if (wanted) {
        const auto here = game.shared();
        const bool is_step_back = here && wanted->content.first < here->first;
        verdict.wanted = is_step_back ? here : wanted->content;
    }
    return verdict;
}

std::string_view to_string(LocalCopy::State state)
{
    switch (state) {
        case LocalCopy::State::shared: return "shared";
        case LocalCopy::State::installed_only: return "installed_only";
        case LocalCopy::State::damaged: return "damaged";
        case LocalCopy::State::folder_missing: return "folder_missing";
        case LocalCopy::State::not_shared: return "not_shared";
    }
    return "unknown";
}

std::string_view to_string(CurrentBy reason)
{
    switch (reason) {
        case CurrentBy::nothing: return "";
        case CurrentBy::catalog: return "catalog";
        case CurrentBy::most_peers: return "most_peers";
    }
    return "unknown";
}

std::optional<VersionKey> PartyGame::shared() const
{
    return local && local->state == LocalCopy::State::shared
               ? std::optional<VersionKey>({local->version, local->content})
               : std::nullopt;
}

std::uint64_t PartyGame::size_of(const VersionKey& content) const
{
    if (shared() == content) {
        return local->size;
    }
    const auto found = held.find(content);
    return found == held.end() ? 0 : found->second.front().size;
}

std::uint32_t PartyGame::files_of(const VersionKey& content) const
{
    if (shared() == content) {
        return local->files;
    }
    const auto found = held.find(content);
    return found == held.end() ? 0 : found->second.front().files;
}

std::optional<VersionKey> decide_download(const PartyGame& game, const std::string& version)
{
    if (version.empty()) {
        return judge(game).wanted;
    }
    const auto best = best_of(game, version);
    return best ? std::optional(best->content) : std::nullopt;
}

const PartyGame* PartyLibrary::find(const GameId& game) const
{
    const auto found = games_.find(game);
    return found == games_.end() ? nullptr : &found->second;
}

std::vector<GameId> PartyLibrary::set_library(const PeerId& peer, const Entries& entries)
{
    auto& places = peers_[peer];
    places.reserve(entries.size());
    std::vector<ContentId> gone;
    for (const auto& [content, place] : places) {
        if (!entries.contains(content)) {
            gone.push_back(content);
        }
    }
    std::vector<GameId> changed;
    for (const auto& content : gone) {
        std::ranges::move(remove(peer, content), std::back_inserter(changed));
    }
    for (const auto& [content, entry] : entries) {
        put(peer, places, entry, changed);
    }
    std::ranges::sort(changed);
    changed.erase(std::ranges::unique(changed).begin(), changed.end());
    return changed;
}

std::vector<GameId> PartyLibrary::put(const PeerId& peer, const wire::GameEntry& entry)
{
    std::vector<GameId> changed;
    put(peer, peers_[peer], entry, changed);
    return changed;
}

void PartyLibrary::put(const PeerId& peer, Places& places, const wire::GameEntry& entry,
                       std::vector<GameId>& changed)
{
    const Claim claim{.peer = peer, .complete = entry.complete, .size = entry.size, .files = entry.files};
    const auto [mine, is_new] = places.try_emplace(entry.content);
    if (!is_new) {
        const auto before = mine->second;
        const auto& game = before.game->first;
        if (game == entry.game && before.held->first.first == entry.version &&
            std::ranges::find(before.held->second, claim) != before.held->second.end()) {
            return;
        }
        if (game != entry.game) {
            changed.push_back(game);
        }
        take_back(peer, before);
    }
    changed.push_back(entry.game);
    mine->second = place_of(entry);
    auto& claims = mine->second.held->second;
    claims.insert(std::ranges::upper_bound(claims, claim, goes_before), claim);
}

std::vector<GameId> PartyLibrary::remove(const PeerId& peer, const ContentId& content)
{
    const auto found = peers_.find(peer);
    if (found == peers_.end()) {
        return {};
    }
    const auto mine = found->second.find(content);
    if (mine == found->second.end()) {
        return {};
    }
    std::vector<GameId> changed{mine->second.game->first};
    take_back(peer, mine->second);
    found->second.erase(mine);
    return changed;
}

void PartyLibrary::remove_peer(const PeerId& peer)
{
    const auto found = peers_.find(peer);
    if (found == peers_.end()) {
        return;
    }
    for (const auto& [content, place] : found->second) {
        take_back(peer, place);
    }
    peers_.erase(found);
}

void PartyLibrary::set_local(const GameId& game, std::optional<LocalCopy> copy)
{
    const auto found = games_.try_emplace(game).first;
    found->second.local = std::move(copy);
    drop_if_empty(found);
}

void PartyLibrary::set_catalog(const std::map<GameId, CatalogEntry>& catalog)
{
    for (auto game = games_.begin(); game != games_.end();) {
        const auto next = std::next(game);
        if (!catalog.contains(game->first)) {
            game->second.catalog.reset();
            drop_if_empty(game);
        }
        game = next;
    }
    for (const auto& [id, entry] : catalog) {
        games_[id].catalog = entry;
    }
}

/// Made where it is not there.
PartyLibrary::Place PartyLibrary::place_of(const wire::GameEntry& entry)
{
    const auto [known, is_new] = contents_.try_emplace(entry.content);
    if (!is_new && known->second.game->first == entry.game &&
        known->second.held->first.first == entry.version) {
        return known->second;
    }
    const auto game = games_.try_emplace(entry.game).first;
    const auto held = game->second.held.try_emplace({entry.version, entry.content}).first;
    known->second = {.game = game, .held = held};
    return known->second;
}

/// The caller forgets the place.
void PartyLibrary::take_back(const PeerId& peer, const Place& place)
{
    std::erase_if(place.held->second, [&](const Claim& claim) { return claim.peer == peer; });
    if (!place.held->second.empty()) {
        return;
    }
    const auto known = contents_.find(place.held->first.second);
    if (known != contents_.end() && known->second.held == place.held) {
        contents_.erase(known);
    }
    place.game->second.held.erase(place.held);
    drop_if_empty(place.game);
}

void PartyLibrary::drop_if_empty(Games::iterator game)
{
    if (game->second.held.empty() && !game->second.local && !game->second.catalog) {
        games_.erase(game);
    }
}

}  // namespace lanspread::runtime
