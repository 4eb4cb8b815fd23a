#include <chrono>

#include <fmt/format.h>

#include "async/offload.h"
#include "base/log.h"
#include "library/core.h"
#include "platform/paths.h"

/// A look at one root: what did not change is published, what did is to be hashed.
namespace lanspread::library {

namespace {

/// Counts up for as long as a scope runs, however it ends.
class Counted {
public:
    explicit Counted(unsigned& count) : count_(count) { ++count_; }
    ~Counted() { --count_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

private:
    unsigned& count_;
};

/// How long ago the last file of the root changed, by its times. Those of the future are another clock's.
std::optional<Duration> last_change(const Fingerprint& fingerprint)
{
    const auto now_ns = wall_clock_ns();
    std::optional<std::int64_t> latest_ns;
    for (const auto& file : fingerprint.files) {
        if (file.stat.ctime_ns <= now_ns && (!latest_ns || file.stat.ctime_ns > *latest_ns)) {
            latest_ns = file.stat.ctime_ns;
        }
    }
    return latest_ns ? std::optional<Duration>(std::chrono::nanoseconds(now_ns - *latest_ns)) : std::nullopt;
}

}  // namespace

Task<void> Library::Core::looks()
{
    while (true) {
        const auto root = plan_.take(Clock::now());
        if (!root) {
            const auto next = plan_.next_time();
            co_await looks_wanted_.wait_until(next ? *next : TimePoint::max());
            continue;
        }
        co_await look(*root);
        end_scan_when_done();
    }
}

Task<void> Library::Core::look(Root root)
{
    const Counted running(looks_running_);
    const auto since = touches_;
    const auto began = Clock::now();
    const auto before = known_.find(root);
    auto found = co_await offload(
        pools_.disk,
        [root, watch = watch_, fingerprint = before == known_.end() ? nullptr : before->second.fingerprint] {
            return look_at_root(root, watch.get(), fingerprint.get());
        });
    const bool was_moved = found.listing && recognize_moved(root, found.listing->fingerprint);
    const auto known = known_.find(root);
    const bool seems_unchanged =
        found.listing && known != known_.end() && *known->second.fingerprint == found.listing->fingerprint;
    const auto manifest = seems_unchanged ? co_await load_manifest(root) : nullptr;
    if (is_busy(root.game, since)) {
        plan_.again(root, Clock::now());
        looks_wanted_.notify_all();
        co_return;
    }
    if (judge(root, found, manifest, Clock::now() - began)) {
        candidates_.push_back(
            {.root = std::move(root), .listing = std::move(*found.listing), .since = since});
        candidates_wait_.notify_all();
    } else {
        if (was_moved && known_.contains(root)) {
            co_await remember(root);
        }
        plan_.done(root, Clock::now());
        looks_wanted_.notify_all();
    }
}

bool Library::Core::judge(const Root& root, const RootLook& found, const ManifestPtr& manifest, Duration took)
{
    set_kind(root, found.kind);
    const auto known = known_.find(root);
    LookResult result{.is_known = known != known_.end(), .took = took};
    if (!found.kind.has_sentinel) {
        clear_problem(root.path());
        leave_table(root);
    } else if (const auto first = owner(root.game); first && *first != root) {
        leave_table(root);
        report(root.path(), fmt::format("not shared: {} is the same game; remove one of them",
                                        platform::to_utf8(first->path())));
    } else if (!found.listing) {
        refuse(root, fmt::format("not shared: {}", found.listing.error().message));
    } else {
        const bool is_unchanged = result.is_known && *known->second.fingerprint == found.listing->fingerprint;
        if (is_unchanged && !known->second.damage.empty()) {
            refuse(root, known->second.damage);
        } else if (is_unchanged && manifest && found.listing->version == manifest->version() &&
                   fits(found.listing->fingerprint, *manifest)) {
            clear_problem(root.path());
            result.is_shared = true;
            publish(root);
        } else {
            result.differs = true;
            result.last_change = last_change(found.listing->fingerprint);
        }
    }
    const bool is_to_be_established = plan_.looked(root, result, Clock::now());
    if (is_to_be_established) {
        // What was published is no longer what lies there.
        leave_table(root);
    } else if (result.differs) {
        refuse(root, "not shared yet: its files are changing; it is looked at again when that is over");
    }
    return is_to_be_established;
}

void Library::Core::set_kind(const Root& root, const RootKind& kind)
{
    const auto view = views_.find(root.games_folder);
    if (view == views_.end()) {
        return;
    }
    auto& roots = view->second.found.roots;
    const auto found = roots.find(root.game);
    const auto before = found == roots.end() ? RootKind{} : found->second;
    if (before == kind) {
        return;
    }
    if (kind == RootKind{}) {
        roots.erase(root.game);
    } else {
        roots.insert_or_assign(root.game, kind);
    }
    if (before.has_sentinel != kind.has_sentinel) {
        // Another folder may have the same game, which counts now, or does no longer.
        for (const auto& [folder, other] : views_) {
            if (folder != root.games_folder && other.found.roots.contains(root.game)) {
                plan_.look_soon({.games_folder = folder, .game = root.game}, Clock::now());
                looks_wanted_.notify_all();
            }
        }
    }
    folders_changed();
}

std::optional<Root> Library::Core::owner(const GameId& game) const
{
    for (const auto& folder : options_.games_folders) {
        const auto view = views_.find(folder);
        if (view == views_.end()) {
            continue;
        }
        const auto found = view->second.found.roots.find(game);
        if (found != view->second.found.roots.end() && found->second.has_sentinel) {
            return Root{.games_folder = folder, .game = game};
        }
    }
    return std::nullopt;
}

bool Library::Core::is_installed(const Root& root) const
{
    const auto view = views_.find(root.games_folder);
    const auto* roots = view == views_.end() ? nullptr : &view->second.found.roots;
    const auto found = roots == nullptr ? decltype(roots->end()){} : roots->find(root.game);
    return roots != nullptr && found != roots->end() && found->second.is_installed;
}

bool Library::Core::recognize_moved(const Root& root, const Fingerprint& fingerprint)
{
    const auto own = known_.find(root);
    if (own != known_.end() && *own->second.fingerprint == fingerprint) {
        return false;
    }
    for (auto other = known_.lower_bound({.games_folder = {}, .game = root.game});
         other != known_.end() && other->first.game == root.game; ++other) {
        // With its inodes and times of change: a copy has others.
        if (other->first != root && *other->second.fingerprint == fingerprint) {
            known_.insert_or_assign(root, other->second);
            return true;
        }
    }
    return false;
}

void Library::Core::publish(const Root& root)
{
    const auto& known = known_.at(root);
    const auto published = table_.find(root.game);
    const bool installed = is_installed(root);
    if (published && published->root == root.path() && published->content == known.content &&
        published->installed == installed && published->stats == stats(*known.fingerprint)) {
        return;
    }
    table_.put(std::make_shared<const LocalGame>(LocalGame{.id = root.game,
                                                           .version = known.manifest->version(),
                                                           .content = known.content,
                                                           .manifest = known.manifest,
                                                           .root = root.path(),
                                                           .stats = stats(*known.fingerprint),
                                                           .installed = installed}));
}

void Library::Core::leave_table(const Root& root)
{
    const auto published = table_.find(root.game);
    if (published && published->root == root.path()) {
        log::info("library", "{} is no longer shared", root.game.text());
        table_.remove(root.game);
    }
}

}  // namespace lanspread::library
