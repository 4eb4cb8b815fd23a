#include <cstring>

#include "base/log.h"
#include "transport/quic_connection.h"
#include "transport/socket_address.h"

namespace lanspread::transport {

namespace {

/// The kernel's bounds for one segmented send: 64 segments, and a UDP datagram's size in all. A little below
/// that, for a batch that is larger than the burst of a traffic shaper (64,000 bytes with all headers is
/// usual) is cut into single packets there, and each of them is handled alone from then on.
constexpr std::size_t max_segments = 64;
constexpr std::size_t max_batch = 60000;
/// What a batch should hold at least while there is more to send. Waking up, the system calls and the other
/// side's waking up and answering cost the same for one packet as for many.
constexpr std::size_t wanted_packets = 16;
/// Batches in one turn, so that a fast connection lets the thread read and serve others in between.
constexpr int max_batches_per_turn = 4;
/// Streams with no more than this to send go before those with chunks: a Ping does not wait behind a
/// megabyte.
constexpr std::size_t small = 4096;
constexpr std::size_t max_reason = 200;
constexpr std::uint64_t close_code = 1;

}  // namespace

std::size_t QuicConnection::packet_size() const
{
    // Until the handshake is done nothing is known of the path (RFC 9000 §14.1).
    return established_ ? path_mtu_.current() : PathMtu::base;
}

/// The bytes of streams that may be sent now; none while only a small batch would fit: acknowledgements of
/// what is on the way come anyway, and make room for a large one. There is no pacing beside that: it would
/// take a timer for each batch, and a window is at most a few milliseconds of a LAN.
std::uint64_t QuicConnection::room_for_streams(TimePoint now)
{
    if (!established_ || ready_.empty()) {
        return DelayWindow::largest;
    }
    ngtcp2_conn_stat stat{};
    ngtcp2_conn_get_conn_stat(connection_, &stat);
    delay_window_.on_sample({.round_trip = std::chrono::nanoseconds(stat.latest_rtt),
                             .best_round_trip = std::chrono::nanoseconds(stat.min_rtt),
                             .bytes_in_flight = stat.bytes_in_flight,
                             .packet_size = packet_size()},
                            now);
    const auto window = std::min(stat.cwnd, delay_window_.window());
    const auto room = window - std::min(window, stat.bytes_in_flight);
    const auto full = std::min<std::uint64_t>(wanted_packets * packet_size(), max_batch);
    // A small window is all that is on the way: waiting for half of it would leave the link idle meanwhile.
    const auto wanted = window >= full * 3 / 2 ? full : window / 4;
    return stat.bytes_in_flight > 0 && room < wanted ? 0 : room;
}

void QuicConnection::write(TimePoint now)
{
    if (closed_ || !unsent_.empty()) {
        return;
    }
    room_ = room_for_streams(now);
    for (int batch = 0; batch < max_batches_per_turn; ++batch) {
        const auto outcome = write_batch(now);
        if (outcome == BatchOutcome::stopped) {
            return;
        }
        if (outcome == BatchOutcome::nothing_to_send) {
            break;
        }
    }
    if (established_ && now >= path_mtu_.next_probe()) {
        for (const auto size : path_mtu_.probes_due(now)) {
            host_.send_mtu_probe(*this, size);
        }
        update_shared_stats();
    }
    set_timer(now);
}

/// Builds packets of one size into the host's buffer, of which only the last may be shorter, and sends them
/// with one call.
QuicConnection::BatchOutcome QuicConnection::write_batch(TimePoint now)
{
    const auto timestamp = to_timestamp(now);
    const auto buffer = host_.batch_buffer();
    const auto size = packet_size();
    Address to;
    std::size_t used = 0;
    std::size_t last = size;
    for (std::size_t packets = 0; last == size && packets < max_segments && used + size <= max_batch;
         ++packets) {
        Address its_to;
        const auto out = buffer.subspan(used, size);
        const auto written = write_packet(out, timestamp, its_to);
        if (written < 0) {
            const Error error{
                ErrorCode::unavailable,
                fmt::format("the connection broke: {}", ngtcp2_strerror(static_cast<int>(written)))};
            send_close(static_cast<int>(written), error);
            end(error);
            return BatchOutcome::stopped;
        }
        last = static_cast<std::size_t>(written);
        if (last > 0 && used > 0 && its_to != to) {
            // The peer is moving, and this one checks the new path: it goes alone.
            if (!send(to, buffer.first(used), size)) {
                return BatchOutcome::stopped;  // the odd packet counts as lost
            }
            std::memmove(buffer.data(), out.data(), last);
            used = 0;
        }
        if (used == 0) {
            to = its_to;
        }
        used += last;
        packets_with_this_key_ += last > 0 ? 1 : 0;
    }
    update_key_when_due(timestamp);
    if (used == 0) {
        return BatchOutcome::nothing_to_send;
    }
    if (!send(to, buffer.first(used), size)) {
        return BatchOutcome::stopped;
    }
    return last == 0 ? BatchOutcome::nothing_to_send : BatchOutcome::sent;
}

void QuicConnection::make_ready(Stream::Core& stream)
{
    auto& side = stream.at_network;
    if (side.is_ready || side.is_blocked || side.failure || !stream.has_something_to_send()) {
        return;
    }
    side.is_ready = true;
    side.is_urgent = stream.unsent() <= small;
    if (side.is_urgent) {
        ready_.push_front(stream.shared_from_this());
    } else {
        ready_.push_back(stream.shared_from_this());
    }
}

/// The stream whose bytes go into the next packet. First come, first served: one chunk whole rather than many
/// in part.
Stream::Core* QuicConnection::next_ready()
{
    while (!ready_.empty()) {
        auto& side = ready_.front()->at_network;
        const bool is_done = side.failure || !ready_.front()->has_something_to_send();
        // The first word of an answer is small, but a chunk may have followed it meanwhile: that takes its
        // turn, or the newest would always go first and the oldest never.
        const bool has_grown = side.is_urgent && ready_.front()->unsent() > small;
        if (!is_done && !has_grown) {
            break;
        }
        side.is_urgent = false;
        side.is_ready = !is_done;
        if (!is_done) {
            ready_.push_back(ready_.front());
        }
        ready_.pop_front();
    }
    if (ready_.empty() || ngtcp2_conn_get_max_data_left(connection_) == 0) {
        return nullptr;
    }
    return ready_.front().get();
}

/// One packet, filled from the streams in turn; 0 where there is nothing to send or the congestion window is
/// full.
std::ptrdiff_t QuicConnection::write_packet(std::span<std::uint8_t> out, ngtcp2_tstamp now, Address& to)
{
    constexpr std::size_t max_parts = 8;
    while (true) {
        auto* stream = room_ < out.size() ? nullptr : next_ready();
        std::array<ngtcp2_vec, max_parts> parts{};
        std::size_t count = 0;
        std::size_t offered = 0;
        std::uint32_t flags = NGTCP2_WRITE_STREAM_FLAG_NONE;
        if (stream != nullptr) {
            const auto& side = stream->at_network;
            auto skip = side.next_byte;
            auto piece = side.next_piece;
            for (; piece < side.pieces.size() && count < max_parts; ++piece, skip = 0) {
                const auto bytes = side.pieces[piece].bytes.subspan(skip);
                parts[count++] = {reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(bytes.data())),
                                  bytes.size()};
                offered += bytes.size();
            }
            if (side.finish_queued && piece == side.pieces.size()) {
                flags |= NGTCP2_WRITE_STREAM_FLAG_FIN;
            }
        }
        ngtcp2_ssize taken = -1;
        ngtcp2_path_storage path;
        ngtcp2_path_storage_zero(&path);
        const auto written =
            ngtcp2_conn_writev_stream(connection_, &path.path, nullptr, out.data(), out.size(), &taken, flags,
                                      stream != nullptr ? stream->id : -1, parts.data(), count, now);
        if (written == NGTCP2_ERR_STREAM_DATA_BLOCKED) {
            stream->at_network.is_blocked = true;
            stream->at_network.is_ready = false;
            ready_.pop_front();
            continue;
        }
        if (written == NGTCP2_ERR_STREAM_SHUT_WR || written == NGTCP2_ERR_STREAM_NOT_FOUND) {
            const auto keep = ready_.front();
            keep->at_network.is_ready = false;
            ready_.pop_front();
            keep->fail_all({ErrorCode::unavailable, "the stream is closed"});
            continue;
        }
        if (stream != nullptr && taken >= 0) {
            const auto size = static_cast<std::size_t>(taken);
            stream->on_sent(size, size == offered && (flags & NGTCP2_WRITE_STREAM_FLAG_FIN) != 0);
            if (!stream->has_something_to_send()) {
                stream->at_network.is_ready = false;
                ready_.pop_front();
            }
        }
        if (written > 0) {
            room_ -= std::min(room_, stream != nullptr ? static_cast<std::uint64_t>(written) : 0);
            to = to_address(*reinterpret_cast<const sockaddr_in6*>(path.path.remote.addr));
        }
        return written;
    }
}

