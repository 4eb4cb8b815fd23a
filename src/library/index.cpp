#include <chrono>
#include <stdexcept>

#include <fmt/format.h>

#include "async/offload.h"
#include "async/task_group.h"
#include "base/log.h"
#include "library/core.h"
#include "store/library_index.h"
#include "store/manifests.h"

/// The index: what is known of roots, in state.db.
namespace lanspread::library {

namespace {

/// For how long what is known of a root is kept that is not there. A disk may lie in a drawer from one party
/// to the next.
constexpr std::chrono::milliseconds kept_for = std::chrono::days(400);
constexpr Duration noting_interval = std::chrono::hours(24);

using Rows = std::vector<store::IndexedGame>;
using Fingerprints = std::vector<Result<Fingerprint>>;

/// Decodes all, some of them on each thread of the pool.
Task<void> decode_part(asio::thread_pool& pool, std::shared_ptr<const Rows> rows,
                       std::shared_ptr<Fingerprints> decoded, std::size_t first, std::size_t step)
{
    (void)co_await offload(pool, [rows, decoded, first, step] {
        for (auto index = first; index < rows->size(); index += step) {
            (*decoded)[index] = decode_fingerprint((*rows)[index].fingerprint);
        }
        return true;
    });
}

}  // namespace

Task<void> Library::Core::load_index()
{
    if (index_loaded_) {
        co_return;
    }
    auto loaded = co_await offload(
        pools_.store, [database = &database_] { return store::LibraryIndex(*database).load_all(); });
    if (!loaded) {
        throw std::runtime_error(loaded.error().message);
    }
    const auto rows = std::make_shared<const Rows>(std::move(*loaded));
    const auto decoded = std::make_shared<Fingerprints>(rows->size());
    {
        TaskGroup group(co_await asio::this_coro::executor, CancellationToken());
        for (unsigned thread = 0; thread < pools_.hash_threads; ++thread) {
            group.spawn(decode_part(pools_.hash, rows, decoded, thread, pools_.hash_threads));
        }
        co_await group.join();
    }
    for (std::size_t index = 0; index < rows->size(); ++index) {
        const auto& row = (*rows)[index];
        auto& fingerprint = (*decoded)[index];
        if (!fingerprint) {
            log::warning("library", "{}: {}; it is hashed again", row.game.text(),
                         fingerprint.error().message);
            continue;
        }
        // What was adopted meanwhile is newer.
        known_.try_emplace(Root{.games_folder = row.games_folder, .game = row.game},
                           Known{.content = row.content,
                                 .fingerprint = std::make_shared<const Fingerprint>(std::move(*fingerprint)),
                                 .damage = row.damage,
                                 .manifest = nullptr,
                                 .original = row.original});
    }
    index_loaded_ = true;
}

Task<void> Library::Core::remember(Root root)
{
    const auto known = known_.at(root);
    const auto now_ms = wall_clock_ns() / 1'000'000;
    const auto saved =
        co_await offload(pools_.store, [database = &database_, root, known, now_ms]() -> Result<void> {
            if (known.manifest) {
                if (auto put =
                        store::Manifests(*database).put(known.content, known.manifest->canonical_bytes());
                    !put) {
                    return put;
                }
            }
            return store::LibraryIndex(*database).save({.games_folder = root.games_folder,
                                                        .game = root.game,
                                                        .content = known.content,
                                                        .fingerprint = encode(*known.fingerprint),
                                                        .damage = known.damage,
                                                        .original = known.original,
                                                        .seen_ms = now_ms});
        });
    if (saved) {
        clear_problem(database_.file());
    } else {
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
    auto manifest = co_await read_manifest(root.game, content);
    // Looked up again: it may have been replaced meanwhile.
    const auto now = known_.find(root);
    if (now != known_.end() && now->second.content == content && !now->second.manifest) {
        now->second.manifest = manifest;
    }
    co_return manifest;
}

Task<ManifestPtr> Library::Core::read_manifest(GameId game, ContentId content)
{
    auto bytes = co_await offload(
        pools_.store, [database = &database_, content] { return store::Manifests(*database).get(content); });
    // Not on the store's one thread: there may be hundreds.
    co_return co_await offload(pools_.hash, [bytes = std::move(bytes), content, game]() -> ManifestPtr {
        if (!bytes || !*bytes) {
            return nullptr;
        }
        auto parsed = content::Manifest::parse(**bytes);
        if (!parsed || parsed->content_id() != content || parsed->game() != game) {
            return nullptr;
        }
        return std::make_shared<const content::Manifest>(std::move(*parsed));
    });
}

Task<ManifestPtr> Library::Core::load_original(Root root)
{
    const auto found = known_.find(root);
    if (found != known_.end() && found->second.original) {
        if (auto original = co_await read_manifest(root.game, *found->second.original)) {
            co_return original;
        }
    }
    co_return co_await load_manifest(root);
}

Task<void> Library::Core::note_seen()
{
    if (noted_seen_ && Clock::now() - *noted_seen_ < noting_interval) {
        co_return;
    }
    noted_seen_ = Clock::now();
    std::vector<store::LibraryIndex::Place> seen;
    for (const auto& [folder, view] : views_) {
        for (const auto& [game, kind] : view.found.roots) {
            if (kind.has_sentinel) {
                seen.push_back({.games_folder = folder, .game = game});
            }
        }
    }
    const auto now_ms = wall_clock_ns() / 1'000'000;
    const auto noted = co_await offload(pools_.store, [database = &database_, seen, now_ms] {
        return store::LibraryIndex(*database).note_seen(seen, now_ms, now_ms - kept_for.count());
    });
    if (!noted) {
        log::warning("library", "which games are there is not noted: {}", noted.error().message);
    }
}

Task<void> Library::Core::forget(Root root)
{
    touch(root.game);
    known_.erase(root);
    clear_problem(root.path());
    set_kind(root, {});
    leave_table(root);
    const auto removed = co_await offload(pools_.store, [database = &database_, root] {
        return store::LibraryIndex(*database).remove(root.games_folder, root.game);
    });
    if (!removed) {
        log::warning("library", "{} is not forgotten: {}", root.game.text(), removed.error().message);
    }
    folders_changed();
}

}  // namespace lanspread::library
