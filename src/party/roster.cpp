#include "party/roster.h"

#include <utility>

namespace lanspread::party {

void Roster::greeting_began(const PeerId& peer) { ++members_[peer].greetings; }

bool Roster::is_greeting(const PeerId& peer) const
{
    const auto found = members_.find(peer);
    return found != members_.end() && found->second.greetings > 0;
}

std::optional<std::string> Roster::greeting_failed(const PeerId& peer)
{
    --members_.at(peer).greetings;
    return settle(peer);
}

Roster::Verdict Roster::admit(const PeerId& peer, const Candidate& candidate, TimePoint now)
{
    auto& member = members_.at(peer);
    --member.greetings;
    if (member.current && !stays(peer, member, candidate, now)) {
        return {};
    }
    Verdict verdict{.stays = true};
    if (member.current) {
        verdict.replaced = member.current->number;
    }
    if (!member.has_joined) {
        verdict.news = News::joined;
    } else if (member.epoch != candidate.epoch) {
        verdict.news = News::rejoined;
    }
    member.current = candidate;
    member.since = now;
    member.has_joined = true;
    member.epoch = candidate.epoch;
    return verdict;
}

std::optional<std::string> Roster::ended(const PeerId& peer, ConnectionNumber number, std::string reason)
{
    const auto found = members_.find(peer);
    if (found == members_.end() || !found->second.current || found->second.current->number != number) {
        return std::nullopt;  // it had given way to another one
    }
    found->second.current.reset();
    found->second.left_because = std::move(reason);
    return settle(peer);
}

bool Roster::stays(const PeerId& peer, const Member& member, const Candidate& candidate, TimePoint now) const
{
    const auto& current = *member.current;
    if (current.epoch != candidate.epoch || current.direction == candidate.direction ||
        now - member.since > tie_window_) {
        return true;
    }
    return (candidate.direction == Direction::outgoing) == dials_first(self_, peer);
}

std::optional<std::string> Roster::settle(const PeerId& peer)
{
    const auto found = members_.find(peer);
    if (found->second.current || found->second.greetings > 0) {
        return std::nullopt;
    }
    auto member = std::move(found->second);
    members_.erase(found);
    return member.has_joined ? std::optional(std::move(member.left_because)) : std::nullopt;
}

}  // namespace lanspread::party
