// What the beacon's engine makes of what it hears.

#include "discovery/beacon_engine.h"

#include <algorithm>

namespace lanspread::discovery {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A beacon that says what the last one said is looked at again only after this time.
constexpr seconds verify_again_after{4};
constexpr seconds answer_again_after{1};
constexpr milliseconds most_answer_delay{40};
constexpr seconds silence_of_a_process{6};  // somewhat longer than the pause between two beacons
constexpr std::chrono::minutes memory_of_the_departed{10};
constexpr std::size_t max_neighbours = 2048;  // on one link
constexpr std::size_t max_askers = 64;

/// What can be dialled of what a packet lists: what lies on the link.
std::vector<Address> reachable(const std::vector<Address>& listed, const Link& link)
{
    std::vector<Address> addresses;
    for (auto address : listed) {
        const bool is_host =
            !address.is_unspecified() && !address.is_multicast() && address.is_loopback() == link.is_loopback;
        if (is_host && link.is_neighbour(address)) {
            address.scope = !address.is_v4() && address.is_link_local() ? link.index : 0;
            addresses.push_back(address);
        }
    }
    return addresses;
}

bool lists(const BeaconPacket& packet, const Address& from)
{
    return std::ranges::any_of(packet.addresses,
                               [&from](const auto& listed) { return listed.ip == from.ip; });
}

}  // namespace

BeaconActions BeaconEngine::on_packet(const Datagram& datagram, TimePoint now)
{
    BeaconActions actions;
    const auto beacon = decode_beacon(datagram.bytes);
    auto* open = link_of(datagram);
    if (!beacon || open == nullptr) {
        ++(beacon ? counts_.off_link : counts_.malformed);
        return actions;
    }
    const bool was_sent_to_us = open->link.is_own(datagram.to);
    if (beacon->packet.key == keys_.own) {
        hear_own_key(*open, *beacon, datagram.from, now, actions);
    } else if (was_sent_to_us && beacon->packet.kind == BeaconKind::question) {
        hear_question_to_us(*beacon, datagram, now, actions);
    } else if (!open->link.is_neighbour(datagram.from) || !lists(beacon->packet, datagram.from)) {
        ++counts_.off_link;
    } else {
        hear(*open, *beacon, datagram.from, now, actions);
    }
    return actions;
}

/// What is sent to an own address from this machine arrives on the loopback, whatever its address.
BeaconEngine::OpenLink* BeaconEngine::link_of(const Datagram& datagram)
{
    if (const auto known = links_.find(datagram.interface); known != links_.end()) {
        return &known->second;
    }
    for (auto& [index, open] : links_) {
        if (open.link.is_own(datagram.to)) {
            return &open;
        }
    }
    return nullptr;
}

/// Only what is newer than this process: what we said before we were started anew may be replayed.
void BeaconEngine::hear_own_key(OpenLink& open, const DecodedBeacon& beacon, const Address& from,
                                TimePoint now, BeaconActions& actions)
{
    const auto& packet = beacon.packet;
    if (packet.epoch == announcement_.epoch || packet.sequence < first_sequence_) {
        ++counts_.own;
        return;
    }
    if (!verify(beacon, doubles_, now)) {
        return;
    }
    auto at = from;
    at.port = packet.port;
    actions.doubles.push_back(
        {.id = announcement_.id, .name = packet.name, .addresses = {at}, .interface_name = open.link.name});
}

/// From a host that was told our address: it may be anywhere, and is told who we are, no more. Limited by
/// itself, so that nobody from outside takes the place of those in the hall.
void BeaconEngine::hear_question_to_us(const DecodedBeacon& beacon, const Datagram& datagram, TimePoint now,
                                       BeaconActions& actions)
{
    if (!verify(beacon, questions_to_us_, now)) {
        return;
    }
    auto bytes = make({.kind = BeaconKind::answer, .answers = beacon.packet.sequence}, nullptr, now);
    if (bytes) {
        actions.send.push_back(
            {.interface = 0, .to = datagram.from, .source = datagram.to, .bytes = std::move(*bytes)});
    }
}

