#include "swarm/server.h"

#include "async/offload.h"
#include "async/signal.h"
#include "base/log.h"
#include "wire/codec.h"

namespace lanspread::swarm {

namespace {

/// Unused chunk buffers that are kept.
constexpr std::size_t kept_buffers = 32;

}  // namespace

/// What follows an answer: a chunk in a shared buffer, or other bytes.
struct Server::Payload {
    SharedBuffer buffer;
    Bytes bytes;
    std::size_t size = 0;
};

/// A request's place in the queue, given back however it ends.
class Server::Turn {
public:
    Turn(Server& server, const PeerId& peer) : server_(server), ticket_(server.queue_.enter(peer))
    {
        server_.turns_.emplace(ticket_, this);
        server_.admit();
    }
    ~Turn()
    {
        server_.turns_.erase(ticket_);
        server_.queue_.leave(ticket_);
        server_.admit();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    /// Suspends the caller until it is served.
    [[nodiscard]] Task<void> has_come()
    {
        while (!is_served_) {
            co_await come_.wait();
        }
    }

    void come()
    {
        is_served_ = true;
        come_.notify_all();
    }

private:
    Server& server_;
    FairQueue::Ticket ticket_;
    Signal come_;
    bool is_served_ = false;
};

Server::Server(const library::Library& library, asio::thread_pool& disk_pool, Options options)
    : library_(library),
      disk_pool_(disk_pool),
      options_(std::move(options)),
      reader_(disk_pool),
      buffers_(content::max_chunk_size, kept_buffers),
      queue_(options_.limits)
{
}

void Server::admit()
{
    for (const auto ticket : queue_.admit()) {
        turns_.at(ticket)->come();
    }
}

Task<void> Server::serve(PeerId peer, transport::Stream stream, Question question)
{
    Result<void> written;
    {
        Turn turn(*this, peer);
        co_await turn.has_come();
        auto payload = co_await std::visit([this](const auto& asked) { return load(asked); }, question);
        const auto head = payload ? wire::encode(wire::Data{payload->size})
                                  : wire::encode(wire::to_failure(payload.error()));
        if (!head) {
            co_return;
        }
        using Then = transport::Stream::Then;
        written = co_await stream.write_frame(*head, Clock::now() + options_.write_timeout,
                                              payload ? Then::more : Then::finish);
        if (written && payload && payload->buffer) {
            written = co_await stream.write(payload->buffer, payload->size,
                                            Clock::now() + options_.write_timeout, Then::finish);
        } else if (written && payload) {
            written = co_await stream.write(std::move(payload->bytes), Clock::now() + options_.write_timeout,
                                            Then::finish);
        }
    }
    // The turn is over when the bytes are queued: what waits for the wire is bounded by the transport.
    if (written) {
        written = co_await stream.flushed(Clock::now() + options_.write_timeout);
    }
    if (!written) {
        log::debug("swarm", "serving {}: {}", peer.short_hex(), written.error().message);
    }
}

Task<Result<Server::Payload>> Server::load(wire::GetManifest question)
{
    const auto game = library_.find(question.content);
    if (!game) {
        co_return fail(ErrorCode::not_found, "that game is not here");
    }
    auto bytes =
        co_await offload(disk_pool_, [manifest = game->manifest] { return manifest->canonical_bytes(); });
    const auto size = bytes.size();
    co_return Payload{nullptr, std::move(bytes), size};
}

Task<Result<Server::Payload>> Server::load(wire::GetChunk question)
{
    const auto game = library_.find(question.content);
    if (!game) {
        co_return fail(ErrorCode::not_found, "that game is not here");
    }
    if (question.chunk >= game->manifest->chunk_count()) {
        co_return fail(ErrorCode::not_found, "there is no such chunk");
    }
    auto buffer = buffers_.take();
    if (const auto read = co_await reader_.read(game, question.chunk, buffer); !read) {
        if (read.error().code == ErrorCode::unavailable && options_.on_changed_on_disk) {
            options_.on_changed_on_disk(game->id);
        }
        co_return fail(read.error());
    }
    co_return Payload{std::move(buffer), {}, game->manifest->chunk_size(question.chunk)};
}

}  // namespace lanspread::swarm
