#include <algorithm>

#include <fmt/format.h>

#include "sim/world.h"

/// A request, as the peer sees it that is asked.
namespace lanspread::sim {

using QueueOutcome = swarm::UploadQueue::Outcome;

void World::request_arrives(RequestId id)
{
    auto& request = requests_[id];
    auto& server = peers_[request.server];
    const bool is_deaf = plan(request.server).behaviour == Behaviour::mute;
    if (is_deaf || !server.is_here || server.life != request.server_life) {
        request.state = Request::State::dead;
        release(id);
        return;
    }
    if (!has(server, request.chunk)) {
        answer(id, Request::Answer::missing, options_.latency);
        return;
    }
    {
        const Stopwatch watch(outcome_.queue_seconds);
        request.ticket = server.queue.enter({.peer = peers_[request.requester].id,
                                             .content = {},
                                             .chunk = request.chunk,
                                             .size = scenario_.chunk_size,
                                             .chunks = server.has_all ? scenario_.chunks : 0});
    }
    server.tickets.emplace(request.ticket, id);
    request.state = Request::State::waiting;
    auto& outcome = outcome_.peers[request.server];
    outcome.max_waiting = std::max(outcome.max_waiting, server.queue.waiting());
    admit(request.server);
}

void World::admit(PeerIndex index)
{
    auto& server = peers_[index];
    std::vector<swarm::UploadQueue::Turn> turns;
    {
        const Stopwatch watch(outcome_.queue_seconds);
        turns = server.queue.admit(now_);
    }
    for (const auto& [ticket, elsewhere] : turns) {
        const auto id = server.tickets.at(ticket);
        if (elsewhere) {
            leave_queue(requests_[id], QueueOutcome::given_up);
            answer(id, Request::Answer::elsewhere, options_.latency);
        } else {
            serve(id);
        }
    }
    auto& outcome = outcome_.peers[index];
    outcome.max_serving = std::max(outcome.max_serving, server.queue.serving());
    if (server.queue.serving() > options_.upload.in_all + peers_.size()) {
        violated(index, fmt::format("serves {} at once", server.queue.serving()));
    }
    const auto next = server.queue.next_turn();
    if (next && *next > now_ && (server.next_admit <= now_ || *next < server.next_admit)) {
        server.next_admit = *next;
        events_.add(*next, {Action::admit, index});
    }
}

void World::serve(RequestId id)
{
    auto& request = requests_[id];
    const auto& requester = peers_[request.requester];
    if (!requester.is_here || requester.life != request.requester_life) {
        request.state = Request::State::stuck;
        return;
    }
    request.state = Request::State::flowing;
    request.transfer = network_->start(request.server, request.requester, scenario_.chunk_size, now_);
    if (request.transfer >= request_of_transfer_.size()) {
        request_of_transfer_.resize(request.transfer + 1);
    }
    request_of_transfer_[request.transfer] = id;
}

void World::transfer_ended(RequestId id)
{
    auto& request = requests_[id];
    outcome_.peers[request.server].bytes_sent += scenario_.chunk_size;
    if (plan(request.server).is_source) {
        ++(was_sent_[request.chunk] ? sampled_.repeated : sampled_.fresh);
        was_sent_[request.chunk] = true;
    }
    leave_queue(request, QueueOutcome::sent);
    const bool lies = plan(request.server).behaviour == Behaviour::liar;
    answer(id, lies ? Request::Answer::wrong_bytes : Request::Answer::chunk,
           options_.latency + options_.handling);
    admit(request.server);
}

void World::answer(RequestId id, Request::Answer answer, Duration span)
{
    requests_[id].state = Request::State::answered;
    requests_[id].answer = answer;
    after(span, Action::answer, id);
}

void World::give_up_arrives(RequestId id)
{
    auto& request = requests_[id];
    const auto server = request.server;
    using enum Request::State;
    const bool is_open = request.state == waiting || request.state == flowing || request.state == stuck;
    if (is_open) {
        if (request.state == flowing) {
            stop_flow(request);
        }
        leave_queue(request, QueueOutcome::given_up);
        request.state = dead;
        release(id);
        admit(server);
    }
    release(id);
}

void World::leave_queue(const Request& request, QueueOutcome outcome)
{
    auto& server = peers_[request.server];
    const Stopwatch watch(outcome_.queue_seconds);
    server.queue.leave(request.ticket, outcome, now_);
    server.tickets.erase(request.ticket);
}

/// What has flowed of it was for nothing.
void World::stop_flow(const Request& request)
{
    const auto bytes = static_cast<std::uint64_t>(network_->cancel(request.transfer, now_));
    outcome_.peers[request.server].bytes_sent += bytes;
    outcome_.peers[request.requester].bytes_redundant += bytes;
}

void World::release(RequestId id)
{
    if (--requests_[id].references == 0) {
        requests_.remove(id);
    }
}

}  // namespace lanspread::sim
