#include "library/library.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include <fmt/format.h>

#include "async/offload.h"
#include "base/log.h"
#include "library/core.h"
#include "platform/paths.h"
#include "store/library_index.h"
#include "store/manifests.h"

namespace lanspread::library {

namespace {

constexpr auto settling_time = std::chrono::nanoseconds(settling_ns) + std::chrono::milliseconds(1);

}  // namespace

std::int64_t wall_clock_ns()
{
    return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

Library::Library(Pools pools, store::Database& database, Options options)
    : core_(std::make_unique<Core>(pools, database, std::move(options)))
{
}

Library::~Library() = default;

std::vector<LocalGamePtr> Library::games() const { return core_->table_.games(); }
LocalGamePtr Library::find(const GameId& game) const { return core_->table_.find(game); }
LocalGamePtr Library::find(const ContentId& content) const { return core_->table_.find(content); }
std::uint64_t Library::rev() const { return core_->table_.rev(); }
bool Library::is_scanning() const { return core_->is_scanning_; }

std::vector<std::string> Library::problems() const
{
    std::vector<std::string> texts;
    for (const auto& [path, problem] : core_->problems_) {
        texts.push_back(fmt::format("{}: {}", platform::to_utf8(path), problem.text));
    }
    return texts;
}

void Library::on_change(std::function<void(const Change&)> listener)
{
    core_->table_.on_change(std::move(listener));
}
void Library::on_scan_finished(std::function<void()> listener)
{
    core_->scan_finished_ = std::move(listener);
}

Task<void> Library::run() { return core_->run(); }
Task<void> Library::rescan() { return core_->rescan(); }

void Library::request_scan() { core_->request_scan(); }

Task<Result<void>> Library::adopt(std::filesystem::path games_folder, ManifestPtr manifest)
{
    Root root{.games_folder = std::move(games_folder), .game = manifest->game()};
    return core_->adopt(std::move(root), std::move(manifest));
}

Task<Result<VerifyReport>> Library::verify(GameId game) { return core_->verify(std::move(game)); }

Library::Hold Library::hold(const GameId& game) { return core_->hold(game); }

Library::Core::Core(Pools pools, store::Database& database, Options options)
    : pools_(pools),
      database_(database),
      options_(std::move(options)),
      hasher_(pools.hash, pools.hash_threads)
{
}

Task<void> Library::Core::run()
{
    co_await load_index();
    while (true) {
        co_await scan();
        if (scan_finished_) {
            scan_finished_();
        }
        const auto next =
            Clock::now() + (somebody_is_changing_ ? options_.changing_interval : options_.scan_interval);
        while (scans_requested_ <= scans_started_ && co_await scan_wanted_.wait_until(next)) {
        }
    }
}

Task<void> Library::Core::rescan()
{
    const auto wanted = scans_started_ + 1;
    request_scan();
    while (scans_ended_ < wanted) {
        co_await scan_ended_.wait();
    }
}

void Library::Core::request_scan()
{
    scans_requested_ = scans_started_ + 1;
    scan_wanted_.notify_all();
}

Library::Hold Library::Core::hold(const GameId& game)
{
    ++holds_[game];
    touch(game);
    return Hold(std::shared_ptr<void>(nullptr, [this, game](std::nullptr_t) { release(game); }));
}

void Library::Core::release(const GameId& game)
{
    const auto held = holds_.find(game);
    if (--held->second > 0) {
        return;
    }
    holds_.erase(held);
    touch(game);
    if (missed_.erase(game) > 0) {
        request_scan();
    }
}

Task<Result<void>> Library::Core::adopt(Root root, ManifestPtr manifest)
{
    touch(root.game);
    // Its sentinel was renamed just now: without this pause all of it would be looked at twice.
    co_await sleep_for(settling_time);
    auto listing = co_await read_settled(root);
    if (!listing) {
        co_return fail(listing.error().in(root.game.text()));
    }
    const auto files = manifest_files(listing->fingerprint);
    if (files != manifest->files()) {
        const auto [here, there] = std::ranges::mismatch(files, manifest->files());
        const auto& path = here != files.end() ? here->path : there->path;
        co_return fail(ErrorCode::exists,
                       fmt::format("{}: {} is not as its manifest says; move away what does not belong there",
                                   root.game.text(), path.text()));
    }
    known_[root] = {.content = manifest->content_id(),
                    .fingerprint = std::make_shared<const Fingerprint>(std::move(listing->fingerprint)),
                    .damage = {},
                    .manifest = manifest};
    touch(root.game);
    co_await remember(root);
    problems_.erase(root.path());
    publish(root);
    co_return Result<void>();
}

Task<Result<RootListing>> Library::Core::read_settled(Root root)
{
    auto began_ns = wall_clock_ns();
    auto listing = co_await offload(pools_.disk, [root] { return read_root(root); });
    if (listing && !is_settled(listing->fingerprint, began_ns)) {
        co_await sleep_for(settling_time);
        began_ns = wall_clock_ns();
        listing = co_await offload(pools_.disk, [root] { return read_root(root); });
    }
    if (listing && !is_settled(listing->fingerprint, began_ns)) {
        request_scan();
        co_return fail(ErrorCode::unavailable,
                       "its files are changing; it is looked at again when that is over");
    }
    co_return listing;
}

Task<void> Library::Core::load_index()
{
    if (index_loaded_) {
        co_return;
    }
    using Row = std::pair<Root, Known>;
    auto rows = co_await offload(pools_.store, [database = &database_]() -> Result<std::vector<Row>> {
        const auto index = store::LibraryIndex(*database).load_all();
        if (!index) {
            return fail(index.error());
        }
        std::vector<Row> decoded;
        for (const auto& game : *index) {
            if (auto fingerprint = decode_fingerprint(game.fingerprint)) {
                decoded.emplace_back(
                    Root{.games_folder = game.games_folder, .game = game.game},
                    Known{.content = game.content,
                          .fingerprint = std::make_shared<const Fingerprint>(std::move(*fingerprint)),
                          .damage = game.damage,
                          .manifest = nullptr});
            } else {
                log::warning("library", "{}: {}; it is hashed again", game.game.text(),
                             fingerprint.error().message);
            }
        }
        return decoded;
    });
    if (!rows) {
        throw std::runtime_error(rows.error().message);
    }
    for (auto& [root, known] : *rows) {
        known_.try_emplace(root, std::move(known));  // what was adopted meanwhile is newer
    }
    index_loaded_ = true;
}

Task<void> Library::Core::remember(Root root)
{
    const auto known = known_.at(root);
    const auto saved = co_await offload(pools_.store, [database = &database_, root, known]() -> Result<void> {
        if (known.manifest) {
            if (auto put = store::Manifests(*database).put(known.content, known.manifest->canonical_bytes());
                !put) {
                return put;
            }
        }
        return store::LibraryIndex(*database).save({.games_folder = root.games_folder,
                                                    .game = root.game,
                                                    .content = known.content,
                                                    .fingerprint = encode(*known.fingerprint),
                                                    .damage = known.damage});
    });
    if (!saved) {
        log::warning("library", "{} is not remembered: {}", root.game.text(), saved.error().message);
        report(database_.file(),
               fmt::format("games are hashed again after a restart: {}", saved.error().message));
    }
}

Task<ManifestPtr> Library::Core::load_manifest(Root root)
{
    const auto found = known_.find(root);
    if (found == known_.end() || found->second.manifest) {
        co_return found == known_.end() ? nullptr : found->second.manifest;
    }
    const auto content = found->second.content;
    auto manifest = co_await offload(pools_.store, [database = &database_, root, content]() -> ManifestPtr {
        const auto bytes = store::Manifests(*database).get(content);
        if (!bytes || !*bytes) {
            return nullptr;
        }
        auto parsed = content::Manifest::parse(**bytes);
        if (!parsed || parsed->content_id() != content || parsed->game() != root.game) {
            return nullptr;
        }
        return std::make_shared<const content::Manifest>(std::move(*parsed));
    });
    // Looked up again: it may have been replaced meanwhile.
    const auto now = known_.find(root);
    if (now != known_.end() && now->second.content == content && !now->second.manifest) {
        now->second.manifest = manifest;
    }
    co_return manifest;
}

void Library::Core::publish(const Root& root)
{
    const auto& known = known_.at(root);
    table_.put(std::make_shared<const LocalGame>(LocalGame{.id = root.game,
                                                           .version = known.manifest->version(),
                                                           .content = known.content,
                                                           .manifest = known.manifest,
                                                           .root = root.path(),
                                                           .stats = stats(*known.fingerprint)}));
}

}  // namespace lanspread::library
