// What the owner of the party asks of it; how connections come and go is in party.cpp.

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/log.h"
#include "party/addresses.h"
#include "party/hello.h"
#include "party/party.h"
#include "wire/codec.h"

namespace lanspread::party {

namespace {

/// For the answer to a person. A look-up, the question for the port, the handshakes and the Hello each have
/// their own patience (party_dialing.cpp, greeting.cpp); in a busy party these are longer together, and the
/// dialling goes on behind the answer.
constexpr std::chrono::seconds connect_patience{20};
constexpr std::chrono::milliseconds goodbye_patience{300};

/// A name that several peers have, with what tells this one apart.
std::string distinct(std::string_view name, const PeerId& peer)
{
    return fmt::format("{} ({})", name, peer.short_hex());
}

PeerState state_of(const PeerBook::Record& record, bool is_banned)
{
    if (is_banned) {
        return PeerState::banned;
    }
    if (record.is_connected) {
        return PeerState::connected;
    }
    const auto& attempts = record.attempts;
    return attempts.is_running || !attempts.problem ? PeerState::connecting : PeerState::unreachable;
}

/// `ban_reason` is null where the peer is not banned.
PeerStatus describe(const PeerId& peer, const PeerBook::Record& record, const std::string* ban_reason)
{
    PeerStatus status{.id = peer,
                      .name = display_name(record.name, peer),
                      .state = state_of(record, ban_reason != nullptr),
                      .address = record.addresses.empty() ? "" : record.addresses.front().text(),
                      .addresses = record.addresses,
                      .found_by = record.found_by};
    if (ban_reason != nullptr) {
        status.problem = *ban_reason;
    } else if (status.state != PeerState::connected && record.attempts.problem) {
        status.problem = record.attempts.problem->message;
    }
    return status;
}

PeerStatus describe(const std::string& host_port, const PeerBook::Typed& typed)
{
    PeerStatus status{.name = host_port, .address = host_port};
    if (typed.attempts.problem) {
        status.state = typed.attempts.is_running ? PeerState::connecting : PeerState::unreachable;
        status.problem = typed.attempts.problem->message;
    }
    return status;
}

}  // namespace

std::string_view to_string(PeerState state)
{
    switch (state) {
        case PeerState::connecting: return "connecting";
        case PeerState::connected: return "connected";
        case PeerState::unreachable: return "unreachable";
        case PeerState::banned: return "banned";
    }
    return "unknown";
}

Task<void> Party::goodbye()
{
    is_leaving_ = true;
    changed_.notify_all();
    const auto deadline = Clock::now() + goodbye_patience;
    const auto sessions = sessions_;
    TaskGroup group(executor_, CancellationToken());
    for (const auto& [peer, session] : sessions) {
        group.spawn(session->say_goodbye(deadline));
    }
    co_await group.join();
    for (const auto& [peer, session] : sessions) {
        session->close("goodbye");
    }
}

Result<void> Party::keep_connecting(std::string host_port)
{
    const auto target = parse_host_port(host_port);
    if (!target) {
        return fail(target.error());
    }
    if (target->port == 0 && !options_.ask_beacon) {
        return fail(ErrorCode::invalid_input, fmt::format("address '{}': {}", host_port, port_is_missing));
    }
    auto kept = book_.type(host_port, Clock::now());
    changed_.notify_all();
    return kept;
}

void Party::stop_connecting(const std::string& host_port) { book_.untype(host_port); }

Task<Result<PeerId>> Party::connect(std::string host_port)
{
    if (const auto kept = keep_connecting(host_port); !kept) {
        co_return fail(kept.error());
    }
    const auto deadline = Clock::now() + connect_patience;
    const auto attempts_before = book_.typed().at(host_port).attempts.ended;
    bool has_time = true;
    while (has_time && !is_leaving_) {
        const auto typed = book_.typed().find(host_port);
        if (typed == book_.typed().end()) {
            co_return fail(ErrorCode::unavailable,
                           fmt::format("{}: it is not to be dialled any more", host_port));
        }
        if (typed->second.peer && is_connected(*typed->second.peer)) {
            co_return *typed->second.peer;
        }
        if (typed->second.attempts.ended > attempts_before && typed->second.attempts.problem) {
            const auto& problem = *typed->second.attempts.problem;
            co_return fail(problem.code, fmt::format("{}: {}; it will be tried again until it answers",
                                                     host_port, problem.message));
        }
        has_time = co_await changed_.wait_until(deadline);
    }
    co_return fail(ErrorCode::timed_out,
                   fmt::format("{}: no answer; it will be tried again until there is one", host_port));
}

void Party::sighted(std::string path, const discovery::Sighting& sighting)
{
    book_.sighted(path, sighting.interface_name, sighting.id, sighting.name, sighting.addresses,
                  Clock::now());
    changed_.notify_all();
}

void Party::lost(const std::string& path, const PeerId& peer) { book_.lost(path, peer); }

void Party::network_changed()
{
    const auto now = Clock::now();
    book_.network_changed(now, [this] { return jitter(); });
    rumours_.network_changed(now);
    for (const auto& [peer, session] : sessions_) {
        session->doubt();
    }
    changed_.notify_all();
}

void Party::ban(const PeerId& peer, const std::string& reason)
{
    log::warning("party", "{} is banned: {}", name(peer), reason);
    book_.ban(peer, reason);
    rumours_.forget(peer);
    if (const auto found = sessions_.find(peer); found != sessions_.end()) {
        end(*found->second, PeerBook::Left::lost, "banned: " + reason);
    }
}

void Party::set_library(const std::vector<wire::GameEntry>& upserts, const std::vector<ContentId>& removals)
{
    if (const auto left_out = journal_.apply(upserts, removals); left_out > 0) {
        log::warning("party", "{} games are not offered: a library may have {}", left_out, max_entries);
    }
    journal_changed_.notify_all();
}

Task<void> Party::library_told(TimePoint deadline)
{
    const auto sessions = sessions_;
    for (const auto& [peer, session] : sessions) {
        co_await session->library_told(deadline);
    }
}

std::vector<PeerStatus> Party::peers() const
{
    std::vector<PeerStatus> result;
    const auto now = Clock::now();
    for (const auto& [peer, record] : book_.records()) {
        if (!record.is_listed) {
            continue;
        }
        auto& status = result.emplace_back(describe(peer, record, book_.ban_reason(peer)));
        if (const auto session = sessions_.find(peer); session != sessions_.end()) {
            status.games = session->second->library().complete_count();
            status.stats = session->second->connection().stats();
        }
        if (!clones_.places(peer, now).empty()) {
            status.problem = clone_text(peer);
        }
    }
    for (const auto& [host_port, typed] : book_.typed()) {
        const auto* record = typed.peer ? book_.find(*typed.peer) : nullptr;
        if (!typed.is_dropped && (record == nullptr || !record->is_listed)) {
            result.push_back(describe(host_port, typed));
        }
    }
    std::ranges::sort(
        result, {}, [](const PeerStatus& status) { return std::tuple(!status.id, status.name, status.id); });
    return result;
}

std::string Party::name(const PeerId& peer) const
{
    const auto* record = book_.find(peer);
    auto name = display_name(record == nullptr ? "" : record->name, peer);
    const bool is_shared = std::ranges::any_of(
        sessions_, [&](const auto& entry) { return entry.first != peer && entry.second->name() == name; });
    return is_shared ? distinct(name, peer) : name;
}

std::unordered_map<PeerId, std::string> Party::distinct_names() const
{
    std::unordered_map<std::string, std::size_t> counts;
    for (const auto& [peer, session] : sessions_) {
        ++counts[session->name()];
    }
    std::unordered_map<PeerId, std::string> names;
    for (const auto& [peer, session] : sessions_) {
        const auto& name = session->name();
        names.emplace(peer, counts.at(name) == 1 ? name : distinct(name, peer));
    }
    return names;
}

const LibraryView* Party::library(const PeerId& peer) const
{
    const auto found = sessions_.find(peer);
    return found == sessions_.end() ? nullptr : &found->second->library();
}

std::vector<Holding> Party::holders(const ContentId& content) const
{
    std::vector<Holding> result;
    const auto names = distinct_names();
    for (const auto& [peer, session] : sessions_) {
        if (const auto* entry = session->library().find(content)) {
            result.push_back({.peer = peer, .name = names.at(peer), .entry = *entry});
        }
    }
    return result;
}

std::vector<Holding> Party::holders(const GameId& game) const
{
    std::vector<Holding> result;
    const auto names = distinct_names();
    for (const auto& [peer, session] : sessions_) {
        for (const auto* entry : session->library().find(game)) {
            result.push_back({.peer = peer, .name = names.at(peer), .entry = *entry});
        }
    }
    return result;
}

void Party::visit_libraries(const LibraryVisitor& visit) const
{
    const auto names = distinct_names();
    for (const auto& [peer, session] : sessions_) {
        for (const auto& [content, entry] : session->library().entries()) {
            visit(peer, names.at(peer), entry);
        }
    }
}

Task<Result<Answer>> Party::ask(PeerId peer, Result<std::string> request, TimePoint deadline)
{
    const auto found = sessions_.find(peer);
    if (found == sessions_.end()) {
        co_return fail(ErrorCode::unavailable, fmt::format("{} is not connected", name(peer)));
    }
    if (!request) {
        co_return fail(request.error());
    }
    const auto session = found->second;
    co_return co_await session->ask(std::move(*request), deadline);
}

Task<Result<Answer>> Party::request(PeerId peer, ContentRequest request, TimePoint deadline)
{
    return ask(peer, wire::encode(request), deadline);
}

Task<Result<Answer>> Party::request(PeerId peer, DiagnosisRequest request, TimePoint deadline)
{
    return ask(peer, wire::encode(request), deadline);
}

Task<Result<Answer>> Party::request(PeerId peer, FactsRequest request, TimePoint deadline)
{
    return ask(peer, wire::encode(request), deadline);
}

std::optional<Address> Party::remote(const PeerId& peer) const
{
    const auto found = sessions_.find(peer);
    return found == sessions_.end() ? std::nullopt : std::optional(found->second->connection().remote());
}

Task<Result<std::pair<wire::Data, transport::Stream>>> Party::request_data(PeerId peer,
                                                                           ContentRequest request,
                                                                           TimePoint deadline)
{
    return expect_data(this->request(peer, std::move(request), deadline));
}

Task<Result<std::pair<wire::Data, transport::Stream>>> Party::request_data(PeerId peer, FactsRequest request,
                                                                           TimePoint deadline)
{
    return expect_data(this->request(peer, request, deadline));
}

Task<Result<std::pair<wire::Data, transport::Stream>>> Party::expect_data(Task<Result<Answer>> asked)
{
    auto answer = co_await std::move(asked);
    if (!answer) {
        co_return fail(answer.error());
    }
    const auto data = wire::decode_answer<wire::Data>(answer->frame);
    if (!data) {
        co_return fail(data.error());
    }
    co_return std::pair(*data, std::move(answer->stream));
}

}  // namespace lanspread::party
