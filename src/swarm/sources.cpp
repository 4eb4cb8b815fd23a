#include "swarm/sources.h"

#include <algorithm>

#include <fmt/format.h>

namespace lanspread::swarm {

Sources::Change Sources::update(TimePoint now)
{
    Change change;
    std::map<PeerId, Holder> holders;
    for (auto& holder : network_.holders(content_)) {
        if (!banned_.contains(holder.id)) {
            holders.emplace(holder.id, std::move(holder));
        }
    }
    for (const auto& [peer, holder] : holders) {
        if (!here_.contains(peer)) {
            change.joined.push_back(peer);
            names_[peer] = holder.name;
            progress_.source_joined(peer, holder.name, now);
        }
    }
    for (const auto& [peer, holder] : here_) {
        if (!holders.contains(peer)) {
            change.left.push_back(peer);
            progress_.source_left(peer);
        }
    }
    here_ = std::move(holders);
    return change;
}

void Sources::ban(const PeerId& peer, const std::string& reason)
{
    banned_.insert(peer);
    if (here_.erase(peer) > 0 && !here_.empty()) {
        progress_.source_left(peer);
    }
    network_.ban(peer, reason);
}

bool Sources::is_complete(const PeerId& peer) const
{
    const auto found = here_.find(peer);
    return found != here_.end() && found->second.complete;
}

std::vector<PeerId> Sources::here() const
{
    std::vector<PeerId> peers;
    for (const bool complete : {true, false}) {
        for (const auto& [peer, holder] : here_) {
            if (holder.complete == complete) {
                peers.push_back(peer);
            }
        }
    }
    return peers;
}

std::string Sources::name_of(const PeerId& peer) const
{
    const auto found = names_.find(peer);
    return fmt::format("{} ({})", found == names_.end() ? "a peer" : found->second, peer.short_hex());
}

}  // namespace lanspread::swarm
