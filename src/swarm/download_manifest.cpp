#include <algorithm>

#include <fmt/format.h>

#include "async/offload.h"
#include "base/log.h"
#include "content/hash.h"
#include "store/manifests.h"
#include "swarm/download.h"
#include "swarm/manifest_update.h"

namespace lanspread::swarm {

namespace {

/// For a peer to send its manifest: little at first, so that one that is stuck holds nobody up; twice as much
/// each time that all were asked in vain, for a manifest of many megabytes on a slow link.
constexpr std::chrono::seconds first_patience{3};
constexpr std::chrono::seconds max_patience{24};
constexpr std::chrono::seconds retry_delay{1};

using SharedManifest = std::shared_ptr<const content::Manifest>;

/// `corrupt` where `bytes` are not the content's manifest.
Result<SharedManifest> read_manifest(const Bytes& bytes, const ContentId& content)
{
    if (content::hash_manifest(bytes) != content) {
        return fail(ErrorCode::corrupt, "the manifest is not that of the content");
    }
    auto manifest = content::Manifest::parse(bytes);
    if (!manifest) {
        return fail(ErrorCode::corrupt, manifest.error().message);
    }
    return std::make_shared<const content::Manifest>(std::move(*manifest));
}

Task<Result<SharedManifest>> stored_manifest(const DownloadEnvironment& environment, ContentId content)
{
    const auto stored = co_await offload(environment.store_pool, [&database = environment.database, content] {
        return store::Manifests(database).get(content);
    });
    if (!stored) {
        co_return fail(stored.error());
    }
    if (!*stored) {
        co_return fail(ErrorCode::not_found, "not known yet");
    }
    co_return co_await offload(environment.disk_pool,
                               [&bytes = **stored, content] { return read_manifest(bytes, content); });
}

}  // namespace

Task<Result<Download::SharedManifest>> Download::find_manifest()
{
    if (auto stored = co_await stored_manifest(environment_, request_.content); stored) {
        co_return stored;
    }
    std::string trouble;
    auto patience = first_patience;
    while (true) {
        while (request_.paused) {
            enter(DownloadState::paused);
            co_await changed_.wait();
        }
        static_cast<void>(sources_.update(Clock::now()));
        for (const auto& peer : sources_.here()) {
            enter(DownloadState::starting);
            if (auto answer = co_await ask_for_manifest(peer, Clock::now() + patience)) {
                if (*answer || answer->error().code != ErrorCode::corrupt) {
                    co_return std::move(*answer);
                }
                trouble = answer->error().message;
            }
        }
        static_cast<void>(sources_.update(Clock::now()));
        if (sources_.is_empty()) {
            if (!trouble.empty()) {
                co_return fail(ErrorCode::corrupt, fmt::format("{}; nobody else has it", trouble));
            }
            enter(DownloadState::waiting_for_source, "nobody who can be reached has it");
        }
        patience = sources_.is_empty() ? first_patience : std::min(patience * 2, max_patience);
        co_await changed_.wait_until(Clock::now() + retry_delay);
    }
}

/// Nothing where the peer did not answer: another, or the same one later. `corrupt` where it lied, and was
/// banned for it.
Task<std::optional<Result<Download::SharedManifest>>> Download::ask_for_manifest(PeerId peer,
                                                                                 TimePoint deadline)
{
    auto bytes = co_await fetch_manifest(peer, deadline);
    if (!bytes && bytes.error().code != ErrorCode::corrupt) {
        log::debug("swarm", "manifest of {} from {}: {}", request_.game.text(), sources_.name_of(peer),
                   bytes.error().message);
        enter(DownloadState::starting, fmt::format("{}: {}", sources_.name_of(peer), bytes.error().message));
        co_return std::nullopt;
    }
    Result<SharedManifest> manifest = bytes ? nullptr : Result<SharedManifest>(fail(bytes.error()));
    if (bytes) {
        manifest = co_await offload(environment_.disk_pool, [&bytes = *bytes, content = request_.content] {
            return read_manifest(bytes, content);
        });
    }
    if (!manifest) {
        const auto reason =
            fmt::format("sent a wrong manifest for {} {}", request_.game.text(), request_.version);
        const auto text = fmt::format("{} {} and is banned", sources_.name_of(peer), reason);
        log::warning("swarm", "{}: {}", text, manifest.error().message);
        sources_.ban(peer, reason);
        co_return fail(ErrorCode::corrupt, text);
    }
    // The peer is not to blame for this: its manifest is that of the content that was asked for.
    if ((*manifest)->game() != request_.game || (*manifest)->version() != request_.version) {
        co_return fail(ErrorCode::invalid_input,
                       fmt::format("what was announced as {} {} is in truth {} {}", request_.game.text(),
                                   request_.version, (*manifest)->game().text(), (*manifest)->version()));
    }
    auto put = co_await offload(environment_.store_pool, [&database = environment_.database, &bytes = *bytes,
                                                          content = request_.content] {
        return store::Manifests(database).put(content, bytes);
    });
    co_return put ? std::move(manifest) : Result<SharedManifest>(fail(put.error()));
}

/// What the peer calls the manifest; only what differs is fetched where another version's is here.
Task<Result<Bytes>> Download::fetch_manifest(PeerId peer, TimePoint deadline)
{
    if (const auto old = environment_.library.find(request_.game)) {
        // Half of the time, so that a peer that is stuck on sums can still send all of it.
        const auto now = Clock::now();
        const auto half = now + (deadline - now) / 2;
        auto bytes = co_await update_manifest(environment_, old->manifest, peer, request_.content, half);
        if (bytes) {
            co_return bytes;
        }
        log::debug("swarm", "the manifest of {} is fetched whole from {}: {}", request_.game.text(),
                   sources_.name_of(peer), bytes.error().message);
    }
    co_return co_await environment_.network.fetch_manifest(peer, request_.content, deadline);
}

}  // namespace lanspread::swarm
