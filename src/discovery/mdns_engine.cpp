#include "discovery/mdns_engine.h"

#include <algorithm>
#include <ranges>

namespace lanspread::discovery {

namespace {

constexpr std::size_t max_own_addresses = 16;

/// What others on this link may dial: its own addresses only, for those of other links may lead nowhere from
/// there.
std::vector<Address> own_addresses(const Link& link)
{
    std::vector<Address> addresses;
    for (const bool is_v4 : {true, false}) {
        for (const auto& own : link.addresses) {
            if (own.address.is_v4() == is_v4 && addresses.size() < max_own_addresses) {
                addresses.push_back(own.address);
            }
        }
    }
    return addresses;
}

}  // namespace

MdnsEngine::MdnsEngine(Announcement announcement, std::uint32_t seed)
    : announcement_(std::move(announcement)), jitter_(seed)
{
}

Actions MdnsEngine::set_links(const std::vector<Link>& links, TimePoint now)
{
    Actions actions;
    for (auto open = links_.begin(); open != links_.end();) {
        if (std::ranges::find(links, open->first, &Link::index) != links.end()) {
            ++open;
            continue;
        }
        for (const auto& sighting : open->second.browser.reported()) {
            forget(sighting.id, actions);
        }
        open = links_.erase(open);
    }
    for (const auto& link : links) {
        const auto [open, is_new] =
            links_.try_emplace(link.index, OpenLink{.link = link,
                                                    .responder = Responder(jitter_),
                                                    .browser = Browser(link, announcement_.id, jitter_)});
        if (is_new || open->second.link != link) {
            open->second.link = link;
            announce_on(open->second, now);
            open->second.browser.restart(now);
        }
    }
    return actions;
}

void MdnsEngine::announce(Announcement announcement, TimePoint now)
{
    if (announcement != announcement_) {
        announcement_ = std::move(announcement);
        for (auto& open : links_ | std::views::values) {
            announce_on(open, now);
        }
    }
}

void MdnsEngine::announce_on(OpenLink& open, TimePoint now)
{
    open.responder.set_records(service_records(announcement_, own_addresses(open.link)), now);
}

Actions MdnsEngine::on_packet(const ReceivedPacket& packet, TimePoint now)
{
    Actions actions;
    const auto known = links_.find(packet.interface);
    if (known == links_.end()) {
        return actions;
    }
    auto& open = known->second;
    // RFC 6762 §11: a packet to the group cannot have come from elsewhere; of others only the source can
    // tell.
    const bool is_neighbour = open.link.is_neighbour(packet.from);
    if (!packet.was_multicast && !is_neighbour) {
        return actions;
    }
    const auto message = decode(packet.bytes);
    if (!message) {
        return actions;
    }
    if (!message->is_response) {
        send(open, open.responder.on_query(*message, packet.from, is_neighbour, now), actions);
    } else if (packet.from.port ==
               mdns_port) {  // RFC 6762 §6: anything else may be from an unprivileged pretender
        take(open.browser.on_response(*message, now), actions);
    }
    return actions;
}

Actions MdnsEngine::poll(TimePoint now)
{
    Actions actions;
    for (auto& open : links_ | std::views::values) {
        send(open, open.responder.poll(now), actions);
        auto due = open.browser.poll(now);
        for (const auto& query : due.queries) {
            actions.emplace_back(SendPacket{.interface = open.link.index, .bytes = encode(query)});
        }
        take(std::move(due.changes), actions);
    }
    return actions;
}

TimePoint MdnsEngine::next_wake() const
{
    auto wake = TimePoint::max();
    for (const auto& open : links_ | std::views::values) {
        wake = std::min({wake, open.responder.next_wake(), open.browser.next_wake()});
    }
    return wake;
}

std::vector<SendPacket> MdnsEngine::goodbye() const
{
    std::vector<SendPacket> packets;
    for (const auto& open : links_ | std::views::values) {
        packets.push_back({.interface = open.link.index, .bytes = encode(open.responder.goodbye())});
    }
    return packets;
}

void MdnsEngine::send(const OpenLink& open, std::vector<OutgoingMessage> messages, Actions& actions) const
{
    for (const auto& outgoing : messages) {
        actions.emplace_back(
            SendPacket{.interface = open.link.index, .to = outgoing.to, .bytes = encode(outgoing.message)});
    }
}

void MdnsEngine::take(std::vector<PeerChange> changes, Actions& actions)
{
    for (auto& change : changes) {
        if (change.kind == PeerChange::Kind::vanished) {
            forget(change.sighting.id, actions);
            continue;
        }
        if (change.kind == PeerChange::Kind::appeared) {
            ++sightings_[change.sighting.id];
        }
        actions.emplace_back(PeerFound{std::move(change.sighting)});
    }
}

void MdnsEngine::forget(const PeerId& id, Actions& actions)
{
    const auto known = sightings_.find(id);
    if (known != sightings_.end() && --known->second == 0) {
        sightings_.erase(known);
        actions.emplace_back(PeerGone{id});
    }
}

}  // namespace lanspread::discovery
