#include "sim/fair_network.h"

#include <algorithm>

namespace lanspread::sim {

namespace {

/// Sums of rounded doubles: a chunk of which less than this is missing is there.
constexpr double rounding_bytes = 0.01;

}  // namespace

FairNetwork::FairNetwork(const std::vector<LinkRates>& links) : peers_(links.size()), carried_(links.size())
{
    for (const auto& link : links) {
        rates_.push_back(link.up);
    }
    for (const auto& link : links) {
        rates_.push_back(link.down);
    }
    for (PeerIndex from = 0; from < peers_; ++from) {
        for (PeerIndex to = 0; to < peers_; ++to) {
            connections_.push_back({from, to});
        }
    }
}

TransferId FairNetwork::start(PeerIndex from, PeerIndex to, std::uint32_t bytes, TimePoint now)
{
    advance(now);
    const auto index = static_cast<std::uint32_t>(from * peers_ + to);
    auto& connection = connections_[index];
    const auto id = transfers_.add({index, bytes});
    connection.flows.push_back({id, static_cast<double>(bytes)});
    if (connection.flows.size() == 1) {
        active_.insert(std::ranges::lower_bound(active_, index), index);
        is_shared_ = false;
    }
    plan_next_end();
    return id;
}

double FairNetwork::cancel(TransferId id, TimePoint now)
{
    advance(now);
    const auto& transfer = transfers_[id];
    const auto& flows = connections_[transfer.connection].flows;
    const auto left = std::ranges::find(flows, id, &Flow::transfer)->left;
    const auto flowed = std::max(0.0, transfer.bytes - left);
    remove_flow(id);
    plan_next_end();
    return flowed;
}

void FairNetwork::set_link(PeerIndex peer, LinkRates rates, TimePoint now)
{
    advance(now);
    rates_[peer] = rates.up;
    rates_[peers_ + peer] = rates.down;
    is_shared_ = false;
    plan_next_end();
}

const std::vector<LinkBytes>& FairNetwork::carried(TimePoint now)
{
    advance(now);
    return carried_;
}

void FairNetwork::take_ended(TimePoint now, std::vector<TransferId>& ended)
{
    advance(now);
    const auto before = ended.size();
    for (const auto index : active_) {
        const auto& first = connections_[index].flows.front();
        if (first.left <= rounding_bytes) {
            ended.push_back(first.transfer);
        }
    }
    for (auto place = before; place < ended.size(); ++place) {
        remove_flow(ended[place]);
    }
    plan_next_end();
}

void FairNetwork::advance(TimePoint now)
{
    if (now == now_) {
        return;
    }
    share();
    for (const auto index : active_) {
        auto& connection = connections_[index];
        const auto bytes = bytes_in(now - now_, connection.rate);
        connection.flows.front().left -= bytes;
        carried_[connection.from].up += bytes;
        carried_[connection.to].down += bytes;
    }
    now_ = now;
}

/// Progressive filling: again and again, the link whose connections get least is shared out equally.
void FairNetwork::share()
{
    if (is_shared_) {
        return;
    }
    is_shared_ = true;
    capacity_ = rates_;
    load_.assign(rates_.size(), 0);
    open_ = active_;
    for (const auto index : open_) {
        ++load_[connections_[index].from];
        ++load_[peers_ + connections_[index].to];
    }
    while (!open_.empty()) {
        std::size_t tightest = 0;
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t link = 0; link < load_.size(); ++link) {
            if (load_[link] > 0 && capacity_[link] / load_[link] < least) {
                least = capacity_[link] / load_[link];
                tightest = link;
            }
        }
        std::erase_if(open_, [&](std::uint32_t index) {
            auto& connection = connections_[index];
            const auto down = peers_ + connection.to;
            if (connection.from != tightest && down != tightest) {
                return false;
            }
            connection.rate = least;
            for (const auto link : {std::size_t{connection.from}, down}) {
                capacity_[link] = std::max(0.0, capacity_[link] - least);
                --load_[link];
            }
            return true;
        });
    }
}

void FairNetwork::plan_next_end()
{
    share();
    next_end_ = TimePoint::max();
    for (const auto index : active_) {
        const auto& connection = connections_[index];
        const auto left = std::max(0.0, connection.flows.front().left);
        next_end_ = std::min(next_end_, later_by(now_, time_for(left, connection.rate)));
    }
}

void FairNetwork::remove_flow(TransferId transfer)
{
    const auto index = transfers_[transfer].connection;
    auto& connection = connections_[index];
    std::erase_if(connection.flows, [&](const Flow& flow) { return flow.transfer == transfer; });
    transfers_.remove(transfer);
    if (connection.flows.empty()) {
        std::erase(active_, index);
        connection.rate = 0;
        is_shared_ = false;
    }
}

}  // namespace lanspread::sim
