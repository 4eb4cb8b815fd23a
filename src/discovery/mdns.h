#pragma once
#include "async/task.h"
#include "discovery/discovery.h"
#include "discovery/link.h"

#include <set>
#include <vector>

namespace lanspread::discovery {

/// Finds peers, and lets itself be found, by mDNS (RFC 6762, 6763) on the links that it is given. The shell
/// around MdnsEngine: sockets and clock. Lives on the thread that runs its executor, and calls its listener
/// there.
class Mdns {
public:
    Mdns(Executor executor, Announcement announcement, Listener listener);

    /// Works until it is cancelled, and says goodbye then. May be run again. The object must outlive it.
    [[nodiscard]] Task<void> run();

    /// The links as they are now; of these it takes those that can multicast. A socket that could not be
    /// opened on one of them is tried again, so this is worth calling where nothing has changed, too.
    void set_links(std::vector<Link> links);

    /// Tells the others something new about us: another name, or another revision of the library. Within a
    /// second.
    void update(Announcement announcement);

    /// To be called after a sleep, or whenever the network may be another one unnoticed: announces and asks
    /// anew, joins the groups again, and forgets in ten seconds who is not heard again.
    void refresh();

private:
    class Session;

    Executor executor_;
    Announcement announcement_;
    Listener listener_;
    std::vector<Link> links_;
    std::set<PeerId> reported_;   // found, and not gone yet
    Session* session_ = nullptr;  // while run() runs
};

}  // namespace lanspread::discovery
