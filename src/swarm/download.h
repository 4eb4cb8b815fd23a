#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "async/cancellation.h"
#include "async/signal.h"
#include "content/manifest.h"
#include "store/downloads.h"
#include "swarm/allowance.h"
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
    bool paused = false;
    bool finishing = false;  ///< all was verified, and some of it may lie in its place already
    /// A damaged game is to become the partial download; `verified` (ChunkSet) says what of it is good.
    bool repairing = false;
    Bytes verified = {};
    bool is_verified_now = false;  ///< just now; else by an earlier process
    /// What an earlier attempt had verified of how much, as far as that is known: shown until it is looked
    /// at.
    std::uint64_t bytes_verified = 0;
    std::uint64_t bytes_total = 0;
};

/// The way of one package: its manifest, its chunks, its place in the games folder, its entry in the library.
/// What is reached is noted in the store before the next step, so that another Download of the same request
/// goes on where one was left. While it is queued or paused it fetches nothing, and keeps what it has: as it
/// is shown, and for others. Lives on the executor's thread.
class Download {
public:
    /// Begins without a place. `on_change` is called after each change of its state.
    Download(const DownloadEnvironment& environment, Allowance& allowance, DownloadRequest request,
             std::function<void()> on_change);

    /// Runs until the end, which is told exactly once, or until the caller is cancelled: then what was
    /// verified is noted, and nothing has ended. Once.
    [[nodiscard]] Task<void> run();

    /// Ends it at the next chunk; with `remove`, what was fetched is deleted. False where it is too late for
    /// that: it is being put in place, or is ending already.
    [[nodiscard]] bool cancel(bool remove);
    /// Pauses it at the next chunk, or ends the pause. False where it is too late for that, as for `cancel`.
    [[nodiscard]] bool set_paused(bool paused);
    /// Whether it is one of those that run.
    void set_place(bool has_place);
    /// It would fetch something if it had a place: it is neither paused, nor does it wait for anything else.
    [[nodiscard]] bool can_run() const;
    /// Suspends the caller until the store has it, or it has ended without that.
    [[nodiscard]] Task<void> noted();
    /// Suspends the caller until it has ended.
    [[nodiscard]] Task<void> ended();
    void sources_changed();
    /// Since it ended, what it had left was deleted.
    void was_discarded();

    /// As it would have to be to go on in another Download.
    [[nodiscard]] DownloadRequest request() const;
    [[nodiscard]] bool has_begun() const { return has_begun_; }
    [[nodiscard]] DownloadState state() const { return progress_.state(); }
    /// It was cancelled or has failed, and has not told its end yet: that is still being noted.
    [[nodiscard]] bool is_ending() const;
    [[nodiscard]] DownloadStatus status() const;

private:
    using SharedManifest = std::shared_ptr<const content::Manifest>;

    /// The partial download on the disk, and what of it is verified.
    struct Files {
        std::shared_ptr<ChunkStore> store;
        ChunkSet verified;
    };

    // The steps, in order (take_apart of repairs only):
    [[nodiscard]] Task<void> work();
    [[nodiscard]] Task<Result<void>> all_steps();
    [[nodiscard]] Task<Result<store::DownloadRecord>> recall();
    [[nodiscard]] Task<Result<SharedManifest>> find_manifest();
    [[nodiscard]] Task<Result<void>> take_apart();
    [[nodiscard]] Task<Result<void>> fetch_chunks(Bytes verified);
    [[nodiscard]] Task<Result<void>> finish(bool again);
    [[nodiscard]] Task<void> leave();
    [[nodiscard]] Task<std::string> leave_cancelled();
    [[nodiscard]] Task<void> leave_failed();

    [[nodiscard]] Task<std::optional<Result<SharedManifest>>> ask_for_manifest(PeerId peer,
                                                                               TimePoint deadline);
    [[nodiscard]] Task<Result<Bytes>> fetch_manifest(PeerId peer, TimePoint deadline);
    [[nodiscard]] Task<Result<Files>> look_at_files(ChunkSet claimed);
    [[nodiscard]] Task<ChunkSet> read_again(std::shared_ptr<ChunkStore> store, ChunkSet claimed);
    enum class Others { but_repairs, all };
    [[nodiscard]] Task<void> remove_others(std::vector<store::DownloadRecord> others, Others which);
    [[nodiscard]] Task<std::vector<store::DownloadRecord>> other_records();
    [[nodiscard]] Task<Result<Files>> make_files(Files files);
    [[nodiscard]] Task<Result<void>> note_verified(ChunkSet verified);
    [[nodiscard]] Task<void> let_old_version_be_known();
    [[nodiscard]] Task<Result<void>> note_finishing();
    [[nodiscard]] Task<Result<void>> note_stopped();
    [[nodiscard]] Task<Result<void>> remove();
    void enter(DownloadState state, const std::string& reason = {});
    void state_changed();
    [[nodiscard]] bool is_open_to_change() const;
    [[nodiscard]] Turn turn() const;
    void apply_turn();

    const DownloadEnvironment& environment_;
    Allowance& allowance_;
    std::function<void()> on_change_;
    DownloadRequest request_;
    Progress progress_;
    Sources sources_;
    CancellationToken token_;
    Signal changed_;  // the sources, or the state
    bool remove_ = false;
    library::Library::Hold hold_;  // of a repair, until the root is a partial download
    bool is_repair_ = false;       // of a game that was here, also once it is a partial download
    bool reads_again_ = false;     // the repair was begun by an earlier process
    bool has_begun_ = false;
    bool has_place_ = false;
    bool is_noted_ = false;
    bool is_discarded_ = false;
    SharedManifest manifest_;
    std::unique_ptr<ChunkFetcher> fetcher_;
    std::optional<Result<void>> outcome_;  // nothing: not there yet, or cancelled
};

}  // namespace lanspread::swarm
