#include "library/library.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "async/offload.h"
#include "async/task_group.h"
#include "library/core.h"

namespace lanspread::library {

namespace {

constexpr auto settling_time = std::chrono::nanoseconds(settling_ns) + std::chrono::milliseconds(1);
/// Roots that are looked at side by side.
constexpr unsigned parallel_looks = 4;

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
bool Library::has_looked() const { return core_->has_looked_; }
std::vector<std::string> Library::problems() const { return core_->problems(); }
std::vector<FolderState> Library::folders() const { return core_->folders(); }
std::vector<InstalledGame> Library::installed_games() const { return core_->installed_games(); }
std::vector<UnsharedGame> Library::unshared_games() const { return core_->unshared_games(); }
std::string Library::watch_problem() const { return core_->watch_problem(); }

void Library::on_change(std::function<void(const Change&)> listener)
{
    core_->table_.on_change(std::move(listener));
}
void Library::on_folders_change(std::function<void()> listener)
{
    core_->folder_listeners_.push_back(std::move(listener));
}
void Library::on_scan_finished(std::function<void()> listener)
{
    core_->scan_finished_ = std::move(listener);
}

Task<void> Library::run() { return core_->run(); }
Task<void> Library::watch() { return core_->watch(); }
Task<void> Library::rescan() { return core_->rescan(); }
void Library::request_scan() { core_->request_scan(); }
void Library::request_look(const GameId& game) { core_->request_look(game); }
void Library::withdraw(const GameId& game) { core_->withdraw(game); }

Task<void> Library::forget(std::filesystem::path root)
{
    auto game = GameId::parse(root.filename().native());
    if (game) {
        co_await core_->forget({.games_folder = root.parent_path(), .game = std::move(*game)});
    }
}

Task<Result<void>> Library::adopt(std::filesystem::path games_folder, ManifestPtr manifest)
{
    Root root{.games_folder = std::move(games_folder), .game = manifest->game()};
    return core_->adopt(std::move(root), std::move(manifest));
}

Task<ManifestPtr> Library::original(std::filesystem::path games_folder, GameId game)
{
    return core_->load_original({.games_folder = std::move(games_folder), .game = std::move(game)});
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
    // What an earlier run was at work on has ended with it.
    plan_.forget_work();
    candidates_.clear();
    TaskGroup group(co_await asio::this_coro::executor, CancellationToken());
    group.spawn(scans());
    for (unsigned number = 0; number < parallel_looks; ++number) {
        group.spawn(looks());
    }
    group.spawn(establish_candidates());
    co_await group.join();
}

Task<void> Library::Core::rescan()
{
    const auto wanted = scans_started_ + 1;
    scans_asked_ = wanted;
    is_asked_by_person_ = true;
    scan_wanted_.notify_all();
    while (scans_ended_ < wanted) {
        co_await scan_ended_.wait();
    }
}

void Library::Core::request_scan()
{
    is_scan_wanted_ = true;
    scan_wanted_.notify_all();
}

void Library::Core::request_look(const GameId& game)
{
    if (const auto root = owner(game)) {
        plan_.look_soon(*root, Clock::now());
        looks_wanted_.notify_all();
    }
}

Library::Hold Library::Core::hold(const GameId& game)
{
    plan_.hold(game);
    touch(game);
    return Hold(std::shared_ptr<void>(nullptr, [this, game](std::nullptr_t) { release(game); }));
}

void Library::Core::release(const GameId& game)
{
    touch(game);
    plan_.release(game, Clock::now());
    looks_wanted_.notify_all();
}

void Library::Core::withdraw(const GameId& game)
{
    touch(game);
    request_look(game);
    table_.remove(game);
}

bool Library::Core::is_busy(const GameId& game, std::uint64_t since) const
{
    const auto touched = touched_.find(game);
    return plan_.is_held(game) || (touched != touched_.end() && touched->second > since);
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
                    .manifest = manifest,
                    .original = {}};
    touch(root.game);
    co_await remember(root);
    clear_problem(root.path());
    set_kind(root, {.has_sentinel = true, .is_installed = is_installed(root)});
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
        plan_.look_soon(root, Clock::now());
        looks_wanted_.notify_all();
        co_return fail(ErrorCode::unavailable,
                       "its files are changing; it is looked at again when that is over");
    }
    co_return listing;
}

}  // namespace lanspread::library
