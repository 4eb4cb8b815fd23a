#pragma once
#include "discovery/beacon_engine.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <vector>

/// For tests: hosts with a beacon each on Ethernet segments that are not there, in virtual time.
namespace lanspread::discovery {

/// Signatures that everybody could forge, but for who does not know how.
inline Signature fake_signature(const PublicKey& key, ByteSpan message)
{
    std::size_t sum = 0;
    for (const auto byte : message) {
        sum = sum * 31 + std::to_integer<std::size_t>(byte);
    }
    Signature signature{};
    std::ranges::copy(key, signature.begin());
    std::memcpy(signature.data() + key.size(), &sum, sizeof sum);
    return signature;
}

inline PublicKey fake_key(std::uint8_t number)
{
    PublicKey key{};
    key.fill(static_cast<std::byte>(number));
    return key;
}

inline PeerId fake_id(const PublicKey& key) { return PeerId{.bytes = key}; }

inline BeaconKeys fake_keys(std::uint8_t number, std::shared_ptr<int> verified = std::make_shared<int>(0))
{
    const auto own = fake_key(number);
    return {.own = own,
            .sign = [own](ByteSpan message) { return Result<Signature>(fake_signature(own, message)); },
            .verify =
                [verified](const PublicKey& key, ByteSpan message, const Signature& signature) {
                    ++*verified;
                    return signature == fake_signature(key, message);
                },
            .id_of = fake_id};
}

inline Link card(std::uint32_t index, std::string_view ip, unsigned prefix_length = 24)
{
    return {.index = index,
            .name = "eth" + std::to_string(index),
            .addresses = {{.address = Address::parse(ip).value(), .prefix_length = prefix_length}}};
}

/// One segment, on which every host has a card with the index 2.
class FakeBeacons {
public:
    struct Host {
        std::unique_ptr<BeaconEngine> engine;
        Link link;
        std::shared_ptr<int> verified = std::make_shared<int>(0);
        std::set<PeerId> connected;
        std::vector<std::pair<TimePoint, Sighting>> found;
        std::vector<PeerId> gone;
        std::vector<Sighting> doubles;
        int sent = 0;
    };
    struct Packet {
        TimePoint at;
        std::size_t host = 0;
        BeaconToSend packet;
        BeaconPacket content;
    };

    /// `number` makes the key, and with `epoch` the process; the address is 192.0.2.`number`, or `ip`.
    std::size_t add(std::uint8_t number, std::string ip = "", std::uint64_t epoch = 0)
    {
        auto& host = *hosts.emplace_back(std::make_unique<Host>());
        if (ip.empty()) {
            ip = "192.0.2." + std::to_string(number);
        }
        host.link = card(2, ip);
        host.engine = std::make_unique<BeaconEngine>(
            Announcement{.id = fake_id(fake_key(number)),
                         .name = "peer " + std::to_string(number),
                         .port = static_cast<std::uint16_t>(7000 + number),
                         .epoch = epoch == 0 ? number : epoch},
            fake_keys(number, host.verified),
            [&host](const PeerId& id) { return host.connected.contains(id); }, microseconds_now(), now,
            number);
        carry_out(hosts.size() - 1, host.engine->set_links({host.link}, now));
        return hosts.size() - 1;
    }

    /// Lets time pass until every engine has done what it has to do up to then.
    void run_for(Duration duration)
    {
        const auto end = now + duration;
        while (true) {
            auto next = TimePoint::max();
            for (const auto& host : hosts) {
                next = std::min(next, host->engine->next_wake());
            }
            if (next > end) {
                break;
            }
            now = std::max(now, next);
            for (std::size_t i = 0; i < hosts.size(); ++i) {
                if (hosts[i]->engine->next_wake() <= now) {
                    carry_out(i, hosts[i]->engine->poll(now));
                }
            }
        }
        now = end;
    }

    void carry_out(std::size_t sender, const BeaconActions& actions)
    {
        auto& host = *hosts[sender];
        for (const auto& sighting : actions.found) {
            host.found.emplace_back(now, sighting);
        }
        std::ranges::copy(actions.gone, std::back_inserter(host.gone));
        std::ranges::copy(actions.doubles, std::back_inserter(host.doubles));
        for (const auto& packet : actions.send) {
            ++host.sent;
            packets.push_back({now, sender, packet, decode_beacon(packet.bytes).value().packet});
            if (!is_dropped(packet.to)) {
                deliver(sender, packet);
            }
        }
    }

    /// Gives `host` a packet as if it came from `from`.
    void inject(std::size_t host, const Address& from, Bytes bytes,
                Address to = Address::v4({255, 255, 255, 255}, 0))
    {
        carry_out(host, hosts[host]->engine->on_packet(
                            {.interface = 2, .from = from, .to = to, .bytes = std::move(bytes)}, now));
    }

    [[nodiscard]] std::size_t times_found(std::size_t host, std::uint8_t number) const
    {
        const auto is_it = [number](const auto& entry) {
            return entry.second.id == fake_id(fake_key(number));
        };
        return static_cast<std::size_t>(std::ranges::count_if(hosts[host]->found, is_it));
    }

    [[nodiscard]] std::uint64_t microseconds_now() const
    {
        return static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count());
    }

    TimePoint now{std::chrono::hours(1)};
    std::vector<std::unique_ptr<Host>> hosts;
    std::vector<Packet> packets;
    std::function<bool(const Address& to)> is_dropped = [](const Address&) { return false; };

private:
    void deliver(std::size_t sender, const BeaconToSend& packet)
    {
        auto from = hosts[sender]->link.addresses.front().address;
        from.port = beacon_port;
        for (std::size_t i = 0; i < hosts.size(); ++i) {
            const auto& own = hosts[i]->link.addresses.front().address;
            const bool is_to_one = std::ranges::any_of(hosts, [&packet](const auto& host) {
                return host->link.addresses.front().address.ip == packet.to.ip;
            });
            if (i != sender && (!is_to_one || packet.to.ip == own.ip)) {
                inject(i, from, packet.bytes, packet.to);
            }
        }
    }
};

}  // namespace lanspread::discovery
