#include "discovery/beacon_engine.h"

#include "base/utf8.h"

#include <algorithm>
#include <array>
#include <utility>

namespace lanspread::discovery {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// After the start, and after a change of the link. A packet may get lost, and a switch needs a moment to
/// learn who wants a group.
constexpr std::array<milliseconds, 3> question_times{milliseconds(0), milliseconds(300), milliseconds(1000)};
/// Peers that were switched on together do not all speak at once.
constexpr milliseconds most_first_delay{20};
constexpr milliseconds least_pause{4500};
constexpr milliseconds most_pause{5500};
/// Of a peer of which nothing was heard for three pauses and a bit nothing is expected any more.
constexpr seconds neighbour_lifetime{20};
constexpr seconds expiry_pause{2};
/// With that many askers, one beacon to all is less than an answer to each.
constexpr std::size_t askers_for_broadcast = 3;
constexpr std::size_t max_departed = 256;  // on one link

}  // namespace

BeaconEngine::BeaconEngine(Announcement announcement, BeaconKeys keys,
                           std::function<bool(const PeerId&)> is_connected, std::uint64_t wall_clock,
                           TimePoint now, std::uint32_t seed)
    : announcement_(std::move(announcement)),
      keys_(std::move(keys)),
      is_connected_(std::move(is_connected)),
      last_sequence_(wall_clock),
      first_sequence_(wall_clock),
      started_(now),
      jitter_(seed),
      verifications_of_newcomers_(200, 300),
      verifications_of_neighbours_(200, 300),
      verifications_of_host_(RateLimit(20, 60), 1024),
      answers_to_host_(RateLimit(1, 3), 1024),
      questions_to_us_(20, 20),
      doubles_(0.5, 5)
{
    announcement_.name = clip_utf8(announcement_.name, max_beacon_name);
}

BeaconActions BeaconEngine::set_links(const std::vector<Link>& links, TimePoint now)
{
    BeaconActions actions;
    for (auto open = links_.begin(); open != links_.end();) {
        if (std::ranges::find(links, open->first, &Link::index) != links.end()) {
            ++open;
            continue;
        }
        const auto neighbours = std::move(open->second.neighbours);
        open = links_.erase(open);
        for (const auto& [key, neighbour] : neighbours) {
            tell_gone(key, neighbour.sighting.id, actions);
        }
    }
    for (const auto& link : links) {
        const auto [open, is_new] = links_.try_emplace(link.index, OpenLink{.link = link});
        if (is_new || open->second.link != link) {
            open->second.link = link;
            begin(open->second, now);
        }
    }
    return actions;
}

void BeaconEngine::refresh(TimePoint now)
{
    for (auto& [index, open] : links_) {
        begin(open, now);
    }
}

BeaconActions BeaconEngine::poll(TimePoint now)
{
    BeaconActions actions;
    for (auto& [index, open] : links_) {
        if (open.say_at <= now) {
            say(open, now, actions);
        }
        if (open.answer_at <= now) {
            answer(open, now, actions);
        }
        if (open.expire_at <= now) {
            expire(open, now, actions);
        }
    }
    return actions;
}

TimePoint BeaconEngine::next_wake() const
{
    auto wake = TimePoint::max();
    for (const auto& [index, open] : links_) {
        wake = std::min({wake, open.say_at, open.answer_at, open.expire_at});
    }
    return wake;
}

std::vector<BeaconToSend> BeaconEngine::goodbye(TimePoint now)
{
    std::vector<BeaconToSend> packets;
    for (const auto& [index, open] : links_) {
        send_everywhere(open, BeaconKind::goodbye, now, packets);
    }
    return packets;
}

void BeaconEngine::begin(OpenLink& open, TimePoint now)
{
    open.questions_asked = 0;
    open.say_at = now + jitter_.between(milliseconds(0), most_first_delay);
    open.expire_at = now + expiry_pause;
    // What is heard from now on is news, also where it is what was known before.
    for (auto& [key, neighbour] : open.neighbours) {
        neighbour.sighting = {.id = neighbour.sighting.id};
    }
}

void BeaconEngine::say(OpenLink& open, TimePoint now, BeaconActions& actions)
{
    const bool is_question = open.questions_asked < question_times.size();
    send_everywhere(open, is_question ? BeaconKind::question : BeaconKind::beacon, now, actions.send);
    if (is_question) {
        ++open.questions_asked;
    }
    if (open.questions_asked < question_times.size()) {
        open.say_at = now + question_times[open.questions_asked] - question_times[open.questions_asked - 1];
    } else {
        open.say_at = now + jitter_.between(least_pause, most_pause);
    }
    // Whoever asked has heard this as well.
    open.askers.clear();
    open.answer_at = TimePoint::max();
}

