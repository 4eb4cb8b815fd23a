#include "runtime/game_facts.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "async/offload.h"
#include "base/log.h"
#include "content/find_file.h"
#include "facts/game_toml.h"
#include "runtime/no_data.h"
#include "wire/codec.h"

namespace lanspread::runtime {

namespace {

using std::chrono::seconds;

/// For facts, which are small, to cross a slow link; and for a picture.
constexpr seconds facts_patience{10};
constexpr seconds cover_patience{20};
/// How long nothing is asked for, when nobody could be asked.
constexpr seconds ask_again{1};
/// Peers of which a picture is tried to be had.
constexpr std::size_t max_cover_tries = 4;

/// What a peer tells about a game: one voice for a peer, which is that of its newest complete version.
std::optional<wire::FactsHash> told_about(const party::LibraryView& library, const GameId& game)
{
    const wire::GameEntry* best = nullptr;
    for (const auto* entry : library.find(game)) {
        const auto rank = [](const wire::GameEntry& one) { return std::tie(one.complete, one.version); };
        if (entry->facts && (best == nullptr || rank(*entry) > rank(*best))) {
            best = entry;
        }
    }
    return best == nullptr ? std::nullopt : best->facts;
}

bool has_file(const library::LocalGame& game, std::string_view path)
{
    return content::find_file(*game.manifest, path) != nullptr;
}

/// What the root says, without a cover that is not of the package: everybody gets to see it.
Result<facts::RootFacts> of_package(const library::LocalGame& game, facts::RootFacts read)
{
    if (read.cover && !has_file(game, read.cover->text())) {
        read.problem = fmt::format("cover '{}': it is not of the package", read.cover->text());
        read.cover.reset();
        read.facts.cover.reset();
    }
    return read;
}

}  // namespace

/// A question to a peer, which ends in some way.
class GameFacts::Asked {
public:
    Asked(GameFacts& owner, ToldFacts::Fetch fetch) : owner_(owner), fetch_(std::move(fetch)) {}
    Asked(const Asked&) = delete;
    Asked& operator=(const Asked&) = delete;
    ~Asked()
    {
        owner_.told_by_peers_.finish(fetch_, outcome, Clock::now(), std::move(facts), size);
        owner_.something_to_fetch_.notify_all();
    }

