#include "party/party.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/log.h"
#include "party/hello.h"
#include "wire/codec.h"

namespace lanspread::party {

namespace {

/// Connections that may wait for a Hello at once. More of them stay with the endpoint meanwhile.
constexpr std::size_t max_greeted = 64;

std::uint64_t random_number()
{
    std::random_device device;
    return (std::uint64_t{device()} << 32) | device();
}

}  // namespace

Party::Party(Executor executor, transport::Endpoint& endpoint, const PeerId& self, Options options)
    : executor_(std::move(executor)),
      endpoint_(endpoint),
      self_(self),
      options_(std::move(options)),
      random_(random_number()),
      book_(self),
      roster_(self),
      journal_(random_number())
{
    options_.name = display_name(options_.name, self_);
}

Task<void> Party::run()
{
    group_.emplace(executor_, CancellationToken());
    group_->spawn(accept_connections());
    group_->spawn(dial_when_due());
    group_->spawn(gossip_when_due());
    co_await group_->join();
}

Task<void> Party::accept_connections()
{
    while (auto connection = co_await endpoint_.accept()) {
        group_->spawn(greet_incoming(std::move(*connection)));
        ++greeted_;
        while (greeted_ >= max_greeted) {
            co_await changed_.wait();
        }
    }
}

Task<void> Party::greet_incoming(transport::SharedConnection connection)
{
    const auto greeted = co_await greet(connection);
    --greeted_;
    changed_.notify_all();
    if (!greeted) {
        log::debug("party", "connection from {}: {}", connection->remote().text(), greeted.error().message);
    }
}

Task<Result<void>> Party::greet(transport::SharedConnection connection)
{
    const auto peer = connection->peer();
    if (is_leaving_ || book_.is_banned(peer)) {
        connection->close(is_leaving_ ? "leaving" : "banned");
        co_return fail(ErrorCode::refused, is_leaving_ ? "we are leaving" : "it is banned");
    }
    if (connection->is_outgoing() && is_connected(peer)) {
        connection->close("duplicate");
        co_return Result<void>();
    }
    roster_.greeting_began(peer);
    const auto greeting =
        co_await exchange_hellos(connection, our_hello(connection->remote()),
                                 [this, peer](const wire::Hello& hello) { return judge(peer, hello); });
    // Who has dialled us was judged before it got our Hello.
    const auto judged =
        greeting && connection->is_outgoing() ? judge(peer, greeting->theirs) : Result<void>();
    const bool is_welcome = greeting && judged && !is_leaving_ && !book_.is_banned(peer);
    if (!is_welcome) {
        const auto error = !greeting ? greeting.error()
                           : !judged ? judged.error()
                                     : Error{ErrorCode::refused, "it is not wanted"};
        connection->close(error.message);
        tell_left(peer, roster_.greeting_failed(peer));
        co_return fail(error);
    }
    admit(connection, *greeting);
    co_return Result<void>();
}

/// Whether a peer may come in.
Result<void> Party::judge(const PeerId& peer, const wire::Hello& hello)
{
    const auto now = Clock::now();
    const auto epoch = hello.library.epoch;
    const auto session = sessions_.find(peer);
    if (session != sessions_.end() && session->second->epoch() != epoch &&
        clones_.is_one_of_several(peer, epoch, now)) {
        clones_.refused(peer, epoch, now);
        return fail(ErrorCode::refused, clone_text(peer));
    }
    if (const auto pause = flapping_.kept_out_for(peer, now)) {
        return fail(ErrorCode::refused,
                    fmt::format("it comes and goes too often: {} lets it in again in {} s", options_.name,
                                std::chrono::ceil<std::chrono::seconds>(*pause).count()));
    }
    return {};
}

wire::Hello Party::our_hello(const Address& remote) const
{
    wire::Hello hello{.name = options_.name,
                      .program = options_.program,
                      .listen = options_.listen_addresses(remote),
                      .library = journal_.snapshot()};
    if (hello.listen.empty()) {
        hello.listen.push_back(
            Address{.port = endpoint_.port()});  // the port alone helps a peer that sees where we come from
    }
    return hello;
}

void Party::admit(const transport::SharedConnection& connection, const Greeting& greeting)
{
    const auto peer = connection->peer();
    const auto now = Clock::now();
    const auto number = ++last_connection_;
    const auto direction =
        connection->is_outgoing() ? Roster::Direction::outgoing : Roster::Direction::incoming;
    const auto verdict = roster_.admit(
        peer, {.number = number, .direction = direction, .epoch = greeting.theirs.library.epoch}, now);
    if (!verdict.stays) {
        connection->close("duplicate");
        return;
    }
    Session::Owner& owner = *this;
    const auto session = std::make_shared<Session>(owner, connection, number, greeting, options_.liveness);
    const auto replaced = std::exchange(sessions_[peer], session);
    if (replaced) {
        replaced->close("duplicate");
    }
    book_.joined(connection->is_outgoing() ? "" : "incoming", peer, session->name(), session->addresses(),
                 now);
    rumours_.reached(peer, connection->remote(), now);
    if (!replaced) {
        gossip_.joined(peer, now, jitter());
    }
    group_->spawn(run_session(session));
    changed_.notify_all();

    if (verdict.news == Roster::News::rejoined) {
        tell_left(peer, "it was restarted");
    }
    if (verdict.news != Roster::News::none) {
        log::info("party", "{} joined ({}, {} games)", name(peer), connection->remote().text(),
                  session->library().complete_count());
        flapping_.joined(peer, now);
        options_.events.peer_joined(peer);
    } else if (!replaced || replaced->library().entries() != session->library().entries()) {
        options_.events.peer_library_changed(peer);
    }
    watch_for_clones(*session);
}

Task<void> Party::run_session(SharedSession session)
{
    co_await session->run();
    end(*session, PeerBook::Left::lost, session->end_reason());
}

/// Whatever ends a session comes through here, some of it twice: only what is still current counts.
void Party::end(Session& session, PeerBook::Left how, const std::string& reason)
{
    const auto peer = session.peer();
    if (const auto found = sessions_.find(peer);
        found != sessions_.end() && found->second.get() == &session) {
        const auto keep =
            std::move(found->second);  // `session` is the caller's, who may hold it by this entry only
        sessions_.erase(found);
        book_.left(peer, how, Clock::now(), jitter());
        gossip_.left(peer);
        keep->close(reason);
        changed_.notify_all();
    }
    tell_left(peer, roster_.ended(peer, session.number(), reason));
}

void Party::tell_left(const PeerId& peer, const std::optional<std::string>& reason)
{
    if (reason && !is_leaving_) {
        log::info("party", "{} left: {}", name(peer), *reason);
        options_.events.peer_left(peer, *reason);
    }
}

void Party::library_changed(const Session& session)
{
    const auto found = sessions_.find(session.peer());
    if (found != sessions_.end() && found->second.get() == &session) {
        options_.events.peer_library_changed(session.peer());
    }
}

void Party::said_goodbye(Session& session) { end(session, PeerBook::Left::goodbye, "it said goodbye"); }

Task<void> Party::diagnose(PeerId peer, transport::Stream stream, DiagnosisRequest request)
{
    if (options_.diagnose) {
        co_await options_.diagnose(peer, std::move(stream), request);
    }
}

Task<void> Party::tell(PeerId peer, transport::Stream stream, FactsRequest request)
{
    if (options_.tell) {
        co_await options_.tell(peer, std::move(stream), request);
    }
}

Task<void> Party::serve(PeerId peer, transport::Stream stream, ContentRequest request)
{
    return options_.serve(peer, std::move(stream), request);
}

}  // namespace lanspread::party
