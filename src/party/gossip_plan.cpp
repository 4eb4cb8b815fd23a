#include "party/gossip_plan.h"

#include <algorithm>

namespace lanspread::party {

namespace {

/// From half of `pause` to one and a half.
Duration around(Duration pause, double jitter)
{
    return pause / 2 + std::chrono::duration_cast<Duration>(pause * jitter);
}

}  // namespace

void GossipPlan::joined(const PeerId& peer, TimePoint now, double jitter)
{
    const auto pause = plans_.size() < parameters_.few ? parameters_.soon : parameters_.calm;
    plans_[peer].due = now + around(pause, jitter);
}

void GossipPlan::left(const PeerId& peer)
{
    const auto found = plans_.find(peer);
    if (found != plans_.end()) {
        running_ -= found->second.is_running ? 1 : 0;
        plans_.erase(found);
    }
}

std::optional<PeerId> GossipPlan::next(TimePoint now)
{
    if (running_ == parameters_.max_running) {
        return std::nullopt;
    }
    auto first = plans_.end();
    for (auto plan = plans_.begin(); plan != plans_.end(); ++plan) {
        const bool is_due = !plan->second.is_running && plan->second.due <= now;
        if (is_due && (first == plans_.end() || plan->second.due < first->second.due)) {
            first = plan;
        }
    }
    if (first == plans_.end()) {
        return std::nullopt;
    }
    first->second.is_running = true;
    ++running_;
    return first->first;
}

TimePoint GossipPlan::next_due() const
{
    auto next = TimePoint::max();
    if (running_ < parameters_.max_running) {  // else the end of an answer is what to wait for
        for (const auto& [peer, plan] : plans_) {
            next = plan.is_running ? next : std::min(next, plan.due);
        }
    }
    return next;
}

void GossipPlan::ended(const PeerId& peer, bool has_more, TimePoint now, double jitter)
{
    const auto found = plans_.find(peer);
    if (found == plans_.end() || !found->second.is_running) {
        return;  // it has left meanwhile
    }
    --running_;
    found->second.is_running = false;
    const auto turns = static_cast<Duration::rep>(plans_.size() <= parameters_.few ? 1 : plans_.size());
    const Duration pause = has_more ? parameters_.calm : parameters_.again * turns;
    found->second.due = now + around(pause, jitter);
}

}  // namespace lanspread::party
