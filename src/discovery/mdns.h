#pragma once
#include "async/task.h"
#include "discovery/discovery.h"

#include <string>
#include <vector>

namespace lanspread::discovery {

/// Finds peers, and lets itself be found, by mDNS (RFC 6762, 6763) on every usable interface. The shell
/// around MdnsEngine: sockets, clock and interface changes. Lives on the thread that runs its executor, and
/// calls its listener there.
class Mdns {
public:
    /// `only_interfaces` empty: all usable ones. `include_loopback`: for peers on this machine; without any
    /// other interface the loopback is used anyway.
    Mdns(Executor executor, Announcement announcement, std::vector<std::string> only_interfaces,
         bool include_loopback, Listener listener);

    /// Works until it is cancelled, and says goodbye then. Throws where no socket can be opened on any
    /// interface; may be run again. The object must outlive it.
    [[nodiscard]] Task<void> run();

    /// Tells the others something new about us: another name, or another revision of the library. Within a
    /// second.
    void update(Announcement announcement);

private:
    class Session;

    Executor executor_;
    Announcement announcement_;
    std::vector<std::string> only_interfaces_;
    bool include_loopback_;
    Listener listener_;
    Session* session_ = nullptr;  // while run() runs
};

}  // namespace lanspread::discovery
