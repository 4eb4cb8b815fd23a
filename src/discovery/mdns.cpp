#include "discovery/mdns.h"

#include "async/signal.h"
#include "async/task_group.h"
#include "base/log.h"
#include "discovery/flood_gate.h"
#include "discovery/mdns_socket.h"

#include <algorithm>
#include <map>
#include <random>
#include <ranges>
#include <set>

namespace lanspread::discovery {

namespace {

constexpr std::chrono::milliseconds error_pause{100};
constexpr unsigned packets_at_once = 16;  // then others of this thread have their turn

}  // namespace

/// One run: what must not outlive it.
class Mdns::Session {
public:
    explicit Session(Mdns& owner)
        : owner_(owner),
          engine_(owner.announcement_, std::random_device{}()),
          group_(owner.executor_, CancellationToken())
    {
        owner_.session_ = this;
    }

    /// Says goodbye: sending does not block, so this needs no coroutine, and works in one that is cancelled.
    ~Session()
    {
        owner_.session_ = nullptr;
        for (const auto& packet : engine_.goodbye()) {
            send(packet);
        }
    }

    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    Task<void> work()
    {
        for (const auto& id : std::exchange(owner_.reported_, {})) {
            owner_.listener_.gone(id);  // what an earlier run knew
        }
        use_links();
        group_.spawn(keep_time());
        co_await group_.join();
    }

    void announce(const Announcement& announcement)
    {
        engine_.announce(announcement, Clock::now());
        wake_.notify_all();
    }

    /// Takes over the owner's links.
    void use_links()
    {
        const auto& links = owner_.links_;
        std::erase_if(links_, [&links](auto& entry) {
            const bool is_gone = std::ranges::find(links, entry.first, &Link::index) == links.end();
            if (is_gone) {
                log::info("discovery", "{}: no longer used", entry.second.name);
                close(entry.second);
            }
            return is_gone;
        });
        for (const auto& link : links) {
            auto& open = links_.try_emplace(link.index, OpenLink{.name = link.name}).first->second;
            use_family(link, open, IpFamily::v4, link.has_v4());
            // Linux has no way for IPv6 multicast over the loopback.
            use_family(link, open, IpFamily::v6, link.has_v6() && !link.is_loopback);
        }
        carry_out(engine_.set_links(links, Clock::now()));
    }

    void refresh()
    {
        // A switch that keeps account of groups may be another one.
        for (auto& open : links_ | std::views::values) {
            close(open);
            open.sockets.clear();
        }
        use_links();
        engine_.refresh(Clock::now());
        wake_.notify_all();
    }

private:
    struct OpenSocket {
        std::shared_ptr<MdnsSocket> socket;
        bool has_failed = false;  ///< so that it is said once only
    };
    struct OpenLink {
        std::string name;
        std::map<IpFamily, OpenSocket> sockets{};
        std::set<IpFamily> failed{};  ///< that could not be opened, so that it is said once only
    };

    /// Opens or closes the socket of one family, where it is not as it should be.
    void use_family(const Link& link, OpenLink& open, IpFamily family, bool is_wanted)
    {
        const auto known = open.sockets.find(family);
        if (!is_wanted && known != open.sockets.end()) {
            known->second.socket->close();
            open.sockets.erase(known);
        }
        if (!is_wanted || known != open.sockets.end()) {
            return;
        }
        auto made = MdnsSocket::open(owner_.executor_, link, family);
        if (!made) {
            if (open.failed.insert(family).second) {
                log::warning("discovery", "{}", made.error().message);
            }
            return;
        }
        open.failed.erase(family);
        log::info("discovery", "{}: looking for peers over {}", link.name, to_string(family));
        const std::shared_ptr<MdnsSocket> socket = std::move(*made);
        open.sockets.emplace(family, OpenSocket{.socket = socket});
        group_.spawn(listen(socket));
    }

    static void close(const OpenLink& open)
    {
        for (const auto& socket : open.sockets | std::views::values) {
            socket.socket->close();
        }
    }

    /// Ends when the socket is closed.
    Task<void> listen(std::shared_ptr<MdnsSocket> socket)
    {
        FloodGate gate;
        for (unsigned packets = 1; socket->is_open(); ++packets) {
            const auto packet = co_await socket->receive();
            Duration pause = error_pause;
            if (packet) {
                const auto now = Clock::now();
                pause = gate.after_packet(packet->bytes.size(), now);
                carry_out(engine_.on_packet(*packet, now));
            } else {
                log::debug("discovery", "{}", packet.error().message);
            }
            if (pause > Duration(0) || packets % packets_at_once == 0) {
                co_await sleep_for(pause);
            }
        }
    }

    Task<void> keep_time()
    {
        while (true) {
            armed_for_ = engine_.next_wake();
            co_await wake_.wait_until(armed_for_);
            carry_out(engine_.poll(Clock::now()));
        }
    }

    void carry_out(const Actions& actions)
    {
        for (const auto& action : actions) {
            if (const auto* packet = std::get_if<SendPacket>(&action)) {
                send(*packet);
            } else if (const auto* found = std::get_if<PeerFound>(&action)) {
                owner_.reported_.insert(found->sighting.id);
                owner_.listener_.found(found->sighting);
            } else if (const auto* gone = std::get_if<PeerGone>(&action)) {
                owner_.reported_.erase(gone->id);
                owner_.listener_.gone(gone->id);
            } else if (const auto* seen = std::get_if<DoubleSeen>(&action)) {
                if (owner_.listener_.double_of_self) {
                    owner_.listener_.double_of_self(seen->from, seen->interface_name);
                }
            } else if (const auto* renamed = std::get_if<Renamed>(&action)) {
                log::warning("discovery", "{}: somebody else has our mDNS name; going on as {}",
                             renamed->interface_name, renamed->label);
            }
        }
        if (engine_.next_wake() < armed_for_) {
            wake_.notify_all();
        }
    }

    void send(const SendPacket& packet)
    {
        const auto link = links_.find(packet.interface);
        if (link == links_.end()) {
            return;
        }
        for (auto& [family, open] : link->second.sockets) {
            if (packet.to && packet.to->is_v4() != (family == IpFamily::v4)) {
                continue;
            }
            const auto sent = open.socket->send(packet.to, packet.bytes);
            if (!sent && !open.has_failed) {
                open.has_failed = true;
                log::warning("discovery", "{} over {}: {} (said once; the other links go on)",
                             link->second.name, to_string(family), sent.error().message);
            }
        }
    }

    Mdns& owner_;
    MdnsEngine engine_;
    std::map<std::uint32_t, OpenLink> links_;  // by interface index
    Signal wake_;
    TimePoint armed_for_ = TimePoint::max();  // what keep_time waits for
    TaskGroup group_;
};

Mdns::Mdns(Executor executor, Announcement announcement, Listener listener)
    : executor_(std::move(executor)), announcement_(std::move(announcement)), listener_(std::move(listener))
{
}

Task<void> Mdns::run()
{
    Session session(*this);
    co_await session.work();
}

void Mdns::update(Announcement announcement)
{
    announcement_ = std::move(announcement);
    if (session_ != nullptr) {
        session_->announce(announcement_);
    }
}

void Mdns::set_links(std::vector<Link> links)
{
    links_ = std::move(links);
    std::erase_if(links_, [](const auto& link) { return !link.can_multicast; });
    if (session_ != nullptr) {
        session_->use_links();
    }
}

void Mdns::refresh()
{
    if (session_ != nullptr) {
        session_->refresh();
    }
}

}  // namespace lanspread::discovery
