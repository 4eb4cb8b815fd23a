#include "discovery/mdns_engine.h"

#include <algorithm>
#include <ranges>

namespace lanspread::discovery {

namespace {

constexpr std::size_t max_own_addresses = 16;
constexpr std::size_t max_doubles = 16;
constexpr std::chrono::minutes double_interval{1};

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
    : announcement_(std::move(announcement)), own_(announcement_), jitter_(seed)
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
        for (const auto& peer : open->second.browser.reported()) {
            forget(peer, actions);
        }
        open = links_.erase(open);
    }
    std::vector<Address> own;
    for (const auto& link : links) {
        const auto addresses = own_addresses(link);
        own.insert(own.end(), addresses.begin(), addresses.end());
    }
    own_.set_addresses(own, now);
    for (const auto& link : links) {
        const auto [open, is_new] =
            links_.try_emplace(link.index, OpenLink{.link = link,
                                                    .claim = NameClaim(announcement_.id, jitter_),
                                                    .responder = Responder(jitter_),
                                                    .browser = Browser(link, announcement_.id, jitter_)});
        if (is_new) {
            set_records(open->second, now);
            start(open->second, now);
        } else if (open->second.link != link) {
            use(open->second, link, now);
        }
    }
    return actions;
}

/// Goes on with other addresses (RFC 6762 §8.4). Where none of the old ones is left, it may be another
/// network, in which somebody else has our names.
void MdnsEngine::use(OpenLink& open, const Link& link, TimePoint now)
{
    const bool has_moved = std::ranges::none_of(open.link.addresses, [&link](const auto& old) {
        return std::ranges::find(link.addresses, old.address, &platform::InterfaceAddress::address) !=
               link.addresses.end();
    });
    open.link = link;
    set_records(open, now);
    open.browser.set_link(link, now);
    if (has_moved) {
        open.browser.doubt(now);
        start(open, now);
    } else {
        open.browser.restart(now);
    }
}

void MdnsEngine::start(OpenLink& open, TimePoint now)
{
    open.responder.fall_silent();
    open.claim.begin(now);
    open.browser.restart(now);
}

void MdnsEngine::announce(Announcement announcement, TimePoint now)
{
    if (announcement != announcement_) {
        announcement_ = std::move(announcement);
        own_.set_announcement(announcement_);
        for (auto& open : links_ | std::views::values) {
            set_records(open, now);
        }
    }
}

void MdnsEngine::refresh(TimePoint now)
{
    for (auto& open : links_ | std::views::values) {
        open.browser.doubt(now);
        start(open, now);
    }
}

void MdnsEngine::set_records(OpenLink& open, TimePoint now)
{
    open.records = service_records(announcement_, own_addresses(open.link), open.claim.names());
    auto all = open.records;
    std::ranges::move(records_on_request(open.records), std::back_inserter(all));
    open.responder.set_records(std::move(all), now);
}

Actions MdnsEngine::on_packet(const ReceivedPacket& packet, TimePoint now)
{
    Actions actions;
    const auto known = links_.find(packet.interface);
    // RFC 6762 §11: a packet to the group cannot have come from elsewhere; of others only the source can
    // tell.
    if (known == links_.end() || (!packet.was_multicast && !known->second.link.is_neighbour(packet.from))) {
        return actions;
    }
    const auto message = decode(packet.bytes);
    if (!message) {
        return actions;
    }
    if (!message->is_response) {
        on_query(known->second, *message, packet, now, actions);
    } else if (packet.from.port ==
               mdns_port) {  // RFC 6762 §6: anything else may be from an unprivileged pretender
        on_response(known->second, *message, packet, now, actions);
    }
    return actions;
}

void MdnsEngine::on_query(OpenLink& open, const DnsMessage& query, const ReceivedPacket& packet,
                          TimePoint now, Actions& actions)
{
    const bool is_full_querier = packet.from.port == mdns_port;
    if (is_full_querier && !query.authorities.empty()) {
        look_for_doubles(open, query.authorities, packet.from, now, actions);
        follow(open, open.claim.on_probe(query, open.records, own_, now), now, actions);
        take(open.browser.on_probe(query, packet.from, now), actions);
    } else if (is_full_querier && packet.was_multicast) {
        open.browser.on_question(query, now);
    }
    send(open, open.responder.on_query(query, packet.from, open.link.is_neighbour(packet.from), now),
         actions);
}

void MdnsEngine::on_response(OpenLink& open, const DnsMessage& response, const ReceivedPacket& packet,
                             TimePoint now, Actions& actions)
{
    look_for_doubles(open, response.answers, packet.from, now, actions);
    look_for_doubles(open, response.additionals, packet.from, now, actions);
    follow(open, open.claim.on_response(response, own_, now), now, actions);
    if (packet.was_multicast) {
        open.responder.on_response(response, now);
    }
    take(open.browser.on_response(response, packet.from, now), actions);
}

void MdnsEngine::follow(OpenLink& open, NameClaim::Outcome outcome, TimePoint now, Actions& actions)
{
    if (outcome == NameClaim::Outcome::unchanged) {
        return;
    }
    open.responder.disown();
    if (outcome == NameClaim::Outcome::renamed) {
        set_records(open, now);
        const auto& instance = open.claim.names().instance;
        open.browser.set_own_instance(instance);
        actions.emplace_back(
            Renamed{.interface_name = open.link.name, .label = std::string(instance.first_label())});
    }
}

void MdnsEngine::look_for_doubles(const OpenLink& open, const std::vector<DnsRecord>& records,
                                  const Address& from, TimePoint now, Actions& actions)
{
    if (std::ranges::none_of(records, [this](const auto& record) { return own_.is_double(record); })) {
        return;
    }
    std::erase_if(doubles_, [now](const auto& told) { return told.second + double_interval <= now; });
    if (doubles_.size() < max_doubles && doubles_.emplace(from, now).second) {
        actions.emplace_back(DoubleSeen{.from = from, .interface_name = open.link.name});
    }
}

Actions MdnsEngine::poll(TimePoint now)
{
    Actions actions;
    for (auto& open : links_ | std::views::values) {
        const bool was_won = open.claim.is_won();
        if (const auto probe = open.claim.poll(open.records, now)) {
            actions.emplace_back(SendPacket{.interface = open.link.index, .bytes = encode(*probe)});
        }
        if (open.claim.is_won() && !was_won) {
            open.responder.speak(now);
        }
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
        wake = std::min({wake, open.claim.next_wake(), open.responder.next_wake(), open.browser.next_wake()});
    }
    return wake;
}

std::vector<SendPacket> MdnsEngine::goodbye() const
{
    std::vector<SendPacket> packets;
    for (const auto& open : links_ | std::views::values) {
        if (const auto goodbye = open.responder.goodbye()) {
            packets.push_back({.interface = open.link.index, .bytes = encode(*goodbye)});
        }
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
