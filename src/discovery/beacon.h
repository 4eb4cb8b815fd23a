#pragma once
#include "async/task.h"
#include "discovery/beacon_engine.h"
#include "discovery/discovery.h"

#include <functional>
#include <vector>

namespace lanspread::discovery {

/// Finds peers, and lets itself be found, by small signed packets to everybody on each network, for where
/// mDNS is filtered. The shell around BeaconEngine: sockets and clock. Lives on the thread that runs its
/// executor, and calls its listener there.
class Beacon {
public:
    /// `is_connected` says whether the owner is connected to a peer: then there is nothing to hurry for.
    Beacon(Executor executor, Announcement announcement, BeaconKeys keys,
           std::function<bool(const PeerId&)> is_connected, Listener listener);

    /// Works until it is cancelled, and says goodbye then. Throws where its port cannot be opened; may be run
    /// again. The object must outlive it.
    [[nodiscard]] Task<void> run();

    /// The interfaces to work on from now on; none before the first call.
    void set_links(std::vector<Link> links);
    /// Asks anew on all of them, as after a sleep, and lets the switches know again which group we want.
    void refresh();
    /// Asks the peer on one host, which need not be on an own network, who it is and where it listens. Where
    /// several run there, one of them answers. `host`'s port does not matter. `unavailable` where nobody
    /// answers before `deadline`. Needs no `run` here, but one over there.
    [[nodiscard]] Task<Result<Sighting>> ask(Address host, TimePoint deadline);

private:
    class Session;

    Executor executor_;
    BeaconEngine engine_;
    Listener listener_;
    std::vector<Link> links_;
    Session* session_ = nullptr;  // while run() runs
};

}  // namespace lanspread::discovery
