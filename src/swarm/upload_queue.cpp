#include "swarm/upload_queue.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lanspread::swarm {

namespace {

using Seconds = std::chrono::duration<double>;

/// The rate is measured over at least this long a time in which something is being sent.
constexpr std::chrono::milliseconds measured_span{100};
/// The best rate is forgotten by half in this time: a cable that was slowed down is noticed.
constexpr double best_rate_half_life_seconds = 10;
/// The one that was given a chunk may not pass it on: then the asker gets it here after so many times.
constexpr unsigned max_sent_away = 4;
/// Chunks of one peer for which that is remembered.
constexpr std::size_t max_remembered = 1024;

}  // namespace

UploadQueue::Ticket UploadQueue::enter(const Request& request)
{
    const auto ticket = next_ticket_++;
    const bool is_fresh = !given_to(request);
    places_[ticket] = {request, State::waiting, is_fresh};
    auto& peer = peers_[request.peer];
    (is_fresh ? peer.fresh : peer.second_hand).push_back(ticket);
    ++(is_fresh ? fresh_waiting_ : second_hand_waiting_);
    waiting_for_[{request.content, request.chunk}].push_back(ticket);
    return ticket;
}

std::vector<UploadQueue::Turn> UploadQueue::admit(TimePoint now)
{
    std::vector<Turn> turns;
    for (auto place = room(now); place != Room::none; place = room(now)) {
        auto ticket = fresh_waiting_ > 0 ? next(&Peer::fresh, place) : std::nullopt;
        if (!ticket && second_hand_waiting_ > 0) {
            send_away(turns);
            ticket = next(&Peer::second_hand, place);
        }
        if (!ticket) {
            break;
        }
        serve(*ticket, now);
        turns.push_back({*ticket, std::nullopt});
    }
    if (second_hand_waiting_ > 0) {
        send_away(turns);
    }
    return turns;
}

std::optional<TimePoint> UploadQueue::next_turn() const
{
    return waiting() > 0 ? std::optional(paced_until_) : std::nullopt;
}

void UploadQueue::leave(Ticket ticket, Outcome outcome, TimePoint now)
{
    const auto found = places_.find(ticket);
    const auto place = found->second;
    const auto& request = place.request;
    if (place.state == State::waiting) {
        stop_waiting(ticket, place);
    }
    places_.erase(found);
    const auto peer = peers_.find(request.peer);
    if (peer == peers_.end()) {
        return;  // it was sent away with the peer's other requests, and the peer left with the first of them
    }
    if (place.state == State::serving) {
        --peer->second.serving;
        --serving_;
        bytes_serving_ -= request.size;
        outcome == Outcome::sent ? measure(request.size, now) : take_back(request);
    }
    if (peer->second.serving == 0 && peer->second.fresh.empty() && peer->second.second_hand.empty()) {
        peers_.erase(peer);
    }
}

void UploadQueue::peer_left(const PeerId& peer)
{
    sent_away_.erase(peer);
    for (auto& [content, given] : given_) {
        const auto found = std::ranges::find(given.peers, peer);
        if (found != given.peers.end()) {
            const auto index = static_cast<std::uint16_t>(found - given.peers.begin() + 1);
            given.count -= static_cast<std::uint32_t>(std::ranges::count(given.to, index));
            std::ranges::replace(given.to, index, std::uint16_t{0});
        }
    }
}

void UploadQueue::forget(const ContentId& content)
{
    given_.erase(content);
    for (auto& [peer, chunks] : sent_away_) {
        std::erase_if(chunks, [&](const auto& entry) { return entry.first.first == content; });
    }
}

UploadQueue::Room UploadQueue::room(TimePoint now) const
{
    if (serving_ < options_.at_least ||
        static_cast<double>(bytes_serving_) < rate() * Seconds(options_.ahead).count()) {
        return Room::for_all;
    }
    return now >= paced_until_ ? Room::for_peers_that_are_not_served : Room::none;
}

bool UploadQueue::may_be_served(const Peer& peer, Room room) const
{
    return peer.serving == 0 ||
           (room == Room::for_all && peer.serving < options_.per_peer && serving_ < options_.in_all);
}

std::optional<UploadQueue::Ticket> UploadQueue::next(std::deque<Ticket> Peer::* queue, Room room)
{
    auto turn = peers_.upper_bound(last_);
    for (std::size_t passed = 0; passed < peers_.size(); ++passed, ++turn) {
        turn = turn == peers_.end() ? peers_.begin() : turn;
        const auto& [id, peer] = *turn;
        if (!(peer.*queue).empty() && may_be_served(peer, room)) {
            last_ = id;
            return (peer.*queue).front();
        }
    }
    return std::nullopt;
}

