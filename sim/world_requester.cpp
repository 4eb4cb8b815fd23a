#include <algorithm>

#include <fmt/format.h>

#include "sim/world.h"

/// A request, as the peer sees it that wants the chunk.
namespace lanspread::sim {

namespace {

/// Longer than any source is left alone (PaceOptions::missing_backoff).
constexpr std::chrono::seconds longest_idleness{40};

}  // namespace

void World::become_restless(PeerIndex index)
{
    auto& peer = peers_[index];
    if (!peer.is_restless && is_downloading(peer)) {
        peer.is_restless = true;
        restless_.push_back(index);
    }
}

void World::become_thoughtful(PeerIndex index)
{
    auto& peer = peers_[index];
    if (options_.pondering == Duration::zero()) {
        become_restless(index);
    } else if (!peer.is_pondering) {
        peer.is_pondering = true;
        after(options_.pondering, Action::ponder, index);
    }
}

void World::ask_scheduler(PeerIndex index)
{
    auto& peer = peers_[index];
    if (!is_downloading(peer)) {
        return;
    }
    std::vector<swarm::Assignment> assignments;
    {
        const Stopwatch watch(outcome_.scheduler_seconds);
        assignments = peer.scheduler->next(now_);
    }
    for (const auto& assignment : assignments) {
        send_request(index, assignment);
    }
    const auto bytes = peer.scheduler->bytes_in_flight();
    auto& outcome = outcome_.peers[index];
    outcome.max_bytes_in_flight = std::max(outcome.max_bytes_in_flight, bytes);
    if (bytes > options_.scheduler.max_bytes_in_flight) {
        violated(index, fmt::format("{} bytes in flight", bytes));
    }
    if (peer.open.size() * std::uint64_t{scenario_.chunk_size} != bytes) {
        violated(index, fmt::format("{} bytes in flight by {} requests", bytes, peer.open.size()));
    }
}

void World::send_request(PeerIndex index, const swarm::Assignment& assignment)
{
    auto& peer = peers_[index];
    const auto& [source, chunk] = assignment.request;
    const auto server = index_.at(source);
    if (peer.scheduler->verified().contains(chunk)) {
        violated(index, fmt::format("asked for chunk {}, which is here", chunk));
    }
    peer.asked.insert(chunk);
    const auto requests = peer.scheduler->requests_in_flight(source);
    auto& outcome = outcome_.peers[index];
    outcome.max_requests = std::max(outcome.max_requests, requests);
    if (requests > options_.scheduler.pace.max_requests) {
        violated(index, fmt::format("{} requests in flight to peer {}", requests, server));
    }
    const auto id = requests_.add({.requester = index,
                                   .server = server,
                                   .requester_life = peer.life,
                                   .server_life = peers_[server].life,
                                   .chunk = chunk,
                                   .references = 2,
                                   .deadline = assignment.deadline});
    peer.open.push_back({server, chunk, id});
    after(options_.latency, Action::request, id);
}

void World::answer_arrives(RequestId id)
{
    const auto request = requests_[id];
    auto& outcome = outcome_.peers[request.requester];
    if (request.is_given_up) {
        const bool is_chunk =
            request.answer == Request::Answer::chunk || request.answer == Request::Answer::wrong_bytes;
        outcome.bytes_redundant += is_chunk ? scenario_.chunk_size : 0;
        release(id);
        return;
    }
    std::erase_if(peers_[request.requester].open, [&](const Peer::Open& open) { return open.request == id; });
    release(id);
    release(id);
    using enum Request::Answer;
    switch (request.answer) {
        case chunk: return verify(request);
        case wrong_bytes:
            ++outcome.wrong;
            outcome.bytes_redundant += scenario_.chunk_size;
            return ban(request);
        case elsewhere: ++outcome.elsewhere; return fail(request, swarm::ChunkFailure::elsewhere);
        case missing: return fail(request, swarm::ChunkFailure::missing);
    }
}

void World::verify(const Request& request)
{
    const auto index = request.requester;
    auto& peer = peers_[index];
    const auto chunk = request.chunk;
    const bool is_duplicate = peer.scheduler->verified().contains(chunk);
    std::vector<swarm::ChunkRequest> others;
    {
        const Stopwatch watch(outcome_.scheduler_seconds);
        others = peer.scheduler->chunk_verified({peers_[request.server].id, chunk}, now_);
    }
    give_up(index, others);
    become_restless(index);
    if (is_duplicate) {
        ++outcome_.peers[index].duplicates;
        outcome_.peers[index].bytes_redundant += scenario_.chunk_size;
        return;
    }
    if (!peer.asked.contains(chunk)) {
        violated(index, fmt::format("has chunk {}, which it asked nobody for", chunk));
    }
    peer.fresh.push_back(chunk);
    has_news(index);
    fetched_ += must_finish(plan(index)) ? 1 : 0;
    if (holders_[chunk]++ == 0 && ++existing_ == scenario_.chunks) {
        outcome_.everything_exists = std::min(outcome_.everything_exists, now_ - start);
    }
    look_for_departures();
    if (peer.scheduler->is_complete()) {
        finish(index);
    }
}

void World::fail(const Request& request, swarm::ChunkFailure failure)
{
    const Stopwatch watch(outcome_.scheduler_seconds);
    peers_[request.requester].scheduler->chunk_failed({peers_[request.server].id, request.chunk}, failure,
                                                      now_);
    become_restless(request.requester);
}

/// For wrong bytes.
void World::ban(const Request& request)
{
    const auto index = request.requester;
    const auto liar = request.server;
    auto& peer = peers_[index];
    peer.banned.push_back(liar);
    std::vector<swarm::ChunkRequest> requests;
    {
        const Stopwatch watch(outcome_.scheduler_seconds);
        requests = peer.scheduler->source_lied(peers_[liar].id);
    }
    std::erase(requests, swarm::ChunkRequest{peers_[liar].id, request.chunk});
    give_up(index, requests);
    std::erase(peer.followed, liar);
    fill_followed(index);
    become_restless(index);
}

void World::finish(PeerIndex index)
{
    auto& peer = peers_[index];
    if (!peer.open.empty()) {
        violated(index, "has everything and waits for chunks");
    }
    announce(index);
    peer.scheduler.reset();
    peer.has_all = true;
    for (const auto other : std::exchange(peer.followed, {})) {
        std::erase(peers_[other].followers, index);
    }
    peer.followers.clear();
    outcome_.peers[index].finished = now_ - peer.first_joined;
    unfinished_ -= must_finish(plan(index)) ? 1 : 0;
    after(options_.latency, Action::news, index, peer.life);
}

void World::give_up(PeerIndex index, const std::vector<swarm::ChunkRequest>& requests)
{
    auto& open = peers_[index].open;
    for (const auto& given_up : requests) {
        const auto server = index_.at(given_up.source);
        const auto found = std::ranges::find_if(open, [&](const Peer::Open& entry) {
            return entry.source == server && entry.chunk == given_up.chunk;
        });
        if (found == open.end()) {
            violated(index, fmt::format("gave up chunk {}, which it did not wait for", given_up.chunk));
            continue;
        }
        requests_[found->request].is_given_up = true;
        after(options_.latency, Action::give_up, found->request);
        open.erase(found);
    }
}

void World::tick(PeerIndex index, std::uint32_t life)
{
    auto& peer = peers_[index];
    if (peer.life != life || !is_downloading(peer)) {
        return;
    }
    std::vector<Request> late;
    for (const auto& open : peer.open) {
        const auto& request = requests_[open.request];
        const bool has_begun =
            request.state == Request::State::flowing || request.state == Request::State::answered;
        if (request.deadline <= now_ && !has_begun) {
            late.push_back(request);
        }
    }
    for (const auto& request : late) {
        ++outcome_.peers[index].stalls;
        give_up(index, {{peers_[request.server].id, request.chunk}});
        fail(request, swarm::ChunkFailure::stalled);
    }
    give_up(index, peer.scheduler->give_up_overdue(now_));
    look_for_idleness(index);
    become_restless(index);
    after(options_.tick, Action::tick, index, life);
}

/// A peer must not sit idle while somebody whom it knows has what it wants.
void World::look_for_idleness(PeerIndex index)
{
    auto& peer = peers_[index];
    const auto offers_something = [&](const Peer& other) {
        if (!other.is_here || peer.scheduler->window_of(other.id) == 0) {
            return false;
        }
        const auto& verified = peer.scheduler->verified();
        for (std::uint32_t chunk = 0; chunk < scenario_.chunks; ++chunk) {
            if (!verified.contains(chunk) && has(other, chunk)) {
                return true;
            }
        }
        return false;
    };
    if (!peer.open.empty() || std::ranges::none_of(peers_, offers_something)) {
        peer.busy = now_;
    } else if (now_ - peer.busy > longest_idleness) {
        violated(index, "asks for nothing, although others have what it wants");
        peer.busy = now_;
    }
}

}  // namespace lanspread::sim
