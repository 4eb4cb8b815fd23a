#include "discovery/beacon.h"

#include "async/signal.h"
#include "async/task_group.h"
#include "base/log.h"
#include "discovery/beacon_socket.h"
#include "discovery/flood_gate.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <utility>

namespace lanspread::discovery {

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr milliseconds error_pause{100};
/// Packets that are looked at before others on this thread have their turn.
constexpr unsigned packets_at_once = 32;

std::uint64_t wall_clock()
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<microseconds>(now).count());
}

}  // namespace

/// One run: what must not outlive it.
class Beacon::Session {
public:
    explicit Session(Beacon& owner) : owner_(owner), group_(owner.executor_, CancellationToken())
    {
        std::string failure;
        for (const auto family : {IpFamily::v4, IpFamily::v6}) {
            auto opened = BeaconSocket::open(owner_.executor_, family);
            if (opened) {
                sockets_[family] = std::move(*opened);
            } else {
                failure = opened.error().message;
                log::warning("discovery", "beacon: {}", failure);
            }
        }
        if (sockets_.empty()) {
            throw std::runtime_error(failure);
        }
        owner_.session_ = this;
    }

    /// Says goodbye: sending does not block, so this needs no coroutine, and works in one that is cancelled.
    ~Session()
    {
        owner_.session_ = nullptr;
        for (const auto& packet : owner_.engine_.goodbye(Clock::now())) {
            send(packet);
        }
    }

    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    Task<void> work()
    {
        carry_out(owner_.engine_.set_links({}, Clock::now()));  // what an earlier run knew
        use_links();
        for (const auto& [family, socket] : sockets_) {
            group_.spawn(listen(socket.get()));
        }
        group_.spawn(keep_time());
        co_await group_.join();
    }

    /// Takes over the owner's links.
    void use_links()
    {
        const auto& links = owner_.links_;
        std::erase_if(joined_, [this, &links](const auto& joined) {
            const bool is_gone = std::ranges::find(links, joined.second, &Link::index) == links.end();
            if (is_gone) {
                sockets_.at(joined.first)->leave(joined.second);
            }
            return is_gone;
        });
        for (const auto& link : links) {
            if (link.can_multicast) {
                join(IpFamily::v4, link, link.has_v4());
                join(IpFamily::v6, link, link.has_v6() && !link.is_loopback);
            }
        }
        carry_out(owner_.engine_.set_links(links, Clock::now()));
    }

    /// Joins the groups again, and does what the engine has to do now.
    void start_anew()
    {
        for (const auto& [family, interface] : std::exchange(joined_, {})) {
            sockets_.at(family)->leave(interface);
        }
        use_links();
        wake_.notify_all();
    }

private:
    void join(IpFamily family, const Link& link, bool is_wanted)
    {
        if (!is_wanted || !sockets_.contains(family) || joined_.contains({family, link.index})) {
            return;
        }
        if (const auto joined = sockets_.at(family)->join(link.index)) {
            joined_.emplace(family, link.index);
        } else if (said_.size() < max_said && said_.emplace(link.index, to_string(family)).second) {
            log::warning("discovery", "beacon: {} over {}: {}; broadcasts go on", link.name,
                         to_string(family), joined.error().message);
        }
    }

    Task<void> listen(BeaconSocket* socket)
    {
        FloodGate gate;
        for (unsigned packets = 1;; ++packets) {
            const auto datagram = co_await socket->receive();
            Duration pause = error_pause;
            if (datagram) {
                const auto now = Clock::now();
                pause = gate.after_packet(datagram->bytes.size(), now);
                carry_out(owner_.engine_.on_packet(*datagram, now));
            } else {
                log::debug("discovery", "beacon: {}", datagram.error().message);
            }
            if (pause > Duration() || packets % packets_at_once == 0) {
                co_await sleep_for(pause);
            }
        }
    }

    Task<void> keep_time()
    {
        while (true) {
            armed_for_ = owner_.engine_.next_wake();
            co_await wake_.wait_until(armed_for_);
            carry_out(owner_.engine_.poll(Clock::now()));
        }
    }

    void carry_out(const BeaconActions& actions)
    {
        for (const auto& packet : actions.send) {
            send(packet);
        }
        for (const auto& sighting : actions.found) {
            owner_.listener_.found(sighting);
        }
        for (const auto& peer : actions.gone) {
            owner_.listener_.gone(peer);
        }
        for (const auto& other : actions.doubles) {
            if (owner_.listener_.double_of_self) {
                owner_.listener_.double_of_self(other.addresses.front(), other.interface_name);
            }
        }
        if (owner_.engine_.next_wake() < armed_for_) {
            wake_.notify_all();
        }
    }

    void send(const BeaconToSend& packet)
    {
        const auto socket = sockets_.find(packet.to.is_v4() ? IpFamily::v4 : IpFamily::v6);
        if (socket == sockets_.end()) {
            return;
        }
        const auto sent = socket->second->send(packet);
        if (!sent && said_.size() < max_said && said_.emplace(packet.interface, packet.to.ip_text()).second) {
            log::debug("discovery", "beacon: to {}: {} (said once)", packet.to.ip_text(),
                       sent.error().message);
        }
    }

    /// Of those that are said once only, how many are kept.
    static constexpr std::size_t max_said = 256;

    Beacon& owner_;
    std::map<IpFamily, std::unique_ptr<BeaconSocket>> sockets_;
    std::set<std::pair<IpFamily, std::uint32_t>> joined_;   // family and interface
    std::set<std::pair<std::uint32_t, std::string>> said_;  // failures: interface, and what failed
    Signal wake_;
    TimePoint armed_for_ = TimePoint::max();  // what keep_time waits for
    TaskGroup group_;
};

Beacon::Beacon(Executor executor, Announcement announcement, BeaconKeys keys,
               std::function<bool(const PeerId&)> is_connected, Listener listener)
    : executor_(std::move(executor)),
      engine_(std::move(announcement), std::move(keys), std::move(is_connected), wall_clock(), Clock::now(),
              std::random_device{}()),
      listener_(std::move(listener))
{
}

Task<void> Beacon::run()
{
    Session session(*this);
    co_await session.work();
}

void Beacon::set_links(std::vector<Link> links)
{
    links_ = std::move(links);
    if (session_ != nullptr) {
        session_->use_links();
    }
}

void Beacon::refresh()
{
    engine_.refresh(Clock::now());
    if (session_ != nullptr) {
        session_->start_anew();
    }
}

}  // namespace lanspread::discovery
