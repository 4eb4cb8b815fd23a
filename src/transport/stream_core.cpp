#include "transport/stream_core.h"

#include <algorithm>
#include <cstring>

namespace lanspread::transport {

namespace {

constexpr std::size_t length_size = 4;
/// Bytes in packets that the owner is told of; fewer wait for more, for each time costs a wake-up of its
/// thread. Well below what a writer may have queued without waiting, so that none waits for fewer.
constexpr std::size_t worth_reporting = 16 * 1024;

std::size_t read_length(const std::string& frame) { return ByteReader(as_bytes(frame)).u32(); }

}  // namespace

std::size_t Stream::Core::unsent() const
{
    const auto& side = at_network;
    std::size_t size = 0;
    for (auto i = side.next_piece; i < side.pieces.size(); ++i) {
        size += side.pieces[i].bytes.size();
    }
    return size - side.next_byte;
}

bool Stream::Core::has_something_to_send() const
{
    const auto& side = at_network;
    return side.next_piece < side.pieces.size() || (side.finish_queued && !side.finish_sent);
}

void Stream::Core::add(Piece piece)
{
    if (!piece.bytes.empty()) {
        at_network.pieces.push_back(std::move(piece));
    }
}

void Stream::Core::on_sent(std::size_t size, bool finish)
{
    auto& side = at_network;
    side.unreported += size;
    bool piece_done = finish;
    side.next_byte += size;
    while (side.next_piece < side.pieces.size() &&
           side.next_byte >= side.pieces[side.next_piece].bytes.size()) {
        side.next_byte -= side.pieces[side.next_piece].bytes.size();
        ++side.next_piece;
        piece_done = true;
    }
    side.finish_sent = side.finish_sent || finish;
    if (piece_done && side.unreported >= worth_reporting) {
        asio::post(owner, [self = shared_from_this(), sent = std::exchange(side.unreported, 0)] {
            self->at_owner.queued -= std::min(sent, self->at_owner.queued);
            self->at_owner.changed.notify_all();
        });
    }
}

void Stream::Core::on_acknowledged(std::size_t size)
{
    auto& side = at_network;
    side.acknowledged += size;
    while (!side.pieces.empty() && side.next_piece > 0 &&
           side.acknowledged >= side.pieces.front().bytes.size()) {
        side.acknowledged -= side.pieces.front().bytes.size();
        side.pieces.pop_front();
        --side.next_piece;
    }
}

void Stream::Core::complete_reading(Result<void> result)
{
    const auto operation = std::exchange(at_network.reading, nullptr);
    operation->done->set(std::move(result));
}

/// The other side has finished, and the read has not all that it wanted.
void Stream::Core::end_reading()
{
    auto& operation = *at_network.reading;
    operation.at_end = operation.filled == 0;
    complete_reading(fail(ErrorCode::unavailable, operation.at_end ? "the peer ended the stream"
                                                                   : "the peer ended the stream in the "
                                                                     "middle of a message"));
}

/// Gives bytes to the read in progress until it has enough; returns how many it took.
std::size_t Stream::Core::feed(ByteSpan bytes)
{
    auto& side = at_network;
    std::size_t taken = 0;
    while (side.reading) {
        auto& operation = *side.reading;
        const auto needed = operation.kind == ReadOperation::Kind::exact ? operation.wanted
                            : operation.filled < length_size             ? length_size
                                                                         : length_size + operation.wanted;
        const auto size = std::min(needed - operation.filled, bytes.size() - taken);
        const auto part = bytes.subspan(taken, size);
        if (operation.kind == ReadOperation::Kind::exact) {
            if (size > 0) {
                std::memcpy(operation.buffer->span().data() + operation.filled, part.data(), size);
            }
        } else {
            operation.frame.append(as_text(part));
        }
        operation.filled += size;
        operation.arrived.store(operation.filled, std::memory_order_relaxed);
        taken += size;
        if (operation.filled < needed) {
            break;
        }
        if (operation.kind == ReadOperation::Kind::frame && operation.filled == length_size &&
            operation.wanted == 0) {
            operation.wanted = read_length(operation.frame);
            if (operation.wanted > operation.limit) {
                complete_reading(fail(ErrorCode::invalid_input,
                                      fmt::format("a message of {} bytes (at most {} are accepted)",
                                                  operation.wanted, operation.limit)));
                break;
            }
            if (operation.wanted > 0) {
                continue;
            }
        }
        complete_reading({});
    }
    return taken;
}

std::size_t Stream::Core::on_data(ByteSpan bytes, bool finish)
{
    auto& side = at_network;
    const auto taken = feed(bytes);
    const auto rest = bytes.subspan(taken);
    side.backlog.insert(side.backlog.end(), rest.begin(), rest.end());
    side.finish_received = side.finish_received || finish;
    if (side.finish_received && side.reading) {
        end_reading();
    }
    return taken;
}

std::size_t Stream::Core::begin(std::shared_ptr<ReadOperation> operation)
{
    auto& side = at_network;
    side.reading = std::move(operation);
    const auto taken = feed(ByteSpan(side.backlog).subspan(side.backlog_taken));
    side.backlog_taken += taken;
    if (side.backlog_taken == side.backlog.size()) {
        side.backlog = {};
        side.backlog_taken = 0;
    }
    if (side.reading && side.failure) {
        complete_reading(fail(*side.failure));
    } else if (side.reading && side.finish_received) {
        end_reading();
    }
    return taken;
}

void Stream::Core::fail_all(const Error& error)
{
    auto& side = at_network;
    if (side.failure) {
        return;
    }
    side.failure = error;
    // What is in packets stays until `release`: ngtcp2 points to it, and sends it again even after a reset.
    side.pieces.resize(side.next_piece + (side.next_byte > 0 ? 1 : 0));
    if (side.reading) {
        complete_reading(fail(error));
    }
    asio::post(owner, [self = shared_from_this(), error] {
        self->at_owner.failure = error;
        self->at_owner.changed.notify_all();
    });
}

void Stream::Core::release()
{
    auto& side = at_network;
    side.pieces.clear();
    side.next_piece = 0;
    side.next_byte = 0;
    side.acknowledged = 0;
}

void Stream::Core::report_closed()
{
    asio::post(owner, [self = shared_from_this(), all_sent = at_network.finish_sent && !at_network.failure] {
        self->at_owner.acknowledged = all_sent;
        if (!all_sent && !self->at_owner.failure) {
            self->at_owner.failure = Error{ErrorCode::unavailable, "the stream is closed"};
        }
        self->at_owner.changed.notify_all();
    });
}

}  // namespace lanspread::transport
