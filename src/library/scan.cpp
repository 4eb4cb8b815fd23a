#include <algorithm>

#include <fmt/format.h>

#include "async/offload.h"
#include "base/log.h"
#include "library/core.h"
#include "library/hash_plan.h"
#include "platform/paths.h"

/// The scan: first a quick look at every root, which publishes all that did not change, then the hashing of
/// the rest.
namespace lanspread::library {

namespace {

/// Holds a flag up for as long as a scope runs, however it ends.
class Raised {
public:
    explicit Raised(bool& flag) : flag_(flag) { flag_ = true; }
    ~Raised() { flag_ = false; }
    Raised(const Raised&) = delete;
    Raised& operator=(const Raised&) = delete;

private:
    bool& flag_;
};

}  // namespace

Task<void> Library::Core::scan()
{
    ++scans_started_;
    {
        const Raised scanning(is_scanning_);
        touches_at_start_ = touches_;
        seen_.clear();
        candidates_.clear();
        somebody_is_changing_ = false;
        for (const auto& folder : options_.games_folders) {
            co_await look_into(folder);
        }
        for (const auto& game : table_.games()) {
            if (!seen_.contains(game->id) && !is_busy(game->id)) {
                log::info("library", "{} is gone", game->id.text());
                table_.remove(game->id);
            }
        }
        for (auto& candidate : candidates_) {
            co_await establish(std::move(candidate));
        }
        candidates_.clear();
        std::erase_if(problems_, [this](const auto& entry) { return entry.second.scan < scans_started_; });
    }
    scans_ended_ = scans_started_;
    scan_ended_.notify_all();
}

Task<void> Library::Core::look_into(std::filesystem::path games_folder)
{
    const auto found =
        co_await offload(pools_.disk, [games_folder] { return read_games_folder(games_folder); });
    if (!found) {
        const bool is_missing = found.error().code == ErrorCode::not_found;
        report(games_folder,
               is_missing
                   ? "there is no such games folder; make it, attach its disk, or name another with --games"
                   : "this games folder cannot be read; check its rights, or name another with --games");
        co_return;
    }
    if (!found->is_writable) {
        report(games_folder, "read-only: its games are shared, but none can be fetched into it");
    }
    for (const auto& [path, text] : found->problems) {
        report(path, text);
    }
    for (const auto& game : found->roots) {
        const Root root{.games_folder = games_folder, .game = game};
        const auto [other, is_first] = seen_.emplace(game, root);
        if (is_first) {
            co_await look_at(root);
        } else {
            report(root.path(), fmt::format("not shared: {} is the same game; remove one of them",
                                            platform::to_utf8(other->second.path())));
        }
    }
}

Task<void> Library::Core::look_at(Root root)
{
    auto listing = co_await offload(pools_.disk, [root] { return read_root(root); });
    auto manifest = co_await load_manifest(root);
    if (is_busy(root.game)) {
        co_return;
    }
    if (!listing) {
        refuse(root, fmt::format("not shared: {}", listing.error().message));
        co_return;
    }
    const auto known = known_.find(root);
    const bool is_unchanged = known != known_.end() && *known->second.fingerprint == listing->fingerprint;
    if (is_unchanged && !known->second.damage.empty()) {
        refuse(root, known->second.damage);
    } else if (is_unchanged && manifest && listing->version == manifest->version()) {
        const auto published = table_.find(root.game);
        if (!published || published->root != root.path() || published->content != known->second.content) {
            publish(root);
        }
    } else {
        // What was published is no longer what lies there.
        table_.remove(root.game);
        candidates_.push_back({.root = std::move(root), .listing = std::move(*listing)});
    }
}

Task<void> Library::Core::establish(Candidate candidate)
{
    const auto root = candidate.root;
    if (is_busy(root.game)) {
        co_return;
    }
    if (!is_settled(candidate.listing.fingerprint, wall_clock_ns())) {
        co_await sleep_for(std::chrono::nanoseconds(2 * settling_ns));
        auto listing = co_await offload(pools_.disk, [root] { return read_root(root); });
        if (!listing) {
            refuse(root, fmt::format("not shared: {}", listing.error().message));
            co_return;
        }
        candidate.listing = std::move(*listing);
    }
    const auto known = known_.find(root);
    const bool is_damaged = known != known_.end() && !known->second.damage.empty();
    const auto started_ns = wall_clock_ns();
    // Times do not tell which byte of a damaged game is bad, so all of it is read.
    auto manifest = co_await hash(candidate, !is_damaged);
    auto after = co_await offload(pools_.disk, [root] { return read_root(root); });
    if (is_busy(root.game)) {
        co_return;
    }
    const bool is_steady = is_settled(candidate.listing.fingerprint, started_ns) && after &&
                           after->fingerprint == candidate.listing.fingerprint;
    if (!is_steady) {
        somebody_is_changing_ = true;
        refuse(root, "not shared yet: its files are changing; it is looked at again in a few seconds");
        co_return;
    }
    if (!manifest) {
        refuse(root, fmt::format("not shared: {}", manifest.error().message));
        co_return;
    }
    co_await take_in(std::move(candidate), std::move(*manifest));
}

Task<Result<ManifestPtr>> Library::Core::hash(Candidate candidate, bool reuse)
{
    const auto started = Clock::now();
    const auto manifest_before = reuse ? co_await load_manifest(candidate.root) : nullptr;
    const auto known = known_.find(candidate.root);
    const auto before = known != known_.end() ? known->second.fingerprint : nullptr;
    const auto now = std::make_shared<const Fingerprint>(std::move(candidate.listing.fingerprint));
    auto plan = co_await offload(pools_.hash, [now, before, manifest_before] {
        return plan_hashing(*now, before.get(), manifest_before.get());
    });

    const auto work = std::make_shared<const HashWork>(HashWork{.root = candidate.root,
                                                                .files = std::move(plan.files),
                                                                .layout = std::move(plan.layout),
                                                                .chunks = std::move(plan.to_read)});
    const auto read = co_await hasher_.hash(work);
    for (std::size_t index = 0; index < read.size(); ++index) {
        if (!read[index]) {
            co_return fail(read[index].error());
        }
        plan.hashes[work->chunks[index]] = *read[index];
    }
    auto manifest = co_await offload(
        pools_.hash, [work, version = candidate.listing.version, hashes = std::move(plan.hashes)]() mutable {
            return content::Manifest::make(work->root.game, version, work->files, std::move(hashes));
        });
    if (!manifest) {
        co_return fail(manifest.error());
    }
    const std::chrono::duration<double> seconds = Clock::now() - started;
    log::info("library", "{} {}: {} files, {} bytes, {} of them hashed in {:.2f} s", work->root.game.text(),
              manifest->version(), manifest->files().size(), manifest->total_size(), plan.bytes_to_read,
              seconds.count());
    co_return std::make_shared<const content::Manifest>(std::move(*manifest));
}

Task<void> Library::Core::take_in(Candidate candidate, ManifestPtr manifest)
{
    const auto root = candidate.root;
    const auto fingerprint = std::make_shared<const Fingerprint>(std::move(candidate.listing.fingerprint));
    const auto known = known_.find(root);
    const bool was_damaged = known != known_.end() && !known->second.damage.empty();
    // Other bytes under the same version.ini are most likely a part of the damage, not a new version.
    const bool is_still_damaged = was_damaged && known->second.content != manifest->content_id() &&
                                  known->second.fingerprint->version_ini == fingerprint->version_ini;
    if (is_still_damaged) {
        known->second.fingerprint = fingerprint;
        refuse(root, known->second.damage);
    } else {
        known_[root] = {.content = manifest->content_id(),
                        .fingerprint = fingerprint,
                        .damage = {},
                        .manifest = std::move(manifest)};
        problems_.erase(root.path());
    }
    co_await remember(root);
    if (!is_still_damaged && !is_busy(root.game)) {
        publish(root);
    }
}

void Library::Core::report(const std::filesystem::path& path, std::string text)
{
    auto& problem = problems_[path];
    if (problem.text != text) {
        log::warning("library", "{}: {}", platform::to_utf8(path), text);
    }
    problem = {.text = std::move(text), .scan = scans_started_};
}

void Library::Core::refuse(const Root& root, std::string text)
{
    report(root.path(), std::move(text));
    const auto published = table_.find(root.game);
    if (published && published->root == root.path()) {
        table_.remove(root.game);
    }
}

bool Library::Core::is_busy(const GameId& game)
{
    if (holds_.contains(game)) {
        missed_.insert(game);
        return true;
    }
    const auto touched = touched_.find(game);
    if (touched == touched_.end() || touched->second <= touches_at_start_) {
        return false;
    }
    request_scan();
    return true;
}

}  // namespace lanspread::library
