#include <chrono>

#include <fmt/format.h>

#include "async/offload.h"
#include "base/log.h"
#include "library/core.h"
#include "library/hash_plan.h"

/// Establishing what a root holds: what changed of it is hashed.
namespace lanspread::library {

Task<void> Library::Core::establish_candidates()
{
    while (true) {
        if (candidates_.empty()) {
            co_await candidates_wait_.wait();
            continue;
        }
        auto candidate = std::move(candidates_.front());
        candidates_.pop_front();
        const auto root = candidate.root;
        co_await establish(std::move(candidate));
        plan_.done(root, Clock::now());
        looks_wanted_.notify_all();
        end_scan_when_done();
    }
}

Task<void> Library::Core::establish(Candidate candidate)
{
    const auto root = candidate.root;
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
    if (is_busy(root.game, candidate.since)) {
        plan_.again(root, Clock::now());
        co_return;
    }
    const bool is_steady = is_settled(candidate.listing.fingerprint, started_ns) && after &&
                           after->fingerprint == candidate.listing.fingerprint;
    if (!is_steady) {
        refuse(root, "not shared yet: its files are changing; it is looked at again when that is over");
        plan_.unsteady(root, Clock::now());
        // Its games folder may have gone.
        request_scan();
    } else if (!manifest) {
        refuse(root, fmt::format("not shared: {}", manifest.error().message));
    } else {
        co_await take_in(std::move(candidate), std::move(*manifest));
    }
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
    const auto since = candidate.since;
    const auto fingerprint = std::make_shared<const Fingerprint>(std::move(candidate.listing.fingerprint));
    const auto known = known_.find(root);
    const bool was_damaged = known != known_.end() && !known->second.damage.empty();
    // Other bytes under the same version.ini are most likely a part of the damage, not a new version.
    const bool is_still_damaged = was_damaged && known->second.content != manifest->content_id() &&
                                  known->second.fingerprint->version_ini == fingerprint->version_ini;
    // Under the same version.ini something else was meant to be there, which `verify` can tell.
    std::optional<ContentId> original;
    if (known != known_.end() && !was_damaged &&
        known->second.fingerprint->version_ini == fingerprint->version_ini) {
        original = known->second.original.value_or(known->second.content);
    }
    if (original == manifest->content_id()) {
        original.reset();
    }
    if (is_still_damaged) {
        known->second.fingerprint = fingerprint;
        refuse(root, known->second.damage);
    } else {
        known_[root] = {.content = manifest->content_id(),
                        .fingerprint = fingerprint,
                        .damage = {},
                        .manifest = std::move(manifest),
                        .original = original};
        clear_problem(root.path());
    }
    co_await remember(root);
    if (is_busy(root.game, since)) {
        plan_.again(root, Clock::now());
    } else if (!is_still_damaged) {
        publish(root);
        plan_.established(root);
    }
}

}  // namespace lanspread::library
