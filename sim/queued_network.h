#pragma once

#include <deque>
#include <vector>

#include "sim/event_queue.h"
#include "sim/network.h"
#include "sim/pool.h"

namespace lanspread::sim {

/// Links as queues: a sender's link carries one chunk after the other at its full rate, in the order in which
/// they started; then the receiver's link does, in the order in which they came, but a chunk flows through
/// an idle one while it is still being sent. So both links are used to the full, neither carries more than it
/// can, and a chunk costs the same however many there are: for thousands of peers.
///
/// Left out: the switch between the two links holds any amount, so a receiver that is overrun does not slow
/// its senders; and a chunk on a slow link does not let a later one pass.
class QueuedNetwork final : public Network {
public:
    explicit QueuedNetwork(const std::vector<LinkRates>& links);

    [[nodiscard]] TransferId start(PeerIndex from, PeerIndex to, std::uint32_t bytes, TimePoint now) override;
    double cancel(TransferId transfer, TimePoint now) override;
    void set_link(PeerIndex peer, LinkRates rates, TimePoint now) override;
    [[nodiscard]] TimePoint next_end() const override { return events_.next_time(); }
    [[nodiscard]] const std::vector<LinkBytes>& carried(TimePoint) override { return carried_; }
    void take_ended(TimePoint now, std::vector<TransferId>& ended) override;

private:
    static constexpr TransferId nobody = std::numeric_limits<TransferId>::max();

    struct Link {
        double rate = 0;
        std::deque<TransferId> waiting{};
        TransferId current = nobody;
        double left = 0;         // bytes of the current one, at `since`
        TimePoint since{};       // when the current one began or the rate changed; else when it became idle
        std::uint32_t plan = 0;  // which of the link's events is the valid one
    };
    enum class Place { up, down, gone };
    struct Transfer {
        PeerIndex from;
        PeerIndex to;
        std::uint32_t bytes;
        TimePoint sent_from{};  // when its first byte left the sender
        Place place = Place::up;
    };
    struct End {
        std::uint32_t link;
        std::uint32_t plan;
    };

    [[nodiscard]] std::uint32_t link_of(const Transfer& transfer) const;
    void enter(std::uint32_t link, TransferId transfer, TimePoint now);
    void begin_next(std::uint32_t link, TimePoint now);
    void plan_end(std::uint32_t link, TimePoint not_before);

    std::vector<Link> links_;         // up and down of each peer
    std::vector<LinkBytes> carried_;  // whole chunks only
    Pool<Transfer> transfers_;
    EventQueue<End> events_;
};

}  // namespace lanspread::sim