/// Long before the limit, because ngtcp2 refuses while the last update is not yet confirmed, and ends the
/// connection at the limit (RFC 9001 §6.5, §6.6).
void QuicConnection::update_key_when_due(ngtcp2_tstamp now)
{
    if (established_ && packets_with_this_key_ >= host_.packets_per_key() &&
        ngtcp2_conn_initiate_key_update(connection_, now) == 0) {
        packets_with_this_key_ = 0;
        ++key_updates_;
    }
}

/// False where the socket did not take all of it; the rest is kept then, for on_writable.
bool QuicConnection::send(const Address& to, std::span<const std::uint8_t> bytes, std::size_t segment)
{
    const auto sent = host_.socket().send(to, local_, bytes, segment);
    host_.count_sent(sent.bytes);
    shared_->stats.bytes_sent.fetch_add(sent.bytes, std::memory_order_relaxed);
    if (sent.outcome == SendOutcome::would_block) {
        const auto rest = bytes.subspan(sent.bytes);
        unsent_.assign(rest.begin(), rest.end());
        unsent_segment_ = segment;
        unsent_to_ = to;
        host_.wait_until_writable(*this);
        return false;
    }
    if (sent.outcome == SendOutcome::too_large) {
        path_mtu_.on_black_hole(Clock::now());
    }
    return true;
}

