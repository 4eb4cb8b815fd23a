#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/task.h"
#include "base/address.h"
#include "base/error.h"
#include "doctor/diagnosis.h"
#include "runtime/commands.h"
#include "runtime/model.h"

namespace lanspread::runtime {

/// What a peer is started with. Nothing of it is needed but the state folder.
struct Config {
    std::filesystem::path state_folder;
    std::vector<std::filesystem::path> games_folders;
    std::filesystem::path catalog_file;   ///< empty: the game.db of a games folder, where there is one
    std::filesystem::path covers_folder;  ///< empty: beside the catalog
    std::string name;                     ///< display name; empty: the host's
    Address listen;                       ///< unspecified: every interface; port 0: the system chooses
    std::vector<std::string> interfaces;  ///< use only these; empty: all usable ones
    std::vector<std::string> connect;     ///< HOST:PORT to dial and keep dialling
    bool discovery = true;
    bool allow_fast_aead = true;
};

/// A running peer: wires every part, owns the supervisor. Everything of it lives on the thread that runs
/// `executor`.
class PeerRuntime {
public:
    /// Opens state, identity, transport and library, and starts the services. An Error tells what to do about
    /// it (another process has the state folder, the port is taken, …).
    [[nodiscard]] static Result<std::unique_ptr<PeerRuntime>> start(Executor executor, Config config);
    /// Only after `stopped` has completed.
    ~PeerRuntime();

    [[nodiscard]] std::string id() const;
    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] const Config& config() const;

    [[nodiscard]] Status status() const;
    [[nodiscard]] std::vector<Peer> peers() const;
    [[nodiscard]] std::vector<Game> games(GetGames command) const;
    [[nodiscard]] Result<Game> game(std::string id) const;
    [[nodiscard]] Task<Result<Cover>> cover(GetCover command);
    [[nodiscard]] Task<Result<Peer>> connect(Connect command);
    [[nodiscard]] Task<Result<Download>> start_download(StartDownload command);
    [[nodiscard]] Task<Result<Download>> cancel_download(CancelDownload command);
    [[nodiscard]] std::vector<Download> downloads() const;
    [[nodiscard]] Task<Result<std::vector<Download>>> pause_downloads(PauseDownloads command);
    [[nodiscard]] Task<Result<std::vector<Download>>> resume_downloads(ResumeDownloads command);
    [[nodiscard]] Task<Result<Download>> set_priority(SetPriority command);
    [[nodiscard]] Task<Result<Download>> move_download(MoveDownload command);
    [[nodiscard]] Settings settings() const;
    [[nodiscard]] Task<Result<Settings>> change_setting(ChangeSetting command);
    /// Somebody plays until what this returns is destroyed.
    [[nodiscard]] std::shared_ptr<void> play(Play command);
    [[nodiscard]] Task<Result<VerifyReport>> verify(VerifyGame command);
    [[nodiscard]] Task<Result<RemoveReport>> remove(RemoveGame command);
    [[nodiscard]] Task<Result<Status>> rescan();
    [[nodiscard]] Task<doctor::Diagnosis> diagnose();
    [[nodiscard]] Task<Result<doctor::Speed>> measure_speed(MeasureSpeed command);

    /// The events since the start that are still kept (the last hundred).
    [[nodiscard]] std::vector<Event> recent_events() const;
    /// Calls `listener` on the executor for every further event, for as long as the subscription lives.
    class Subscription;
    [[nodiscard]] Subscription subscribe(std::function<void(const Event&)> listener);

    /// Begins to end everything: no new work, downloads stop at the next chunk, goodbyes are sent.
    /// Idempotent.
    void shutdown();
    /// Suspends the caller until everything is joined. The error is that of the required service that failed,
    /// if one did.
    [[nodiscard]] Task<std::optional<std::string>> stopped();

private:
    struct Core;
    explicit PeerRuntime(std::unique_ptr<Core> core);
    std::unique_ptr<Core> core_;
};

/// Ends its subscription when it is destroyed.
class PeerRuntime::Subscription {
public:
    explicit Subscription(std::shared_ptr<void> registration) : registration_(std::move(registration)) {}

private:
    std::shared_ptr<void> registration_;
};

}  // namespace lanspread::runtime
