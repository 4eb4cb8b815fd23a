#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/control_server.h"
#include "api/runtime_commands.h"
#include "async/signal.h"
#include "async/supervisor.h"
#include "lanspread/shutdown_watch.h"
#include "runtime/peer_runtime.h"

namespace lanspread::cli {

/// What `lanspread run` adds to a running peer: its control socket, and the downloads that it was started
/// for. Lives on the core thread.
class PeerProcess {
public:
    /// The orderly end begins when `shutdown` is cancelled.
    PeerProcess(Executor executor, runtime::PeerRuntime& runtime, ShutdownWatch& watch,
                CancellationToken shutdown);

    /// Opens the control socket.
    [[nodiscard]] Result<void> open() { return control_.open(); }
    [[nodiscard]] std::filesystem::path control_socket() const { return control_.path(); }
    /// Begins the orderly end. Idempotent.
    void shut_down();
    /// Serves until the runtime has stopped and everything is joined. Gives the error of the service whose
    /// failure ended the runtime, if one did.
    [[nodiscard]] Task<std::optional<std::string>> run(std::vector<std::string> games_to_fetch);

private:
    Task<void> wait_for_end();
    Task<void> report_unfinished();
    Task<void> fetch(std::string game);
    void on_event(const runtime::Event& event);
    void note_end();

    runtime::PeerRuntime& runtime_;
    ShutdownWatch& watch_;
    CancellationToken token_;
    api::RuntimeCommands commands_;
    api::ControlServer control_;
    Signal party_changed_;  // before the supervisor: its services wait for these
    Signal ending_;
    Supervisor services_;
    runtime::PeerRuntime::Subscription subscription_;
    CancellationToken::Registration shutdown_registration_;
    bool is_ending_ = false;
    std::optional<std::string> failure_;
};

}  // namespace lanspread::cli