void QuicConnection::on_writable()
{
    if (closed_) {
        return;
    }
    const auto batch = std::exchange(unsent_, {});
    if (send(unsent_to_, batch, unsent_segment_)) {
        write(Clock::now());
    }
}

/// Tells the peer once that this is the end. A lost one costs the peer its idle timeout, no more.
void QuicConnection::send_close(int library_error, const Error& reason)
{
    ngtcp2_connection_close_error error{};
    ngtcp2_connection_close_error_default(&error);
    const auto text = reason.message.substr(0, max_reason);
    auto* bytes = reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
    if (library_error == NGTCP2_ERR_CRYPTO) {
        ngtcp2_connection_close_error_set_transport_error_tls_alert(
            &error, ngtcp2_conn_get_tls_alert(connection_), bytes, text.size());
    } else if (established_) {
        ngtcp2_connection_close_error_set_application_error(&error, close_code, bytes, text.size());
    } else {
        ngtcp2_connection_close_error_set_transport_error(&error, NGTCP2_CONNECTION_REFUSED, bytes,
                                                          text.size());
    }
    const auto out = host_.batch_buffer().first(PathMtu::base);
    const auto written = ngtcp2_conn_write_connection_close(connection_, nullptr, nullptr, out.data(),
                                                            out.size(), &error, to_timestamp(Clock::now()));
    if (written > 0) {
        const auto size = static_cast<std::size_t>(written);
        static_cast<void>(host_.socket().send(remote(), local_, out.first(size), size));
    }
}

}  // namespace lanspread::transport