void BeaconEngine::answer(OpenLink& open, TimePoint now, BeaconActions& actions)
{
    const auto askers = std::exchange(open.askers, {});
    open.answer_at = TimePoint::max();
    const bool is_for_all =
        askers.size() >= askers_for_broadcast || std::ranges::any_of(askers, [&open](const auto& asker) {
            return shares_its_address(open, asker.at);
        });
    if (is_for_all) {
        // Where there were too many already, they hear the next beacon.
        if (open.answers_to_all.take(now)) {
            send_everywhere(open, BeaconKind::beacon, now, actions.send);
        }
        return;
    }
    for (const auto& asker : askers) {
        if (!answers_to_host_.take(asker.at.ip, now) || !open.answers.take(now)) {
            continue;
        }
        auto bytes = make({.kind = BeaconKind::answer, .answers = asker.sequence}, &open, now);
        if (bytes) {
            actions.send.push_back(
                {.interface = open.link.index, .to = asker.at, .source = {}, .bytes = std::move(*bytes)});
        }
    }
}

/// Of several peers on one host, only one would get what is sent to its address alone.
bool BeaconEngine::shares_its_address(const OpenLink& open, const Address& host)
{
    const auto is_there = [&host](const auto& entry) {
        const auto& addresses = entry.second.sighting.addresses;
        return std::ranges::any_of(addresses, [&host](const auto& address) { return address.ip == host.ip; });
    };
    return std::ranges::count_if(open.neighbours, is_there) > 1;
}

void BeaconEngine::expire(OpenLink& open, TimePoint now, BeaconActions& actions)
{
    open.expire_at = now + expiry_pause;
    for (auto entry = open.neighbours.begin(); entry != open.neighbours.end();) {
        if (now - entry->second.heard < neighbour_lifetime) {
            ++entry;
            continue;
        }
        const auto key = entry->first;
        const auto id = entry->second.sighting.id;
        remember(open, key, entry->second);
        entry = open.neighbours.erase(entry);
        tell_gone(key, id, actions);
    }
}

void BeaconEngine::remember(OpenLink& open, const PublicKey& key, const Neighbour& neighbour)
{
    if (open.departed.size() >= max_departed) {
        open.departed.erase(std::ranges::min_element(open.departed, {},
                                                     [](const auto& entry) { return entry.second.heard; }));
    }
    open.departed[key] = {.epoch = neighbour.epoch, .sequence = neighbour.sequence, .heard = neighbour.heard};
}

/// Somebody who is gone from one link may still be on another.
void BeaconEngine::tell_gone(const PublicKey& key, const PeerId& id, BeaconActions& actions) const
{
    const bool is_elsewhere = std::ranges::any_of(
        links_, [&key](const auto& entry) { return entry.second.neighbours.contains(key); });
    if (!is_elsewhere) {
        actions.gone.push_back(id);
    }
}

Result<Bytes> BeaconEngine::make(BeaconPacket packet, const OpenLink* open, TimePoint now)
{
    const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(now - started_).count();
    last_sequence_ = std::max(last_sequence_ + 1, first_sequence_ + static_cast<std::uint64_t>(elapsed));
    packet.key = keys_.own;
    packet.epoch = announcement_.epoch;
    packet.sequence = last_sequence_;
    packet.port = announcement_.port;
    packet.name = announcement_.name;
    if (open != nullptr) {
        for (const auto& own : open->link.addresses) {
            if (packet.addresses.size() < max_beacon_addresses) {
                packet.addresses.push_back(own.address);
            }
        }
    }
    auto bytes = encode_unsigned(packet);
    const auto signature = keys_.sign(bytes);
    if (!signature) {
        return fail(signature.error());
    }
    bytes.insert(bytes.end(), signature->begin(), signature->end());
    return bytes;
}

void BeaconEngine::send_everywhere(const OpenLink& open, BeaconKind kind, TimePoint now,
                                   std::vector<BeaconToSend>& out)
{
    const auto bytes = make({.kind = kind}, &open, now);
    if (!bytes) {
        return;
    }
    for (const auto& target : beacon_targets(open.link)) {
        out.push_back(
            {.interface = open.link.index, .to = target.to, .source = target.source, .bytes = *bytes});
    }
}

Result<BeaconEngine::Question> BeaconEngine::question(TimePoint now)
{
    auto bytes = make({.kind = BeaconKind::question}, nullptr, now);
    if (!bytes) {
        return fail(bytes.error());
    }
    return Question{.bytes = std::move(*bytes), .sequence = last_sequence_};
}

}  // namespace lanspread::discovery
