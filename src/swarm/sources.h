#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "swarm/network.h"
#include "swarm/progress.h"

namespace lanspread::swarm {

/// Keeps up with who holds a download's content, and tells its progress.
class Sources {
public:
    struct Change {
        std::vector<PeerId> joined;
        std::vector<PeerId> left;
    };

    Sources(Network& network, ContentId content, Progress& progress)
        : network_(network), content_(content), progress_(progress)
    {
    }

    /// Asks the network who is there now; returns what has changed since the last call.
    Change update(TimePoint now);
    /// Keeps a peer that sent wrong bytes out, here and in the whole party. It still counts as here for the
    /// progress when it was the only one: then the download fails, and does not wait.
    void ban(const PeerId& peer, const std::string& reason);

    [[nodiscard]] bool is_banned(const PeerId& peer) const { return banned_.contains(peer); }
    [[nodiscard]] bool is_empty() const { return here_.empty(); }
    /// It is here, and says that it has everything.
    [[nodiscard]] bool is_complete(const PeerId& peer) const;
    /// Those that have everything first.
    [[nodiscard]] std::vector<PeerId> here() const;
    /// For people: "NAME (first digits of the id)".
    [[nodiscard]] std::string name_of(const PeerId& peer) const;

private:
    Network& network_;
    ContentId content_;
    Progress& progress_;
    std::map<PeerId, Holder> here_;
    std::map<PeerId, std::string> names_;  // of all that were ever here
    std::set<PeerId> banned_;
};

}  // namespace lanspread::swarm
