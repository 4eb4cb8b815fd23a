#pragma once

#include <deque>
#include <vector>

#include "sim/network.h"
#include "sim/pool.h"

namespace lanspread::sim {

/// Max-min fair sharing: the rates at which no connection could be given more without taking it from one that
/// has no more itself (progressive filling; Bertsekas and Gallager, Data Networks, §6.5.2). It is what
/// congestion control approaches on links that are the only bottlenecks, as in a switched LAN. A connection
/// is a pair of sender and receiver, as with one QUIC connection for each pair; its chunks flow one behind
/// the other, as the transport sends answers.
///
/// The rates are found anew whenever a connection gets its first chunk or loses its last one, at the cost of
/// (links)² + connections: for some tens of peers.
class FairNetwork final : public Network {
public:
    explicit FairNetwork(const std::vector<LinkRates>& links);

    [[nodiscard]] TransferId start(PeerIndex from, PeerIndex to, std::uint32_t bytes, TimePoint now) override;
    double cancel(TransferId transfer, TimePoint now) override;
    void set_link(PeerIndex peer, LinkRates rates, TimePoint now) override;
    [[nodiscard]] TimePoint next_end() const override { return next_end_; }
    [[nodiscard]] const std::vector<LinkBytes>& carried(TimePoint now) override;
    void take_ended(TimePoint now, std::vector<TransferId>& ended) override;

private:
    struct Flow {
        TransferId transfer;
        double left;  // bytes
    };
    struct Connection {
        PeerIndex from;
        PeerIndex to;
        double rate = 0;           // bytes a second
        std::deque<Flow> flows{};  // only the first one flows
    };
    struct Transfer {
        std::uint32_t connection;
        std::uint32_t bytes;
    };

    void advance(TimePoint now);
    void share();
    void plan_next_end();
    void remove_flow(TransferId transfer);

    std::size_t peers_;
    std::vector<double> rates_;  // of links: up of all peers, then down of all peers
    std::vector<LinkBytes> carried_;
    std::vector<Connection> connections_;  // from × peers + to
    std::vector<std::uint32_t> active_;    // connections with chunks, in order
    Pool<Transfer> transfers_;
    TimePoint now_{};
    TimePoint next_end_ = TimePoint::max();
    bool is_shared_ = true;  // the rates are those of the active connections

    // Of share(), kept to spare allocations.
    std::vector<double> capacity_;
    std::vector<std::uint32_t> load_;
    std::vector<std::uint32_t> open_;
};

}  // namespace lanspread::sim
