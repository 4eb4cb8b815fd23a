#include "swarm/upload_queue.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace lanspread::swarm {

namespace {

using Seconds = std::chrono::duration<double>;

/// The rate is measured over at least this long a time in which something is being sent.
constexpr std::chrono::milliseconds measured_span{100};
/// The best rate is forgotten by half in this time: a cable that was slowed down is noticed.
constexpr double best_rate_half_life_seconds = 10;
/// Whoever was given a chunk may not pass it on: after so many times for one chunk, or for whatever chunks in
/// a row, a peer is served like those that ask for what nobody has.
constexpr unsigned max_for_one_chunk = 4;
constexpr unsigned max_in_a_row = 16;
/// Chunks of a peer, and peers, for which that is remembered.
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
    may_send_away_ = true;
    return ticket;
}

std::vector<UploadQueue::Turn> UploadQueue::admit(TimePoint now)
{
    std::vector<Turn> turns;
    for (auto place = room(now); place != Room::none; place = room(now)) {
        auto ticket = fresh_waiting_ > 0 ? next(&Peer::fresh, place) : std::nullopt;
        if (!ticket) {
            send_away(turns);
            ticket = fresh_waiting_ > 0 ? next(&Peer::fresh, place) : next(&Peer::second_hand, place);
        }
        if (!ticket) {
            break;
        }
        serve(*ticket, now);
        turns.push_back({*ticket, std::nullopt});
    }
    send_away(turns);
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
        const auto served = serving_of_.find({request.content, request.chunk});
        if (--served->second == 0) {
            serving_of_.erase(served);
        }
        if (outcome == Outcome::sent) {
            measure(request.size, now);
        } else {
            take_back(request);
            paced_until_ = std::min(paced_until_, now);  // it did not take the wire's time
        }
    }
    if (peer->second.serving == 0 && peer->second.fresh.empty() && peer->second.second_hand.empty()) {
        peers_.erase(peer);
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
    ++serving_of_[{request.content, request.chunk}];
    const auto pause = Seconds(static_cast<double>(request.size) / rate() / 2);
    const auto busy = Seconds(static_cast<double>(bytes_serving_) / rate());
    paced_until_ = std::min(std::max(paced_until_, now) + std::chrono::duration_cast<Duration>(pause),
                            now + std::chrono::duration_cast<Duration>(busy));
    const auto sent_away = sent_away_.find(request.peer);
    if (sent_away != sent_away_.end() && place.is_fresh && !place.stays_fresh) {
        sent_away->second.in_a_row = 0;
    }
    give(request);
}

/// Answers those who wait for what others were given, so that they ask for something else meanwhile.
void UploadQueue::send_away(std::vector<Turn>& turns)
{
    if (second_hand_waiting_ == 0 || !std::exchange(may_send_away_, false)) {
        return;
    }
    if (sent_away_.size() > max_remembered) {
        sent_away_.clear();
    }
    for (auto& [id, peer] : peers_) {
        if (peer.second_hand.empty()) {
            continue;  // copying an empty deque allocates
        }
        for (const auto ticket : std::deque(peer.second_hand)) {
            auto& place = places_.at(ticket);
            const auto other = elsewhere(place.request);
            if (!other) {
                continue;
            }
            auto& sent_away = sent_away_[id];
            if (sent_away.times.size() >= max_remembered) {
                sent_away.times.clear();
            }
            auto& [holder, times] = sent_away.times[{place.request.content, place.request.chunk}];
            times = holder == *other ? times + 1 : 1;
            holder = *other;
            const bool is_starved = sent_away.in_a_row >= max_in_a_row;
            if (times > max_for_one_chunk || is_starved) {
                prefer(ticket, is_starved);
                continue;
            }
            ++sent_away.in_a_row;
            stop_waiting(ticket, place);
            place.state = State::sent_away;
            turns.push_back({ticket, other});
        }
    }
}

/// Whom to send a request for a chunk that was given to somebody to; nothing where it stays.
std::optional<PeerId> UploadQueue::elsewhere(const Request& request) const
{
    const auto other = request.chunks > 0 ? given_to(request) : std::nullopt;
    const bool is_wise =
        other && (fresh_waiting_ > 0 || serving_of_.contains({request.content, request.chunk}) ||
                  given_.at(request.content).count != request.chunks);
    return is_wise ? other : std::nullopt;
}

/// From here on the request is served like one for what nobody has: for good, or until somebody else is given
/// the chunk.
void UploadQueue::prefer(Ticket ticket, bool for_good)
{
    auto& place = places_.at(ticket);
    auto& peer = peers_.at(place.request.peer);
    std::erase(peer.second_hand, ticket);
    peer.fresh.push_back(ticket);
    --second_hand_waiting_;
    ++fresh_waiting_;
    place.is_fresh = true;
    place.stays_fresh = for_good;
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
