#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "async/cancellation.h"
#include "async/signal.h"
#include "content/manifest.h"
#include "store/downloads.h"
#include "swarm/chunk_fetcher.h"
#include "swarm/environment.h"
#include "swarm/progress.h"
#include "swarm/sources.h"

namespace lanspread::swarm {

/// What is to be fetched, and where to.
struct DownloadRequest {
    GameId game;
    std::string version;
    ContentId content;
    std::filesystem::path games_folder;
};

/// The way of one package: its manifest, its chunks, its place in the games folder, its entry in the library.
/// What is reached is noted in the store before the next step, so that another Download of the same request
/// goes on where one was left. Lives on the executor's thread.
class Download {
public:
    Download(const DownloadEnvironment& environment, DownloadRequest request);

    /// Runs until the end, which is told exactly once, or until the caller is cancelled: then what was
    /// verified is noted, and nothing has ended. Once.
    [[nodiscard]] Task<void> run();

    /// Ends it at the next chunk; with `remove`, what was fetched is deleted. False where it is too late for
    /// that.
    [[nodiscard]] bool cancel(bool remove);
    /// Suspends the caller until it has ended.
    [[nodiscard]] Task<void> ended();
    void sources_changed();

    [[nodiscard]] const DownloadRequest& request() const { return request_; }
    [[nodiscard]] DownloadStatus status() const { return progress_.status(Clock::now()); }

private:
    using SharedManifest = std::shared_ptr<const content::Manifest>;

    // The steps, in order:
    [[nodiscard]] Task<void> work();
    [[nodiscard]] Task<Result<void>> all_steps();
    [[nodiscard]] Task<Result<store::DownloadRecord>> recall();
    [[nodiscard]] Task<Result<SharedManifest>> find_manifest();
    [[nodiscard]] Task<Result<void>> fetch_chunks(Bytes verified);
    [[nodiscard]] Task<Result<void>> finish(bool again);
    [[nodiscard]] Task<void> leave();

    [[nodiscard]] Task<std::optional<Result<SharedManifest>>> ask_for_manifest(PeerId peer);
    [[nodiscard]] Task<Result<void>> note_finishing();
    [[nodiscard]] Task<Result<void>> remove();
    void enter(DownloadState state, const std::string& reason = {});

    const DownloadEnvironment& environment_;
    DownloadRequest request_;
    Progress progress_;
    Sources sources_;
    CancellationToken token_;
    Signal changed_;  // the sources, or the state
    bool remove_ = false;
    SharedManifest manifest_;
    std::unique_ptr<ChunkFetcher> fetcher_;
    std::optional<Result<void>> outcome_;  // nothing: not there yet, or cancelled
};

}  // namespace lanspread::swarm
