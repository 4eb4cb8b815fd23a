#include "discovery/mdns.h"

#include "async/signal.h"
#include "async/task_group.h"
#include "base/log.h"
#include "discovery/mdns_socket.h"
#include "platform/interface_watch.h"

#include <map>
#include <random>
#include <stdexcept>

namespace lanspread::discovery {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds settle_time{50};  // one cable is several changes
constexpr seconds interface_poll{5};     // where the system does not tell of changes
constexpr milliseconds error_pause{100};

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
        group_.spawn(follow_interfaces());
        group_.spawn(keep_time());
        co_await group_.join();
    }

    void announce(const Announcement& announcement)
    {
        engine_.announce(announcement, Clock::now());
        wake_.notify_all();
    }

private:
    struct OpenSocket {
        std::shared_ptr<MdnsSocket> socket;
        bool has_failed = false;  ///< so that it is said once only
    };
    struct OpenLink {
        std::string name;
        std::map<IpFamily, OpenSocket> sockets;
    };

    Task<void> follow_interfaces()
    {
        auto watch = platform::InterfaceWatch::open(owner_.executor_);
        if (!watch) {
            log::warning("discovery", "{}; looking every {} seconds instead", watch.error().message,
                         interface_poll.count());
        }
        while (true) {
            use_interfaces();
            if (watch) {
                co_await watch->changed();
                co_await sleep_for(settle_time);
            } else {
                co_await sleep_for(interface_poll);
            }
        }
    }

    void use_interfaces()
    {
        const auto interfaces = platform::network_interfaces();
        if (!interfaces) {
            throw std::runtime_error(interfaces.error().message);
        }
        const auto links = choose_links(*interfaces, owner_.only_interfaces_, owner_.include_loopback_);
        std::erase_if(links_, [&links](auto& entry) {
            const bool is_gone = std::ranges::find(links, entry.first, &Link::index) == links.end();
            if (is_gone) {
                log::info("discovery", "{}: no longer used", entry.second.name);
                for (auto& open : entry.second.sockets) {
                    open.second.socket->close();
                }
            }
            return is_gone;
        });
        std::string failure = "no interface can be used";
        bool has_socket = links.empty();
        for (const auto& link : links) {
            auto& open =
                links_.try_emplace(link.index, OpenLink{.name = link.name, .sockets = {}}).first->second;
            use_family(link, open, IpFamily::v4, link.has_v4(), failure);
            // Linux has no way for IPv6 multicast over the loopback.
            use_family(link, open, IpFamily::v6, link.has_v6() && !link.is_loopback, failure);
            has_socket = has_socket || !open.sockets.empty();
        }
        if (!has_socket) {
            throw std::runtime_error(failure);
        }
        carry_out(engine_.set_links(links, Clock::now()));
    }

    /// Opens or closes the socket of one family, where it is not as it should be.
    void use_family(const Link& link, OpenLink& open, IpFamily family, bool is_wanted, std::string& failure)
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
            failure = made.error().message;
            log::warning("discovery", "{}", failure);
            return;
        }
        log::info("discovery", "{}: looking for peers over {}", link.name, to_string(family));
        const std::shared_ptr<MdnsSocket> socket = std::move(*made);
        open.sockets.emplace(family, OpenSocket{.socket = socket});
        group_.spawn(listen(socket));
    }

    /// Ends when the socket is closed.
    Task<void> listen(std::shared_ptr<MdnsSocket> socket)
    {
        while (socket->is_open()) {
            const auto packet = co_await socket->receive();
            if (packet) {
                carry_out(engine_.on_packet(*packet, Clock::now()));
            } else {
                log::debug("discovery", "{}", packet.error().message);
                co_await sleep_for(error_pause);
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
                owner_.listener_.found(found->sighting);
            } else if (const auto* gone = std::get_if<PeerGone>(&action)) {
                owner_.listener_.gone(gone->id);
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

Mdns::Mdns(Executor executor, Announcement announcement, std::vector<std::string> only_interfaces,
           bool include_loopback, Listener listener)
    : executor_(std::move(executor)),
      announcement_(std::move(announcement)),
      only_interfaces_(std::move(only_interfaces)),
      include_loopback_(include_loopback),
      listener_(std::move(listener))
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

}  // namespace lanspread::discovery
