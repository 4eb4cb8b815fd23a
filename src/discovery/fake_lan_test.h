#pragma once
#include "discovery/mdns_engine.h"
#include "discovery/service_records.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

/// For tests: hosts with one engine each on Ethernet segments that are not there, in virtual time.
namespace lanspread::discovery {

inline PeerId peer_id(std::uint8_t number)
{
    PeerId id;
    id.bytes.fill(static_cast<std::byte>(number));
    return id;
}

inline Link ethernet(std::uint32_t index, std::string_view ip, unsigned prefix_length = 24)
{
    return {.index = index,
            .name = "eth" + std::to_string(index),
            .addresses = {{.address = Address::parse(ip).value(), .prefix_length = prefix_length}}};
}

inline Address at_mdns_port(Address address)
{
    address.port = mdns_port;
    return address;
}

/// A packet on a segment, as it was sent.
struct SentPacket {
    TimePoint time;
    std::size_t host = 0;
    int segment = 0;
    std::optional<Address> to;
    Bytes bytes;
    DnsMessage message;
};

class FakeLan {
public:
    struct Cable {
        Link link;
        int segment = 0;
    };
    struct Host {
        std::unique_ptr<MdnsEngine> engine;
        std::vector<Cable> cables;
        std::vector<Sighting> found{};
        std::vector<PeerId> gone{};
        std::vector<DoubleSeen> doubles{};
        std::vector<std::string> labels{};  ///< that it took because its name was taken
        bool is_silent = false;             ///< hears and says nothing any more
    };

    TimePoint now{std::chrono::hours(1)};
    std::vector<Host> hosts;
    std::vector<SentPacket> sent;

    /// Switches a host on, by the name `peer<number>`, and gives its place in `hosts`.
    std::size_t add(std::uint8_t number, std::vector<Cable> cables, std::uint64_t epoch = 1)
    {
        const Announcement announcement{
            .id = peer_id(number), .name = "peer" + std::to_string(number), .port = number, .epoch = epoch};
        auto& host = hosts.emplace_back();
        host.engine = std::make_unique<MdnsEngine>(announcement,
                                                   number + static_cast<std::uint32_t>(hosts.size()) * 1000);
        connect(hosts.size() - 1, std::move(cables));
        return hosts.size() - 1;
    }

    void connect(std::size_t host, std::vector<Cable> cables)
    {
        std::vector<Link> links;
        links.reserve(cables.size());
        for (const auto& cable : cables) {
            links.push_back(cable.link);
        }
        hosts[host].cables = std::move(cables);
        carry_out(host, hosts[host].engine->set_links(links, now));
    }

    void run_for(Duration duration)
    {
        const auto end = now + duration;
        while (true) {
            std::size_t next = hosts.size();
            auto wake = TimePoint::max();
            for (std::size_t i = 0; i < hosts.size(); ++i) {
                if (!hosts[i].is_silent && hosts[i].engine->next_wake() < wake) {
                    next = i;
                    wake = hosts[i].engine->next_wake();
                }
            }
            if (wake > end) {
                break;
            }
            now = std::max(now, wake);
            carry_out(next, hosts[next].engine->poll(now));
        }
        now = end;
    }

    void leave(std::size_t host)
    {
        for (const auto& packet : hosts[host].engine->goodbye()) {
            carry_out(host, {packet});
        }
        hosts[host].is_silent = true;
    }

    /// Gives a packet to one host, as if somebody on its first cable had sent it.
    void inject(std::size_t host, const Address& from, const Bytes& bytes, bool was_multicast = true)
    {
        const ReceivedPacket packet{.interface = hosts[host].cables.at(0).link.index,
                                    .from = from,
                                    .was_multicast = was_multicast,
                                    .bytes = bytes};
        carry_out(host, hosts[host].engine->on_packet(packet, now));
    }

    void carry_out(std::size_t host, const Actions& actions)
    {
        for (const auto& action : actions) {
            if (const auto* found = std::get_if<PeerFound>(&action)) {
                hosts[host].found.push_back(found->sighting);
            } else if (const auto* gone = std::get_if<PeerGone>(&action)) {
                hosts[host].gone.push_back(gone->id);
            } else if (const auto* seen = std::get_if<DoubleSeen>(&action)) {
                hosts[host].doubles.push_back(*seen);
            } else if (const auto* renamed = std::get_if<Renamed>(&action)) {
                hosts[host].labels.push_back(renamed->label);
            } else {
                transmit(host, std::get<SendPacket>(action));
            }
        }
    }

private:
    void transmit(std::size_t sender, const SendPacket& packet)
    {
        for (const auto& cable : hosts[sender].cables) {
            if (cable.link.index != packet.interface) {
                continue;
            }
            sent.push_back(
                {now, sender, cable.segment, packet.to, packet.bytes, decode(packet.bytes).value()});
            for (std::size_t i = 0; i < hosts.size();
                 ++i) {  // the sender too: its own multicasts come back to it
                deliver(i, cable, packet);
            }
        }
    }

    void deliver(std::size_t host, const Cable& from, const SendPacket& packet)
    {
        for (const auto& cable : hosts[host].cables) {
            const auto& own = cable.link.addresses.at(0).address;
            if (cable.segment != from.segment || hosts[host].is_silent ||
                (packet.to && packet.to->ip != own.ip)) {
                continue;
            }
            const ReceivedPacket received{.interface = cable.link.index,
                                          .from = at_mdns_port(from.link.addresses.at(0).address),
                                          .was_multicast = !packet.to,
                                          .bytes = packet.bytes};
            carry_out(host, hosts[host].engine->on_packet(received, now));
        }
    }
};

/// Two hosts on one segment, found and at rest.
struct Pair : FakeLan {
    Pair()
    {
        add(1, {{ethernet(2, "192.0.2.1")}});
        add(2, {{ethernet(3, "192.0.2.2")}});
        run_for(std::chrono::seconds(20));
        for (auto& host : hosts) {
            host.found.clear();
        }
        sent.clear();
    }
};

/// How many responses a host has sent.
inline std::size_t responses_of(const FakeLan& lan, std::size_t host)
{
    return static_cast<std::size_t>(std::ranges::count_if(
        lan.sent, [host](const auto& packet) { return packet.host == host && packet.message.is_response; }));
}

inline const auto stranger = Address::parse("192.0.2.99:5353").value();

/// What the host `number` would say of itself.
inline DnsMessage response_of(std::uint8_t number, std::string_view ip)
{
    const Announcement announcement{.id = peer_id(number), .name = "x", .port = 7};
    return {.is_response = true,
            .answers = service_records(announcement, std::vector{Address::parse(ip).value()})};
}

}  // namespace lanspread::discovery
