#include "swarm/server.h"

#include <algorithm>

#include "async/offload.h"
#include "base/log.h"
#include "swarm/upload_turn.h"
#include "wire/codec.h"

namespace lanspread::swarm {

namespace {

using Then = transport::Stream::Then;

/// Unused chunk buffers that are kept.
constexpr std::size_t kept_buffers = 32;
/// Followers are told at least this often that there is nothing to tell.
constexpr std::chrono::seconds sign_of_life{5};

}  // namespace

Server::Server(const library::Library& library, const PartialContents& partials, asio::thread_pool& disk_pool,
               Options options)
    : library_(library),
      partials_(partials),
      disk_pool_(disk_pool),
      options_(std::move(options)),
      reader_(disk_pool),
      buffers_(content::max_chunk_size, kept_buffers),
      queue_(options_.uploads)
{
}

Task<void> Server::run()
{
    while (true) {
        const auto now = Clock::now();
        admit();
        // What waits for something else than time comes with an event.
        const auto next = queue_.next_turn();
        if (next && *next > now) {
            co_await somebody_waits_.wait_until(*next);
        } else {
            co_await somebody_waits_.wait();
        }
    }
}

void Server::admit()
{
    for (const auto& turn : queue_.admit(Clock::now())) {
        turns_.at(turn.ticket)->come(turn.elsewhere);
    }
    if (queue_.waiting() > 0) {
        somebody_waits_.notify_all();
    }
}

Task<void> Server::let_transfers_end(ContentId content, TimePoint deadline)
{
    while (queue_.is_serving(content) && co_await transfer_has_ended_.wait_until(deadline)) {
    }
}

Task<void> Server::serve(PeerId peer, transport::Stream stream, Question question)
{
    auto written =
        co_await std::visit([&](auto& one) { return answer(peer, stream, std::move(one)); }, question);
    // A turn is over when its bytes are queued: what waits for the wire is bounded by the transport.
    if (written) {
        written = co_await stream.flushed(Clock::now() + options_.write_timeout);
    }
    if (!written) {
        log::debug("swarm", "serving {}: {}", peer.short_hex(), written.error().message);
    }
}

Task<Result<void>> Server::answer(PeerId peer, transport::Stream& stream, wire::GetChunk question)
{
    const auto manifest = manifest_of(question.content);
    if (!manifest) {
        co_return co_await refuse(stream, {ErrorCode::not_found, "that game is not here"});
    }
    if (question.chunk >= manifest->chunk_count()) {
        co_return co_await refuse(stream, {ErrorCode::not_found, "there is no such chunk"});
    }
    const auto partial = library_.find(question.content) ? nullptr : partials_.find(question.content);
    if (partial && !partial->verified().contains(question.chunk)) {
        co_return co_await refuse(stream, {ErrorCode::not_found, "that chunk is not here"});
    }
    const auto size = manifest->chunk_size(question.chunk);
    Turn turn(*this, {.peer = peer,
                      .content = question.content,
                      .chunk = question.chunk,
                      .size = size,
                      .chunks = library_.find(question.content) ? manifest->chunk_count() : 0});
    co_await turn.has_come();
    if (turn.elsewhere()) {
        auto text = wire::encode(wire::Elsewhere{*turn.elsewhere()});
        co_return text ? co_await stream.write_frame(std::move(*text), Clock::now() + options_.write_timeout,
                                                     Then::finish)
                       : fail(text.error());
    }
    auto buffer = co_await load(question.content, question.chunk, {{.offset = 0, .size = size}});
    if (!buffer) {
        co_return co_await refuse(stream, buffer.error());
    }
    auto written = co_await write(stream, {std::move(*buffer), {}, size});
    if (written) {
        turn.was_sent();
        bytes_served_ += size;
    }
    co_return written;
}

Task<Result<void>> Server::answer(PeerId, transport::Stream& stream, wire::Follow question)
{
    const auto partial = partials_.find(question.content);
    if (!partial) {
        co_return co_await refuse(stream, {ErrorCode::not_found, "that game is not being fetched here"});
    }
    auto bitfield = partial->verified().to_bytes();
    auto told = partial->history().size();
    const auto head = wire::encode(wire::Data{bitfield.size()});
    auto written =
        head ? co_await stream.write_frame(*head, Clock::now() + options_.write_timeout) : fail(head.error());
    if (written) {
        written = co_await stream.write(std::move(bitfield), Clock::now() + options_.write_timeout);
    }
    auto silent_until = Clock::now() + sign_of_life;
    while (written && !partial->is_closed()) {
        const bool is_news = told != partial->history().size();
        // A follower that has gone shows when something is written.
        if (!is_news && Clock::now() < silent_until) {
            co_await partial->changed().wait_until(silent_until);
            continue;
        }
        const auto news = partial->history().subspan(told);
        wire::Have have;
        have.chunks.assign(news.begin(), news.begin() + static_cast<std::ptrdiff_t>(
                                                            std::min(news.size(), wire::max_have_chunks)));
        told += have.chunks.size();
        auto text = wire::encode(have);
        written = text ? co_await stream.write_frame(std::move(*text), Clock::now() + options_.write_timeout)
                       : fail(text.error());
        silent_until = Clock::now() + sign_of_life;
        co_await sleep_for(options_.have_interval);
    }
    stream.finish();
    co_return written;
}

Task<Result<void>> Server::refuse(transport::Stream& stream, Error error)
{
    auto text = wire::encode(wire::to_failure(error));
    co_return text
        ? co_await stream.write_frame(std::move(*text), Clock::now() + options_.write_timeout, Then::finish)
        : fail(text.error());
}

Task<Result<void>> Server::write(transport::Stream& stream, Payload payload)
{
    const auto head = wire::encode(wire::Data{payload.size});
    auto written =
        head ? co_await stream.write_frame(*head, Clock::now() + options_.write_timeout) : fail(head.error());
    if (!written || !payload.buffer) {
        co_return written ? co_await stream.write(std::move(payload.bytes),
                                                  Clock::now() + options_.write_timeout, Then::finish)
                          : written;
    }
    if (options_.upload_limit == nullptr || !options_.upload_limit->is_limited()) {
        co_return co_await stream.write(payload.buffer, payload.size, Clock::now() + options_.write_timeout,
                                        Then::finish);
    }
    auto rest = std::as_const(*payload.buffer).span().first(payload.size);
    while (written && !rest.empty()) {
        const auto piece = rest.first(std::min(rest.size(), options_.upload_limit->piece()));
        rest = rest.subspan(piece.size());
        co_await options_.upload_limit->take(piece.size());
        written =
            co_await stream.write(Bytes(piece.begin(), piece.end()), Clock::now() + options_.write_timeout,
                                  rest.empty() ? Then::finish : Then::more);
    }
    co_return written;
}

std::shared_ptr<const content::Manifest> Server::manifest_of(const ContentId& content) const
{
    if (const auto game = library_.find(content)) {
        return game->manifest;
    }
    const auto partial = partials_.find(content);
    return partial ? partial->manifest() : nullptr;
}

/// Those ranges of the chunk, where they lie in it. Nothing else is read.
Task<Result<SharedBuffer>> Server::load(ContentId content, std::uint32_t chunk,
                                        std::vector<content::ChunkRange> ranges)
{
    auto buffer = buffers_.take();
    if (const auto game = library_.find(content)) {
        const auto read = co_await reader_.read(game, chunk, std::move(ranges), buffer);
        if (read) {
            co_return buffer;
        }
        if (read.error().code == ErrorCode::unavailable && options_.on_changed_on_disk) {
            options_.on_changed_on_disk(game->id);
        }
        co_return fail(read.error());
    }
    const auto partial = partials_.find(content);
    if (partial && partial->is_closed()) {
        co_return fail(ErrorCode::unavailable, "that game is being put in place: ask again in a moment");
    }
    if (!partial || !partial->verified().contains(chunk)) {
        co_return fail(ErrorCode::not_found, "that chunk is not here");
    }
    const auto read =
        co_await offload(disk_pool_, [store = partial->store(), chunk, buffer, ranges = std::move(ranges)] {
            return store->read(chunk, ranges, buffer->span());
        });
    co_return read ? Result<SharedBuffer>(std::move(buffer)) : fail(read.error());
}

}  // namespace lanspread::swarm