void BeaconEngine::hear(OpenLink& open, const DecodedBeacon& beacon, const Address& from, TimePoint now,
                        BeaconActions& actions)
{
    const auto& packet = beacon.packet;
    if (is_old(open, packet, now)) {
        ++counts_.old;
        return;
    }
    Sighting sighting{.id = keys_.id_of(packet.key),
                      .name = packet.name,
                      .addresses = reachable(packet.addresses, open.link),
                      .interface_name = open.link.name};
    if (sighting.addresses.empty()) {
        ++counts_.off_link;
        return;
    }
    if (!is_worth_verifying(open, sighting, packet, now)) {
        ++counts_.no_news;
        return;
    }
    const auto known = open.neighbours.find(packet.key);
    const bool is_known = known != open.neighbours.end();
    if (!verifications_of_host_.take(from.ip, now)) {
        ++counts_.limited;
        return;
    }
    if (!verify(beacon, is_known ? verifications_of_neighbours_ : verifications_of_newcomers_, now)) {
        return;
    }
    if (packet.kind == BeaconKind::goodbye) {
        known->second.sequence = packet.sequence;
        remember(open, packet.key, known->second);
        open.neighbours.erase(known);
        tell_gone(packet.key, sighting.id, actions);
        return;
    }
    take(open, std::move(sighting), packet, from, now, actions);
}

/// A copy, or replayed. A peer that was started anew goes on where it ended; where its clock was set back in
/// between, it is believed once the earlier process has been silent.
bool BeaconEngine::is_old(const OpenLink& open, const BeaconPacket& packet, TimePoint now)
{
    const auto is_behind = [&packet, now](const auto& last) {
        return packet.sequence <= last.sequence &&
               (packet.epoch == last.epoch || now - last.heard < silence_of_a_process);
    };
    if (const auto known = open.neighbours.find(packet.key); known != open.neighbours.end()) {
        return is_behind(known->second);
    }
    const auto gone = open.departed.find(packet.key);
    return gone != open.departed.end() && now - gone->second.heard < memory_of_the_departed &&
           is_behind(gone->second);
}

/// Verifying costs more than all else together. A peer that is connected knows us, and we know it: its
/// questions need no answer, and its beacon every few seconds is enough.
bool BeaconEngine::is_worth_verifying(const OpenLink& open, const Sighting& sighting,
                                      const BeaconPacket& packet, TimePoint now)
{
    const auto known = open.neighbours.find(packet.key);
    if (packet.kind == BeaconKind::goodbye) {
        return known != open.neighbours.end();
    }
    const bool is_known = known != open.neighbours.end();
    const bool is_question = packet.kind == BeaconKind::question;
    if (!is_known) {
        return open.neighbours.size() < max_neighbours &&
               (packet.kind == BeaconKind::beacon || !is_connected_(sighting.id));
    }
    const auto& neighbour = known->second;
    const bool has_news = neighbour.epoch != packet.epoch || neighbour.sighting != sighting;
    const bool wants_answer =
        is_question && now - neighbour.answered >= answer_again_after && !is_connected_(sighting.id);
    return has_news || wants_answer || now - neighbour.heard >= verify_again_after;
}

bool BeaconEngine::verify(const DecodedBeacon& beacon, RateLimit& limit, TimePoint now)
{
    if (!limit.take(now)) {
        ++counts_.limited;
        return false;
    }
    const bool is_right = keys_.verify(beacon.packet.key, beacon.signed_part, beacon.signature);
    ++(is_right ? counts_.taken : counts_.forged);
    return is_right;
}

void BeaconEngine::take(OpenLink& open, Sighting sighting, const BeaconPacket& packet, const Address& from,
                        TimePoint now, BeaconActions& actions)
{
    open.departed.erase(packet.key);
    auto& neighbour = open.neighbours.try_emplace(packet.key).first->second;
    const bool was_answered =
        neighbour.answered != TimePoint{} && now - neighbour.answered < answer_again_after;
    neighbour.sighting = sighting;
    neighbour.epoch = packet.epoch;
    neighbour.sequence = packet.sequence;
    neighbour.heard = now;
    if (packet.kind == BeaconKind::question && !was_answered && open.askers.size() < max_askers) {
        neighbour.answered = now;
        open.askers.push_back({.at = from, .sequence = packet.sequence});
        open.answer_at = std::min(open.answer_at, now + jitter_.between(milliseconds(0), most_answer_delay));
    }
    actions.found.push_back(std::move(sighting));
}

std::optional<Sighting> BeaconEngine::read_answer(ByteSpan bytes, std::uint64_t sequence,
                                                  const Address& host) const
{
    const auto beacon = decode_beacon(bytes);
    if (!beacon || beacon->packet.kind != BeaconKind::answer || beacon->packet.answers != sequence ||
        beacon->packet.key == keys_.own ||
        !keys_.verify(beacon->packet.key, beacon->signed_part, beacon->signature)) {
        return std::nullopt;
    }
    auto at = host;
    at.port = beacon->packet.port;
    return Sighting{.id = keys_.id_of(beacon->packet.key),
                    .name = beacon->packet.name,
                    .addresses = {at},
                    .interface_name = {}};
}

}  // namespace lanspread::discovery
