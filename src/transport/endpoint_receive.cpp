#include "transport/endpoint_core.h"

#include "base/log.h"

namespace lanspread::transport {

namespace {

/// Batches read in one turn, before what they ask for is written: one write then answers many packets.
constexpr int batches_per_turn = 8;
constexpr unsigned turns_per_look_at_refusals = 16;
/// Strangers can make us begin handshakes; this is where it ends.
constexpr std::size_t max_connections = 2048;

/// In the first byte of a QUIC packet (RFC 9000 §17.2).
constexpr std::uint8_t long_header = 0x80;

}  // namespace

void NetworkSide::wait_until_readable()
{
    readiness_.async_wait(asio::posix::stream_descriptor::wait_read,
                          [this](const boost::system::error_code& error) {
                              if (error) {
                                  return;
                              }
                              try {
                                  receive();
                              } catch (...) {
                                  wait_until_readable();  // nothing ends the reading
                                  throw;
                              }
                              // Only now: to wait costs more while there is something to read.
                              wait_until_readable();
                          });
}

void NetworkSide::receive()
{
    const auto now = Clock::now();
    const int batches =
        socket_.receive(receive_buffer_, batches_per_turn,
                        [this, now](const Datagram& datagram) { on_datagram(datagram, now); });
    // Now and then also when there is always something to receive.
    if (batches == 0 || ++turns_ % turns_per_look_at_refusals == 0) {
        socket_.read_refusals([this, now](const Refusal& refusal) { on_refusal(refusal, now); });
    }
    const auto touched = std::exchange(touched_, {});
    const auto written_at = Clock::now();
    for (const auto& connection : touched) {
        connection->write(written_at);
    }
}

void NetworkSide::on_datagram(const Datagram& datagram, TimePoint now)
{
    stats_.received.fetch_add(datagram.bytes.size(), std::memory_order_relaxed);
    if (take_mtu_datagram(datagram)) {
        return;
    }
    auto* connection = connection_for(datagram, now);
    if (connection == nullptr) {
        return;
    }
    connection->on_datagram(datagram, now);
    if (touched_.empty() || touched_.back().get() != connection) {
        if (std::ranges::find(touched_, connection, &std::shared_ptr<QuicConnection>::get) ==
            touched_.end()) {
            touched_.push_back(connection->shared_from_this());
        }
    }
}

void NetworkSide::on_refusal(const Refusal& refusal, TimePoint now)
{
    for (const auto& [key, connection] : connections_) {
        if (connection->remote() == refusal.remote) {
            connection->on_refusal(refusal, now);
        }
    }
}

QuicConnection* NetworkSide::connection_for(const Datagram& datagram, TimePoint now)
{
    std::optional<ShortId> id;
    if (datagram.bytes.size() > ShortId().size() && (datagram.bytes[0] & long_header) == 0) {
        id.emplace();
        std::ranges::copy(datagram.bytes.subspan(1, id->size()), id->begin());
    }
    if (!id || id != latest_id_) {
        latest_ = find_or_accept(datagram, now);
        latest_id_ = latest_ != nullptr ? id : std::nullopt;
    }
    return latest_;
}

QuicConnection* NetworkSide::find_or_accept(const Datagram& datagram, TimePoint now)
{
    ngtcp2_version_cid id{};
    if (ngtcp2_pkt_decode_version_cid(&id, datagram.bytes.data(), datagram.bytes.size(),
                                      QuicConnection::connection_id_size) != 0) {
        return nullptr;
    }
    if (const auto found = by_id_.find(key_of(id.dcid, id.dcidlen)); found != by_id_.end()) {
        auto* connection = found->second;
        if (!connection->is_established() && id.dcidlen == QuicConnection::connection_id_size) {
            gate_.proved(connection);  // who knows the id that we chose has got our answer
        }
        return connection;
    }
    const bool is_short = (datagram.bytes[0] & long_header) == 0;
    return is_short || connections_.size() >= max_connections ? nullptr : accept(datagram, now);
}

QuicConnection* NetworkSide::accept(const Datagram& datagram, TimePoint now)
{
    ngtcp2_pkt_hd header{};
    // A client's first datagram is padded (RFC 9000 §14.1), so nobody can use us to send more than was sent
    // to us.
    if (datagram.bytes.size() < PathMtu::base ||
        ngtcp2_accept(&header, datagram.bytes.data(), datagram.bytes.size()) != 0 ||
        header.version != NGTCP2_PROTO_VER_V1) {
        return nullptr;
    }
    const auto first_id = tokens_.verify(header, datagram.remote, now);
    const auto verdict = gate_.judge(datagram.remote, first_id.has_value());
    if (verdict != HandshakeGate::Verdict::accept) {
        if (verdict == HandshakeGate::Verdict::prove) {
            const auto retry = tokens_.retry(header, datagram.remote, now);
            static_cast<void>(socket_.send(datagram.remote, datagram.local, retry, retry.size()));
        }
        return nullptr;
    }
    const auto connection = QuicConnection::accept(*this, datagram.remote, header, first_id);
    if (!connection) {
        log::warning("transport", "a peer at {} was not accepted: {}", datagram.remote.text(),
                     connection.error().message);
        return nullptr;
    }
    gate_.began(connection->get(), datagram.remote, first_id.has_value());
    connections_.emplace(connection->get(), *connection);
    by_id_.insert_or_assign(key_of(header.dcid.data, header.dcid.datalen), connection->get());
    return connection->get();
}

}  // namespace lanspread::transport
