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
    auto& peer = peers_[request.peer];
    if (peer.places++ == 0) {
        peer.turn = ++last_turn_;
    }
    const Place place{.request = request, .peer = &peer, .is_fresh = !given_to(request)};
    places_.emplace(ticket, place);
    join_line(ticket, place);
    demands_[{request.content, request.chunk}].waiting.push_back(ticket);
    may_send_away_ = true;
    return ticket;
}

std::vector<UploadQueue::Turn> UploadQueue::admit(TimePoint now)
{
    std::vector<Turn> turns;
    for (auto place = room(now); place != Room::none; place = room(now)) {
        auto ticket = next(fresh_, place);
        if (!ticket) {
            send_away(turns);
            ticket = fresh_.requests > 0 ? next(fresh_, place) : next(second_hand_, place);
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
    if (place.state == State::waiting) {
        stop_waiting(ticket, place);
    } else if (place.state == State::serving) {
        --place.peer->serving;
        stop_serving(place.request, outcome, now);
    }
    places_.erase(found);
    if (--place.peer->places == 0) {
        peers_.erase(place.request.peer);
    }
}

void UploadQueue::stop_serving(const Request& request, Outcome outcome, TimePoint now)
{
    --serving_;
    bytes_serving_ -= request.size;
    const auto demand = demands_.find({request.content, request.chunk});
    if (--demand->second.serving == 0 && demand->second.waiting.empty()) {
        demands_.erase(demand);
    }
    if (outcome == Outcome::sent) {
        measure(request.size, now);
    } else {
        take_back(request);
        paced_until_ = std::min(paced_until_, now);  // it did not take the wire's time
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

std::optional<UploadQueue::Ticket> UploadQueue::next(const Line& line, Room room) const
{
    for (const auto& [turn, peer] : line.turns) {
        if (may_be_served(*peer, room)) {
            return (peer->*line.tickets).front();
        }
    }
    return std::nullopt;
}

void UploadQueue::serve(Ticket ticket, TimePoint now)
{
    auto& place = places_.at(ticket);
    const auto& request = place.request;
    ++demands_.at({request.content, request.chunk}).serving;
    stop_waiting(ticket, place);
    pass_turn(*place.peer);
    place.state = State::serving;
    ++place.peer->serving;
    if (serving_++ == 0) {
        busy_since_ = now;
    }
    bytes_serving_ += request.size;
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

/// It goes behind all others.
void UploadQueue::pass_turn(Peer& peer)
{
    const auto turn = ++last_turn_;
    for (auto* line : {&fresh_, &second_hand_}) {
        if (auto place = line->turns.extract(peer.turn)) {
            place.key() = turn;
            line->turns.insert(std::move(place));
        }
    }
    peer.turn = turn;
}

/// Answers those who wait for what others were given, so that they ask for something else meanwhile.
void UploadQueue::send_away(std::vector<Turn>& turns)
{
    if (may_be_elsewhere_ == 0 || !std::exchange(may_send_away_, false)) {
        return;
    }
    if (sent_away_.size() > max_remembered) {
        sent_away_.clear();
    }
    std::vector<Ticket> tickets;  // they leave the line one by one
    for (const auto& [turn, peer] : second_hand_.turns) {
        tickets.insert(tickets.end(), peer->second_hand.begin(), peer->second_hand.end());
    }
    for (const auto ticket : tickets) {
        auto& place = places_.at(ticket);
        const auto other = elsewhere(place.request);
        if (!other) {
            continue;
        }
        auto& sent_away = sent_away_[place.request.peer];
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

/// Whom to send a request for a chunk that was given to somebody to; nothing where it stays.
std::optional<PeerId> UploadQueue::elsewhere(const Request& request) const
{
    const auto other = request.chunks > 0 ? given_to(request) : std::nullopt;
    const bool is_wise =
        other && (fresh_.requests > 0 || demands_.at({request.content, request.chunk}).serving > 0 ||
                  given_.at(request.content).count != request.chunks);
    return is_wise ? other : std::nullopt;
}

/// From here on the request is served like one for what nobody has: for good, or until somebody else is given
/// the chunk.
void UploadQueue::prefer(Ticket ticket, bool for_good)
{
    auto& place = places_.at(ticket);
    leave_line(ticket, place);
    place.is_fresh = true;
    place.stays_fresh = for_good;
    join_line(ticket, place);
}

void UploadQueue::join_line(Ticket ticket, const Place& place)
{
    auto& line = line_of(place);
    auto& tickets = place.peer->*line.tickets;
    if (tickets.empty()) {
        line.turns.emplace(place.peer->turn, place.peer);
    }
    tickets.push_back(ticket);
    ++line.requests;
    may_be_elsewhere_ += !place.is_fresh && place.request.chunks > 0 ? 1 : 0;
}

void UploadQueue::leave_line(Ticket ticket, const Place& place)
{
    auto& line = line_of(place);
    auto& tickets = place.peer->*line.tickets;
    std::erase(tickets, ticket);
    if (tickets.empty()) {
        line.turns.erase(place.peer->turn);
    }
    --line.requests;
    may_be_elsewhere_ -= !place.is_fresh && place.request.chunks > 0 ? 1 : 0;
}

void UploadQueue::stop_waiting(Ticket ticket, const Place& place)
{
    leave_line(ticket, place);
    const auto demand = demands_.find({place.request.content, place.request.chunk});
    std::erase(demand->second.waiting, ticket);
    if (demand->second.waiting.empty() && demand->second.serving == 0) {
        demands_.erase(demand);
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