    ToldFacts::Outcome outcome = ToldFacts::Outcome::failed;
    std::optional<wire::GameFacts> facts;
    std::size_t size = 0;

private:
    GameFacts& owner_;
    ToldFacts::Fetch fetch_;
};

GameFacts::GameFacts(Environment environment)
    : environment_(std::move(environment)),
      told_by_peers_([this](const GameId& game) { return own_.known(game).facts != nullptr; })
{
}

KnownFacts GameFacts::known(const GameId& game) const
{
    if (const auto own = own_.known(game); own.facts != nullptr) {
        return own;
    }
    const auto* facts = told_by_peers_.find(game);
    return facts == nullptr ? KnownFacts() : KnownFacts{.facts = facts, .from = "peers"};
}

void GameFacts::on_change(std::function<void(const std::vector<GameId>&)> listener)
{
    listeners_.push_back(std::move(listener));
}

void GameFacts::tell_changes(const std::vector<GameId>& games)
{
    for (const auto& listener : listeners_) {
        listener(games);
    }
}

/// What others tell counts, or does not, as something of our own has changed.
void GameFacts::take_changes()
{
    const auto changes = told_by_peers_.take_changes();
    if (!changes.empty()) {
        something_to_fetch_.notify_all();
        tell_changes({changes.begin(), changes.end()});
    }
}

void GameFacts::library_changed(const library::Change& change)
{
    const auto& game = change.after ? change.after->id : change.before->id;
    if (change.after && has_file(*change.after, facts::game_toml_name)) {
        to_read_[game] = change.after;
        something_to_read_.notify_all();
        return;
    }
    to_read_.erase(game);
    own_.remove_root(game);
    told_by_peers_.reconsider(game);
    take_changes();
}

void GameFacts::catalog_changed(std::shared_ptr<const catalog::CatalogSnapshot> catalog,
                                const std::vector<GameId>& games)
{
    own_.set_catalog(std::move(catalog), games);
    for (const auto& game : games) {
        told_by_peers_.reconsider(game);
    }
    take_changes();
}

void GameFacts::tell_of_peers(const PeerId& peer, const GameId& game)
{
    const auto* library = environment_.party.library(peer);
    told_by_peers_.set(peer, game, library == nullptr ? std::nullopt : told_about(*library, game));
}

void GameFacts::peer_joined(const PeerId& peer)
{
    const auto* library = environment_.party.library(peer);
    if (library == nullptr) {
        return;
    }
    for (const auto& [content, entry] : library->entries()) {
        if (entry.facts) {
            tell_of_peers(peer, entry.game);
        }
    }
    take_changes();
}

void GameFacts::peer_changed(const PeerId& peer, const std::vector<GameId>& games)
{
    for (const auto& game : games) {
        tell_of_peers(peer, game);
    }
    take_changes();
}

void GameFacts::peer_left(const PeerId& peer)
{
    told_by_peers_.remove(peer);
    take_changes();
}

Task<void> GameFacts::run()
{
    group_.emplace(co_await asio::this_coro::executor, CancellationToken());
    group_->spawn(read_roots());
    group_->spawn(fetch_when_due());
    co_await group_->join();
}

Task<void> GameFacts::read_roots()
{
    while (true) {
        while (to_read_.empty()) {
            co_await something_to_read_.wait();
        }
        const auto local = to_read_.begin()->second;
        to_read_.erase(to_read_.begin());
        auto read = co_await offload(environment_.disk_pool,
                                     [root = local->root] { return facts::read_root_facts(root); });
        if (environment_.find_local(local->id) != local) {
            continue;  // it has changed meanwhile, and is told of anew
        }
        if (read && !*read) {
            own_.remove_root(local->id);
        } else {
            own_.set_root(local->id, local->root,
                          read ? of_package(*local, **std::move(read)) : fail(read.error()));
        }
        told_by_peers_.reconsider(local->id);
        take_changes();
    }
}

Task<void> GameFacts::fetch_when_due()
{
    while (true) {
        while (auto next = told_by_peers_.next(Clock::now())) {
            group_->spawn(fetch(*std::move(next)));
        }
        take_changes();
        const auto deadline = told_by_peers_.is_waiting() ? Clock::now() + ask_again : TimePoint::max();
        (void)co_await something_to_fetch_.wait_until(deadline);
    }
}

Task<void> GameFacts::fetch(ToldFacts::Fetch fetch)
{
    Asked asked(*this, fetch);
    const auto bytes = co_await ask(fetch.peer, {.request = wire::GetFacts{fetch.facts},
                                                 .max_size = wire::max_facts_size,
                                                 .patience = facts_patience});
    auto facts = bytes ? facts::decode_facts(fetch.facts, *bytes) : fail(bytes.error());
    if (facts) {
        asked.outcome = ToldFacts::Outcome::got;
        asked.facts = *std::move(facts);
        asked.size = bytes->size();
    } else if (facts.error().code == ErrorCode::corrupt) {
        asked.outcome = ToldFacts::Outcome::missing;
        ban(fetch.peer, fmt::format("what it tells about {}", fetch.game.text()), facts.error());
    } else if (bytes) {
        asked.outcome = ToldFacts::Outcome::unusable;
        log::warning("facts", "what {} tells about {} is of no use: {}", environment_.party.name(fetch.peer),
                     fetch.game.text(), facts.error().message);
    } else if (facts.error().code == ErrorCode::not_found || facts.error().code == ErrorCode::refused ||
               facts.error().code == ErrorCode::invalid_input) {
        asked.outcome = ToldFacts::Outcome::missing;
    }
}

/// `corrupt` only where the peer is proven wrong: by more bytes than there can be.
Task<Result<Bytes>> GameFacts::ask(PeerId peer, Question question)
{
    const auto deadline = Clock::now() + question.patience;
    auto answer = co_await environment_.party.request_data(peer, question.request, deadline);
    if (!answer) {
        co_return no_data(answer.error());
    }
    auto& [data, stream] = *answer;
    if (data.size > question.max_size) {
        co_return fail(ErrorCode::corrupt,
                       fmt::format("{} bytes (at most {} are accepted)", data.size, question.max_size));
    }
    auto bytes = co_await stream.read_bytes(data.size, deadline);
    if (!bytes && bytes.error().code != ErrorCode::timed_out) {
        co_return fail(ErrorCode::unavailable, bytes.error().message);
    }
    co_return bytes;
}

void GameFacts::ban(const PeerId& peer, const std::string& what, const Error& error)
{
    log::warning("facts", "{} sent wrong bytes for {}: {}", environment_.party.name(peer), what,
                 error.message);
    environment_.party.ban(peer, fmt::format("sent wrong bytes for {}", what));
}

Task<Result<Bytes>> GameFacts::cover_bytes(GameId game)
{
    const auto facts = known(game);
    const auto told = facts.facts == nullptr ? std::nullopt : facts.facts->cover;
    const auto place = own_.cover(game);
    if (place && (!told || place->cover == *told)) {
        co_return co_await offload(environment_.disk_pool, [place = *place] { return read_cover(place); });
    }
    if (!told) {
        co_return fail(ErrorCode::not_found, fmt::format("nobody has a picture of {}", game.text()));
    }
    const auto cover = *told;
    auto tellers = told_by_peers_.tellers(game);
    tellers.resize(std::min(tellers.size(), max_cover_tries));
    Result<Bytes> bytes = fail(ErrorCode::unavailable, "nobody who has it is connected");
    for (const auto& peer : tellers) {
        bytes = co_await fetch_cover(peer, cover);
        if (bytes) {
            co_return bytes;
        }
        if (bytes.error().code == ErrorCode::corrupt) {
            ban(peer, fmt::format("the picture of {}", game.text()), bytes.error());
        }
    }
    co_return fail(bytes.error().in(fmt::format("the picture of {}", game.text())));
}

Task<Result<Bytes>> GameFacts::fetch_cover(PeerId peer, wire::CoverRef cover)
{
    auto bytes = co_await ask(
        peer, {.request = wire::GetCover{cover.hash}, .max_size = cover.size, .patience = cover_patience});
    if (!bytes) {
        co_return bytes;
    }
    co_return co_await offload(environment_.disk_pool,
                               [bytes = *std::move(bytes), hash = cover.hash]() mutable -> Result<Bytes> {
                                   if (facts::hash_cover(bytes) != hash) {
                                       return fail(ErrorCode::corrupt, "it has another hash");
                                   }
                                   return std::move(bytes);
                               });
}

}  // namespace lanspread::runtime
