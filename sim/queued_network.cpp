#include "sim/queued_network.h"

#include <algorithm>

namespace lanspread::sim {

QueuedNetwork::QueuedNetwork(const std::vector<LinkRates>& links) : carried_(links.size())
{
    for (const auto& link : links) {
        links_.push_back({.rate = link.up});
        links_.push_back({.rate = link.down});
    }
}

TransferId QueuedNetwork::start(PeerIndex from, PeerIndex to, std::uint32_t bytes, TimePoint now)
{
    const auto id = transfers_.add({from, to, bytes});
    enter(2 * from, id, now);
    return id;
}

double QueuedNetwork::cancel(TransferId id, TimePoint now)
{
    auto& transfer = transfers_[id];
    const auto index = link_of(transfer);
    auto& link = links_[index];
    const bool is_sent = transfer.place == Place::down;
    transfer.place = Place::gone;
    if (link.current != id) {
        return is_sent ? transfer.bytes : 0;  // its place in the queue is passed over
    }
    const auto left = std::max(0.0, link.left - bytes_in(now - link.since, link.rate));
    begin_next(index, now);
    transfers_.remove(id);
    return is_sent ? transfer.bytes : transfer.bytes - left;
}

void QueuedNetwork::set_link(PeerIndex peer, LinkRates rates, TimePoint now)
{
    const std::pair<std::uint32_t, double> changes[] = {{2 * peer, rates.up}, {2 * peer + 1, rates.down}};
    for (const auto& [index, rate] : changes) {
        auto& link = links_[index];
        if (link.current != nobody) {
            link.left = std::max(0.0, link.left - bytes_in(now - link.since, link.rate));
            link.since = now;
        }
        link.rate = rate;
        if (link.current != nobody) {
            plan_end(index, now);
        }
    }
}

void QueuedNetwork::take_ended(TimePoint now, std::vector<TransferId>& ended)
{
    while (events_.next_time() <= now) {
        const auto time = events_.next_time();
        const auto end = events_.take();
        if (links_[end.link].plan != end.plan) {
            continue;
        }
        const auto id = links_[end.link].current;
        auto& transfer = transfers_[id];
        begin_next(end.link, time);
        if (transfer.place == Place::up) {
            transfer.place = Place::down;
            carried_[transfer.from].up += transfer.bytes;
            enter(2 * transfer.to + 1, id, time);
        } else {
            carried_[transfer.to].down += transfer.bytes;
            ended.push_back(id);
            transfers_.remove(id);
        }
    }
}

std::uint32_t QueuedNetwork::link_of(const Transfer& transfer) const
{
    return transfer.place == Place::up ? 2 * transfer.from : 2 * transfer.to + 1;
}

void QueuedNetwork::enter(std::uint32_t index, TransferId id, TimePoint now)
{
    auto& link = links_[index];
    link.waiting.push_back(id);
    if (link.current == nobody) {
        begin_next(index, now);
    }
}

void QueuedNetwork::begin_next(std::uint32_t index, TimePoint now)
{
    auto& link = links_[index];
    const bool was_idle = link.current == nobody;
    const auto idle_since = link.since;
    ++link.plan;
    link.current = nobody;
    link.since = now;
    while (!link.waiting.empty() && transfers_[link.waiting.front()].place == Place::gone) {
        transfers_.remove(link.waiting.front());
        link.waiting.pop_front();
    }
    if (link.waiting.empty()) {
        return;
    }
    link.current = link.waiting.front();
    link.waiting.pop_front();
    auto& transfer = transfers_[link.current];
    link.left = transfer.bytes;
    if (transfer.place == Place::up) {
        transfer.sent_from = now;
    } else if (was_idle) {
        // It has been flowing through this link since it was being sent, as far as there was room.
        link.since = std::max(idle_since, transfer.sent_from);
    }
    plan_end(index, now);
}

void QueuedNetwork::plan_end(std::uint32_t index, TimePoint not_before)
{
    auto& link = links_[index];
    const auto end = later_by(link.since, time_for(link.left, link.rate));
    ++link.plan;
    if (end != TimePoint::max()) {
        events_.add(std::max(end, not_before), {index, link.plan});
    }
}

}  // namespace lanspread::sim
