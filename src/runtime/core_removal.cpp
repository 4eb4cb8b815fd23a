// Deleting a package: noted in state.db first, so that what is half gone is never left so.

#include <algorithm>

#include "async/offload.h"
#include "base/log.h"
#include "platform/paths.h"
#include "runtime/core.h"
#include "runtime/remove_package.h"
#include "store/library_index.h"
#include "store/manifests.h"
#include "store/removals.h"

namespace lanspread::runtime {

namespace {

/// How long others are waited for to have heard that they cannot fetch the game here any more.
constexpr std::chrono::seconds telling_patience{1};

/// How long chunks that are on their way may take to get there. Those that do not are fetched elsewhere.
constexpr std::chrono::seconds transfer_patience{5};

using store::RemovalRecord;

/// What is to be removed, and the names of its files.
struct Package {
    RemovalRecord record;
    std::shared_ptr<const content::Manifest> manifest;
    bool is_resumed = false;  ///< its removal was begun earlier: some of it may be gone
};

Result<std::shared_ptr<const content::Manifest>> load_manifest(store::Database& database,
                                                               const ContentId& content)
{
    const auto bytes = store::Manifests(database).get(content);
    if (!bytes || !*bytes) {
        return fail(bytes ? Error{ErrorCode::not_found, "its manifest is not in state.db"} : bytes.error());
    }
    auto manifest = content::Manifest::parse(**bytes);
    if (!manifest || manifest->content_id() != content) {
        return fail(ErrorCode::corrupt, "its manifest in state.db is damaged");
    }
    return std::make_shared<const content::Manifest>(std::move(*manifest));
}

/// A package that is not shared: one whose removal was begun, else one that the index knows. Of a folder that
/// is configured, that is. On the store's thread.
Result<Package> find_package(store::Database& database, const GameId& game,
                             const std::vector<std::filesystem::path>& games_folders)
{
    const auto is_meant = [&](const auto& row) {
        return row.game == game && std::ranges::find(games_folders, row.games_folder) != games_folders.end();
    };
    const auto removals = store::Removals(database).load_all();
    const auto index = store::LibraryIndex(database).load_all();
    if (!removals || !index) {
        return fail(removals ? index.error() : removals.error());
    }
    Package package;
    if (const auto begun = std::ranges::find_if(*removals, is_meant); begun != removals->end()) {
        package.record = *begun;
        package.is_resumed = true;
    } else if (const auto known = std::ranges::find_if(*index, is_meant); known != index->end()) {
        package.record = {.games_folder = known->games_folder, .game = game, .content = known->content};
    } else {
        return fail(
            ErrorCode::not_found,
            fmt::format("{}: no package of that game is here that lanspread has ever shared", game.text()));
    }
    auto manifest = load_manifest(database, package.record.content);
    if (!manifest) {
        return fail(manifest.error().in(game.text()));
    }
    package.manifest = std::move(*manifest);
    return package;
}

RemoveReport report_of(const Package& package, RemovedPackage removed, std::string title)
{
    const auto& game = package.record.game.text();
    return {.game = game,
            .title = std::move(title),
            .version = package.manifest->version(),
            .path = platform::to_utf8(package.record.games_folder / platform::to_path(game)),
            .bytes_freed = removed.bytes_freed,
            .files_removed = removed.files_removed,
            .left_count = removed.left_count,
            .left = std::move(removed.left)};
}

}  // namespace

Task<Result<RemoveReport>> PeerRuntime::Core::remove_game(RemoveGame command)
{
    const auto id = GameId::parse(command.game);
    if (!id) {
        co_return fail(id.error());
    }
    const auto download = downloads.find(*id);
    if (download && !is_terminal(download->state)) {
        co_return fail(ErrorCode::refused,
                       fmt::format("{} is being downloaded: `lanspread cancel {}` ends that first",
                                   title_of(*id), id->text()));
    }
    const auto running = operations.begin(*id, removing);
    if (!running) {
        co_return fail(running.error());
    }
    const auto held = library.hold(*id);
    Package package;
    if (const auto local = library.find(*id)) {
        package = {
            .record = {.games_folder = local->root.parent_path(), .game = *id, .content = local->content},
            .manifest = local->manifest};
    } else {
        auto found =
            co_await offload(store_pool, [&database = *database, game = *id, folders = config.games_folders] {
                return find_package(database, game, folders);
            });
        if (!found) {
            co_return fail(found.error());
        }
        package = std::move(*found);
    }
    const auto removable =
        co_await offload(disk_pool, [record = package.record, keep = command.keep_installed] {
            return check_removable(record.games_folder, record.game, keep);
        });
    if (!removable) {
        // What was begun is ended also where the sentinel, which goes first, is gone.
        const auto is_begun = co_await is_cut_short(package.record);
        if (!package.is_resumed || !is_begun || !*is_begun) {
            co_return fail(removable.error());
        }
    }
    const auto noted = co_await note_removal(package.record, package.manifest);
    if (!noted) {
        co_return fail(noted.error());
    }
    const auto title = title_of(*id);  // which our own copy may be the only one to tell
    library.withdraw(*id);
    co_await party.library_told(Clock::now() + telling_patience);
    co_await server.let_transfers_end(package.record.content, Clock::now() + transfer_patience);
    auto removed = co_await carry_out_removal(package.record, package.manifest);
    if (!removed) {
        co_return fail(removed.error());
    }
    const auto report = report_of(package, std::move(*removed), title);
    events.add("game_removed", {.game = id->text()},
               fmt::format("{} {} was removed from this PC", report.title, report.version));
    co_return report;
}

Task<Result<void>> PeerRuntime::Core::note_removal(RemovalRecord record,
                                                   std::shared_ptr<const content::Manifest> manifest)
{
    return offload(
        store_pool, [&database = *database, record = std::move(record), manifest]() -> Result<void> {
            auto kept = store::Manifests(database).put(record.content, manifest->canonical_bytes());
            return kept ? store::Removals(database).save(record) : kept;
        });
}

Task<Result<RemovedPackage>> PeerRuntime::Core::carry_out_removal(
    RemovalRecord record, std::shared_ptr<const content::Manifest> manifest)
{
    const auto root = record.games_folder / platform::to_path(record.game.text());
    server.forget(root);
    auto removed = co_await offload(
        disk_pool, [folder = record.games_folder, manifest] { return remove_package(folder, *manifest); });
    if (!removed) {
        co_return fail(removed.error());
    }
    co_await library.forget(root);
    const auto dropped = co_await drop_removal(record.game);
    if (!dropped) {
        co_return fail(dropped.error());
    }
    const auto cleared = co_await offload(
        disk_pool, [record] { return clear_after_removal(record.games_folder, record.game); });
    if (!cleared) {  // all that counts is gone
        log::warning("library", "{}: its empty folder stays: {}", record.game.text(),
                     cleared.error().message);
    }
    co_return removed;
}

/// Begins with what an earlier process has left half removed, so that the library never sees it.
Task<void> PeerRuntime::Core::run_library()
{
    {
        const auto cut_short = std::exchange(cut_short_removals, {});
        for (const auto& removal : cut_short) {
            const auto& game = removal.record.game.text();
            const auto done = co_await finish_removal(removal.record);
            if (done) {
                log::info("library", "{}: its removal, which was cut short, is over", game);
            } else {
                log::warning("library",
                             "{}: its removal was cut short: {}; `lanspread remove` goes on with it", game,
                             done.error().message);
            }
        }
    }
    co_await library.run();
}

/// Before anything runs: nobody begins anything with these games until their removal is over.
void PeerRuntime::Core::take_up_removals(const std::vector<RemovalRecord>& records)
{
    for (const auto& record : records) {
        const bool is_configured =
            std::ranges::find(config.games_folders, record.games_folder) != config.games_folders.end();
        if (is_configured) {
            auto running = operations.begin(record.game, removing);
            cut_short_removals.push_back({.record = record,
                                          .running = running ? std::move(*running) : nullptr,
                                          .held = library.hold(record.game)});
        }
    }
}

Task<Result<bool>> PeerRuntime::Core::is_cut_short(RemovalRecord record)
{
    return offload(disk_pool, [record = std::move(record)] {
        return is_half_removed(record.games_folder, record.game, record.content);
    });
}

/// Where nothing was deleted yet, or the game was put there anew, it stays.
Task<Result<void>> PeerRuntime::Core::finish_removal(RemovalRecord record)
{
    const auto is_begun = co_await is_cut_short(record);
    if (!is_begun) {
        co_return fail(is_begun.error());  // its disk may be missing, or fail: the record stays
    }
    if (!*is_begun) {
        co_return co_await drop_removal(record.game);
    }
    const auto manifest = co_await offload(store_pool, [&database = *database, content = record.content] {
        return load_manifest(database, content);
    });
    if (!manifest) {
        co_return fail(manifest.error());
    }
    const auto removed = co_await carry_out_removal(record, *manifest);
    co_return removed ? Result<void>() : fail(removed.error());
}

Task<Result<void>> PeerRuntime::Core::drop_removal(GameId game)
{
    return offload(store_pool, [&database = *database, game = std::move(game)] {
        return store::Removals(database).remove(game);
    });
}

}  // namespace lanspread::runtime
