#include "runtime/told_facts.h"

#include <algorithm>
#include <utility>

namespace lanspread::runtime {

namespace {

/// What is looked at in one search for something to ask: the next search goes on there.
constexpr std::size_t max_looked_at = 256;
/// What facts take in memory beside their texts.
constexpr std::size_t overhead = 512;

}  // namespace

void ToldFacts::set(const PeerId& peer, const GameId& game, const std::optional<wire::FactsHash>& facts)
{
    const auto* old = find_telling(peer, game);
    if (old != nullptr ? facts && old->facts == *facts : !facts) {
        return;
    }
    if (old != nullptr) {
        const auto forgotten = old->facts;
        auto& tellings = games_.at(game);
        std::erase_if(tellings, [&peer](const Telling& telling) { return telling.peer == peer; });
        if (tellings.empty()) {
            games_.erase(game);
        }
        forget_telling(forgotten);
    }
    if (facts) {
        auto& tellings = games_[game];
        const auto at = std::ranges::lower_bound(tellings, *facts, {}, &Telling::facts);
        tellings.insert(at, {.peer = peer, .facts = *facts, .failures = 0});
        ++told_[*facts];
        peers_.try_emplace(peer, Peer{.saved = parameters_.burst});
    }
    consider(game);
}

void ToldFacts::remove(const PeerId& peer)
{
    std::vector<GameId> games;
    for (const auto& [game, tellings] : games_) {
        if (std::ranges::find(tellings, peer, &Telling::peer) != tellings.end()) {
            games.push_back(game);
        }
    }
    for (const auto& game : games) {
        set(peer, game, std::nullopt);
    }
    peers_.erase(peer);
}

void ToldFacts::reconsider(const GameId& game) { consider(game); }

bool ToldFacts::counts(const Telling& telling) const
{
    const auto kept = kept_.find(telling.facts);
    return kept == kept_.end() ? telling.failures < max_failures : kept->second.facts.has_value();
}

std::optional<wire::FactsHash> ToldFacts::best(const GameId& game) const
{
    const auto found = games_.find(game);
    std::optional<wire::FactsHash> best;
    std::ptrdiff_t most = 0;
    if (found == games_.end()) {
        return best;
    }
    const auto& tellings = found->second;
    for (auto first = tellings.begin(); first != tellings.end();) {
        const auto end = std::ranges::upper_bound(first, tellings.end(), first->facts, {}, &Telling::facts);
        const auto votes = std::count_if(first, end, [this](const auto& telling) { return counts(telling); });
        if (votes > most) {
            most = votes;
            best = first->facts;
        }
        first = end;
    }
    return best;
}

const wire::GameFacts* ToldFacts::find(const GameId& game) const
{
    const auto hash = best(game);
    const auto kept = hash ? kept_.find(*hash) : kept_.end();
    return kept == kept_.end() ? nullptr : &*kept->second.facts;
}

std::vector<PeerId> ToldFacts::tellers(const GameId& game) const
{
    std::vector<PeerId> peers;
    if (const auto hash = best(game)) {
        for (const auto& telling : games_.at(game)) {
            if (telling.facts == *hash) {
                peers.push_back(telling.peer);
            }
        }
    }
    return peers;
}

std::optional<ToldFacts::Fetch> ToldFacts::next(TimePoint now)
{
    if (asked_ >= parameters_.max_asked || size_ >= parameters_.max_size) {
        return std::nullopt;
    }
    const auto steps = std::min(wanted_.size(), max_looked_at);
    for (std::size_t step = 0; step < steps && !wanted_.empty(); ++step) {
        auto at = wanted_.upper_bound(last_looked_at_);
        at = at == wanted_.end() ? wanted_.begin() : at;
        last_looked_at_ = *at;
        if (!is_wanted(last_looked_at_)) {  // they have come for another game meanwhile
            consider(last_looked_at_);
        } else if (auto fetch = choose(last_looked_at_, now)) {
            return fetch;
        }
    }
    return std::nullopt;
}

std::optional<ToldFacts::Fetch> ToldFacts::choose(const GameId& game, TimePoint now)
{
    const auto hash = best(game);
    if (!hash || asked_for_.contains(*hash)) {
        return std::nullopt;
    }
    std::optional<Fetch> fetch;
    Peer* chosen = nullptr;
    for (const auto& telling : games_.at(game)) {
        auto* peer = telling.facts == *hash && counts(telling) ? free_peer(telling.peer, now) : nullptr;
        if (peer != nullptr && (chosen == nullptr || peer->asked < chosen->asked)) {
            chosen = peer;
            fetch = Fetch{.peer = telling.peer, .game = game, .facts = *hash};
        }
    }
    if (chosen != nullptr) {
        ++chosen->asked;
        chosen->saved -= 1;
        ++asked_;
        asked_for_.insert(*hash);
    }
    return fetch;
}

/// The peer, where it may be asked now.
ToldFacts::Peer* ToldFacts::free_peer(const PeerId& id, TimePoint now)
{
    auto& peer = peers_.at(id);
    const std::chrono::duration<double> gained = now - std::exchange(peer.last_asked, now);
    peer.saved = std::min(parameters_.burst, peer.saved + gained / parameters_.interval);
    const bool is_free = peer.asked < parameters_.max_asked_of_peer && peer.saved >= 1 &&
                         now >= peer.rests_until && peer.size < parameters_.max_size_of_peer;
    return is_free ? &peer : nullptr;
}

void ToldFacts::finish(const Fetch& fetch, Outcome outcome, TimePoint now,
                       std::optional<wire::GameFacts> facts, std::size_t size)
{
    --asked_;
    asked_for_.erase(fetch.facts);
    const auto peer = peers_.find(fetch.peer);
    if (peer != peers_.end()) {
        peer->second.asked -= peer->second.asked > 0 ? 1 : 0;
        peer->second.rests_until = outcome == Outcome::failed ? now + parameters_.rest : TimePoint();
    }
    if (outcome == Outcome::got || outcome == Outcome::unusable) {
        keep(fetch.facts, {.facts = std::move(facts), .size = size + overhead, .from = fetch.peer});
    } else if (auto* telling = find_telling(fetch.peer, fetch.game);
               telling != nullptr && telling->facts == fetch.facts) {
        telling->failures += outcome == Outcome::missing ? max_failures : 1;
    }
    consider(fetch.game);
}

/// Nobody tells them any more: they are not kept.
void ToldFacts::keep(const wire::FactsHash& hash, Kept kept)
{
    if (!told_.contains(hash) || kept_.contains(hash)) {
        return;
    }
    size_ += kept.size;
    if (const auto peer = peers_.find(kept.from); peer != peers_.end()) {
        peer->second.size += kept.size;
    }
    kept_.emplace(hash, std::move(kept));
}

void ToldFacts::forget_telling(const wire::FactsHash& hash)
{
    const auto told = told_.find(hash);
    if (--told->second > 0) {
        return;
    }
    told_.erase(told);
    const auto kept = kept_.find(hash);
    if (kept == kept_.end()) {
        return;
    }
    size_ -= kept->second.size;
    if (const auto peer = peers_.find(kept->second.from); peer != peers_.end()) {
        peer->second.size -= std::min(peer->second.size, kept->second.size);
    }
    kept_.erase(kept);
}

ToldFacts::Telling* ToldFacts::find_telling(const PeerId& peer, const GameId& game)
{
    const auto found = games_.find(game);
    if (found == games_.end()) {
        return nullptr;
    }
    const auto telling = std::ranges::find(found->second, peer, &Telling::peer);
    return telling == found->second.end() ? nullptr : &*telling;
}

bool ToldFacts::is_wanted(const GameId& game) const
{
    const auto hash = best(game);
    return hash && !kept_.contains(*hash) && !is_known_(game);
}

/// After a change of what counts for the game.
void ToldFacts::consider(const GameId& game)
{
    if (is_wanted(game)) {
        wanted_.insert(game);
    } else {
        wanted_.erase(game);
    }
    changes_.insert(game);
}

}  // namespace lanspread::runtime
