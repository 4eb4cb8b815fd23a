#include <algorithm>
#include <limits>

#include "swarm/upload_queue.h"

/// Who was given what: the ledger of UploadQueue.
namespace lanspread::swarm {

void UploadQueue::peer_left(const PeerId& peer)
{
    sent_away_.erase(peer);
    for (auto& [content, given] : given_) {
        const auto found = given.numbers.find(peer);
        if (found != given.numbers.end()) {
            const auto index = found->second;
            given.count -= static_cast<std::uint32_t>(std::ranges::count(given.to, index));
            std::ranges::replace(given.to, index, std::uint16_t{0});
        }
    }
}

void UploadQueue::forget(const ContentId& content) { given_.erase(content); }

std::optional<PeerId> UploadQueue::given_to(const Request& request) const
{
    const auto found = given_.find(request.content);
    if (found == given_.end() || !request.chunk || *request.chunk >= found->second.to.size()) {
        return std::nullopt;
    }
    const auto index = found->second.to[*request.chunk];
    if (index == 0 || found->second.peers[index - 1U] == request.peer) {
        return std::nullopt;
    }
    return found->second.peers[index - 1U];
}

void UploadQueue::give(const Request& request)
{
    if (!request.chunk) {
        return;
    }
    auto& given = given_[request.content];
    if (*request.chunk >= given.to.size()) {
        given.to.resize(std::size_t{*request.chunk} + 1);
    }
    auto found = given.numbers.find(request.peer);
    if (found == given.numbers.end() && given.peers.size() < std::numeric_limits<std::uint16_t>::max()) {
        given.peers.push_back(request.peer);
        found = given.numbers.emplace(request.peer, static_cast<std::uint16_t>(given.peers.size())).first;
    }
    if (found != given.numbers.end()) {
        given.count += given.to[*request.chunk] == 0 ? 1 : 0;
        given.to[*request.chunk] = found->second;
    }
    for (const auto ticket : demands_.at({request.content, request.chunk}).waiting) {
        auto& place = places_.at(ticket);
        if (place.is_fresh && !place.stays_fresh && place.request.peer != request.peer) {
            leave_line(ticket, place);
            place.is_fresh = false;
            join_line(ticket, place);
            may_send_away_ = true;
        }
    }
}

void UploadQueue::take_back(const Request& request)
{
    const auto found = given_.find(request.content);
    if (found != given_.end() && request.chunk && *request.chunk < found->second.to.size()) {
        found->second.count -= found->second.to[*request.chunk] == 0 ? 0 : 1;
        found->second.to[*request.chunk] = 0;
    }
}

bool UploadQueue::is_serving(const ContentId& content) const
{
    return std::ranges::any_of(demands_, [&](const auto& entry) {
        return entry.second.serving > 0 && entry.first.first == content;
    });
}

}  // namespace lanspread::swarm