void UploadQueue::serve(Ticket ticket, TimePoint now)
{
    auto& place = places_.at(ticket);
    const auto& request = place.request;
    stop_waiting(ticket, place);
    place.state = State::serving;
    ++peers_.at(request.peer).serving;
    if (serving_++ == 0) {
        busy_since_ = now;
    }
    bytes_serving_ += request.size;
    const auto pause = Seconds(static_cast<double>(request.size) / rate() / 2);
    paced_until_ = std::max(paced_until_, now) + std::chrono::duration_cast<Duration>(pause);
    give(request);
}

/// Answers those who wait for what others were given, so that they ask for something else meanwhile.
void UploadQueue::send_away(std::vector<Turn>& turns)
{
    for (auto& [id, peer] : peers_) {
        if (peer.second_hand.empty()) {
            continue;  // copying an empty deque allocates
        }
        for (const auto ticket : std::deque(peer.second_hand)) {
            auto& place = places_.at(ticket);
            if (const auto other = elsewhere(place.request)) {
                stop_waiting(ticket, place);
                place.state = State::sent_away;
                turns.push_back({ticket, other});
            }
        }
    }
}

/// Whom to send a request for a chunk that was given to somebody to; nothing where it stays.
std::optional<PeerId> UploadQueue::elsewhere(const Request& request)
{
    const auto other = request.chunks > 0 ? given_to(request) : std::nullopt;
    if (!other || (fresh_waiting_ == 0 && given_.at(request.content).count == request.chunks)) {
        return std::nullopt;
    }
    auto& remembered = sent_away_[request.peer];
    if (remembered.size() >= max_remembered) {
        remembered.clear();
    }
    auto& times = remembered[{request.content, request.chunk}];
    return times++ < max_sent_away ? other : std::nullopt;
}

std::optional<PeerId> UploadQueue::given_to(const Request& request) const
{
    const auto found = given_.find(request.content);
    if (found == given_.end() || !request.chunk || *request.chunk >= found->second.to.size()) {
        return std::nullopt;
    }
    const auto index = found->second.to[*request.chunk];
    if (index == 0 || found->second.peers[index - 1U] == request.peer) {
        return std::nullopt;
    }
    return found->second.peers[index - 1U];
}

void UploadQueue::give(const Request& request)
{
    if (!request.chunk) {
        return;
    }
    auto& given = given_[request.content];
    if (*request.chunk >= given.to.size()) {
        given.to.resize(std::size_t{*request.chunk} + 1);
    }
    auto found = std::ranges::find(given.peers, request.peer);
    if (found == given.peers.end() && given.peers.size() < std::numeric_limits<std::uint16_t>::max()) {
        found = given.peers.insert(given.peers.end(), request.peer);
    }
    if (found != given.peers.end()) {
        given.count += given.to[*request.chunk] == 0 ? 1 : 0;
        given.to[*request.chunk] = static_cast<std::uint16_t>(found - given.peers.begin() + 1);
    }
    const auto others = waiting_for_.find({request.content, request.chunk});
    if (others == waiting_for_.end()) {
        return;
    }
    for (const auto ticket : others->second) {
        auto& place = places_.at(ticket);
        if (place.is_fresh && place.request.peer != request.peer) {
            auto& peer = peers_.at(place.request.peer);
            std::erase(peer.fresh, ticket);
            peer.second_hand.push_back(ticket);
            --fresh_waiting_;
            ++second_hand_waiting_;
            place.is_fresh = false;
        }
    }
}

void UploadQueue::take_back(const Request& request)
{
    const auto found = given_.find(request.content);
    if (found != given_.end() && request.chunk && *request.chunk < found->second.to.size()) {
        found->second.count -= found->second.to[*request.chunk] == 0 ? 0 : 1;
        found->second.to[*request.chunk] = 0;
    }
}

void UploadQueue::stop_waiting(Ticket ticket, const Place& place)
{
    auto& peer = peers_.at(place.request.peer);
    std::erase(place.is_fresh ? peer.fresh : peer.second_hand, ticket);
    --(place.is_fresh ? fresh_waiting_ : second_hand_waiting_);
    const auto waiting = waiting_for_.find({place.request.content, place.request.chunk});
    std::erase(waiting->second, ticket);
    if (waiting->second.empty()) {
        waiting_for_.erase(waiting);
    }
}

void UploadQueue::measure(std::uint32_t bytes, TimePoint now)
{
    sample_bytes_ += bytes;
    sample_span_ += now - busy_since_;
    busy_since_ = now;
    if (sample_span_ < measured_span) {
        return;
    }
    const auto seconds = Seconds(sample_span_).count();
    const auto remembered = best_rate_ * std::exp2(-seconds / best_rate_half_life_seconds);
    best_rate_ = std::max(remembered, static_cast<double>(sample_bytes_) / seconds);
    sample_span_ = {};
    sample_bytes_ = 0;
}

}  // namespace lanspread::swarm
