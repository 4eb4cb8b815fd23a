#include "transport/quic_connection.h"

#include "base/log.h"
#include "transport/quic_crypto.h"
#include "transport/quic_handshake.h"
#include "transport/quic_streams.h"
#include "transport/socket_address.h"

namespace lanspread::transport {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t window = 16 * 1024 * 1024;
constexpr std::uint64_t request_window =
    2 * 1024 * 1024;  // on streams that the peer opens: a request, never a chunk
constexpr std::uint64_t max_streams = 256;
/// By what the congestion window shrinks and grows (RFC 9002 §7: the datagram's size; ours is path_mtu's
/// business, this only the controller's). Two Ethernet frames make a window of four packets at least rather
/// than of two, and let it grow twice as fast: on a LAN with 3 % of random loss that is the difference
/// between 1.5 and 1.15 times the link's own time, and costs eight senders into one link 2 % more
/// retransmissions.
constexpr std::size_t congestion_unit = 2 * 1472;
constexpr auto idle_timeout = 20s;
/// How often a peer may change its address before it has to dial anew.
constexpr std::size_t max_moves = 16;
/// A guess for the first flight: on a LAN the library's 333 ms would make every lost first packet cost a
/// second.
constexpr auto initial_round_trip = 20ms;

ngtcp2_cid random_connection_id(std::size_t size)
{
    std::array<std::uint8_t, NGTCP2_MAX_CIDLEN> bytes{};
    fill_random(bytes.data(), size);
    ngtcp2_cid cid{};
    ngtcp2_cid_init(&cid, bytes.data(), size);
    return cid;
}

ngtcp2_settings make_settings(std::size_t largest_packet)
{
    ngtcp2_settings settings{};
    ngtcp2_settings_default(&settings);
    settings.initial_ts = to_timestamp(Clock::now());
    settings.initial_rtt = nanoseconds(initial_round_trip);
    settings.handshake_timeout = nanoseconds(QuicConnection::handshake_timeout);
    settings.cc_algo = NGTCP2_CC_ALGO_CUBIC;
    settings.max_tx_udp_payload_size = std::max(largest_packet, congestion_unit);
    settings.no_tx_udp_payload_size_shaping = 1;  // path_mtu decides, packet by packet
    settings.no_pmtud = 1;
    return settings;
}

ngtcp2_transport_params make_parameters()
{
    ngtcp2_transport_params parameters{};
    ngtcp2_transport_params_default(&parameters);
    parameters.initial_max_data = window;
    parameters.initial_max_stream_data_bidi_local = window;
    parameters.initial_max_stream_data_bidi_remote = request_window;
    parameters.initial_max_streams_bidi = max_streams;
    parameters.initial_max_streams_uni = 0;
    parameters.max_idle_timeout = nanoseconds(idle_timeout);
    parameters.max_udp_payload_size = 65527;
    parameters.active_connection_id_limit = 4;
    parameters.grease_quic_bit =
        0;  // that bit tells our MTU probes from QUIC (RFC 9287 §3: it is ours to promise)
    return parameters;
}

/// What the kernel and ngtcp2 both accept as the largest packet on this route.
std::size_t largest_packet(const Address& remote)
{
    constexpr std::size_t largest = 8972;
    const auto route = UdpSocket::route_payload_limit(remote);
    return std::clamp(route == 0 ? PathMtu::base : route, PathMtu::base, largest);
}

}  // namespace

ngtcp2_tstamp to_timestamp(TimePoint time) { return nanoseconds(time.time_since_epoch()); }

QuicConnection::QuicConnection(ConnectionHost& host, Address remote, bool outgoing)
    : host_(host),
      first_remote_(remote),
      outgoing_(outgoing),
      shared_(std::make_shared<Connection::Core>()),
      path_mtu_(largest_packet(remote)),
      timer_(host.loop()->io)
{
    shared_->owner = host.owner();
    shared_->loop = host.loop();
    shared_->remote = remote;
    shared_->is_outgoing = outgoing;
    any_.sin6_family = AF_INET6;
    reference_.user_data = this;
    reference_.get_conn = CryptoCallbacks::connection_of;
    fill_random(&mtu_nonce_, sizeof mtu_nonce_);
}

bool QuicConnection::is_other_end(const QuicConnection& incoming) const
{
    const auto& first_id = incoming.first_id_ ? *incoming.first_id_ : incoming.original_id_;
    return !incoming.outgoing_ &&
           ngtcp2_cid_eq(ngtcp2_conn_get_client_initial_dcid(connection_), &first_id) != 0;
}

QuicConnection::~QuicConnection()
{
    static_cast<void>(hold_back(-held_back_));
    ngtcp2_conn_del(connection_);
}

Result<std::shared_ptr<QuicConnection>> QuicConnection::dial(ConnectionHost& host, Address remote,
                                                             std::optional<PeerId> expected)
{
    std::shared_ptr<QuicConnection> connection(new QuicConnection(host, remote, true));
    connection->expected_ = std::move(expected);
    if (const auto started = connection->start(nullptr); !started) {
        return fail(started.error());
    }
    return connection;
}

Result<std::shared_ptr<QuicConnection>> QuicConnection::accept(ConnectionHost& host, Address remote,
                                                               const ngtcp2_pkt_hd& header,
                                                               const std::optional<ngtcp2_cid>& first_id)
{
    std::shared_ptr<QuicConnection> connection(new QuicConnection(host, remote, false));
    connection->original_id_ = header.dcid;
    connection->first_id_ = first_id;
    if (const auto started = connection->start(&header); !started) {
        return fail(started.error());
    }
    return connection;
}

Result<void> QuicConnection::start(const ngtcp2_pkt_hd* header)
{
    shared_->connection = weak_from_this();
    auto tls = TlsSession::make(outgoing_ ? TlsSession::Side::client : TlsSession::Side::server,
                                *host_.identity().credentials(), reference_, CryptoCallbacks::on_secrets);
    if (!tls) {
        return fail(tls.error());
    }
    tls_ = std::move(*tls);
    ngtcp2_callbacks callbacks{};
    quic_crypto::set_callbacks(callbacks);
    CryptoCallbacks::set(callbacks);
    StreamCallbacks::set(callbacks);
    auto settings = make_settings(largest_packet(first_remote_));
    auto parameters = make_parameters();
    const auto own_id = make_connection_id();
    auto to = to_socket_address(first_remote_);
    const auto its_path = path_from(to);
    int code = 0;
    if (outgoing_) {
        const auto first_id = random_connection_id(NGTCP2_MAX_CIDLEN);
        code = ngtcp2_conn_client_new(&connection_, &first_id, &own_id, &its_path, NGTCP2_PROTO_VER_V1,
                                      &callbacks, &settings, &parameters, nullptr, this);
    } else {
        parameters.original_dcid = first_id_.value_or(header->dcid);
        if (first_id_) {
            parameters.retry_scid = header->dcid;
            parameters.retry_scid_present = 1;
            settings.token = header->token;
        }
        code = ngtcp2_conn_server_new(&connection_, &header->scid, &own_id, &its_path, header->version,
                                      &callbacks, &settings, &parameters, nullptr, this);
    }
    if (code != 0) {
        host_.remove_connection_id(own_id);
        return fail(ErrorCode::internal, fmt::format("QUIC: {}", ngtcp2_strerror(code)));
    }
    ngtcp2_conn_set_tls_native_handle(connection_, tls_->handle());
    ngtcp2_conn_set_keep_alive_timeout(connection_, nanoseconds(QuicConnection::keep_alive));
    return {};
}

ngtcp2_cid QuicConnection::make_connection_id()
{
    auto id = random_connection_id(connection_id_size);
    while (!host_.add_connection_id(id, *this)) {
        id = random_connection_id(connection_id_size);
    }
    return id;
}

/// ngtcp2 is told one local address for ever: which of ours a packet came to is the socket's business, and a
/// laptop that changes networks keeps its connections.
ngtcp2_path QuicConnection::path_from(sockaddr_in6& remote)
{
    return {{reinterpret_cast<ngtcp2_sockaddr*>(&any_), sizeof any_},
            {reinterpret_cast<ngtcp2_sockaddr*>(&remote), sizeof remote},
            nullptr};
}

Address QuicConnection::remote() const
{
    const auto& address = ngtcp2_conn_get_path(connection_)->remote;
    return to_address(*reinterpret_cast<const sockaddr_in6*>(address.addr));
}

void QuicConnection::on_datagram(const Datagram& datagram, TimePoint now)
{
    if (closed_) {
        return;
    }
    shared_->stats.bytes_received.fetch_add(datagram.bytes.size(), std::memory_order_relaxed);
    refused_at_.reset();
    const auto before = remote();
    if (datagram.remote != before && std::ranges::find(left_, datagram.remote) != left_.end()) {
        return;  // ngtcp2 0.12 asserts where a peer comes back while its new path is being checked; it will
                 // dial anew
    }
    auto from = to_socket_address(datagram.remote);
    const auto its_path = path_from(from);
    const ngtcp2_pkt_info info{};
    const int code = ngtcp2_conn_read_pkt(connection_, &its_path, &info, datagram.bytes.data(),
                                          datagram.bytes.size(), to_timestamp(now));
    const auto after = remote();
    if (after != before) {
        left_.push_back(before);
    }
    if (code == 0 && outgoing_ && !established_) {
        host_.on_answered(*this);
    }
    if (code == 0 && !refusal_ && left_.size() <= max_moves) {
        if (!outgoing_ && datagram.remote == after) {
            local_ = datagram.local;
        }
        return;
    }
    if (code == NGTCP2_ERR_DRAINING) {
        ngtcp2_connection_close_error error{};
        ngtcp2_conn_get_connection_close_error(connection_, &error);
        const std::string reason(reinterpret_cast<const char*>(error.reason), error.reasonlen);
        end({established_ ? ErrorCode::unavailable : ErrorCode::refused,
             reason.empty() ? "the peer closed the connection" : reason});
    } else if (code == NGTCP2_ERR_DROP_CONN || code == NGTCP2_ERR_RETRY) {
        end({ErrorCode::refused, "the peer broke off the handshake"});
    } else if (code == 0 && !refusal_) {
        close({ErrorCode::refused, "the peer changes its address too often"});
    } else if (refusal_) {
        send_close(code, *refusal_);
        end(*refusal_);
    } else {
        const Error error{ErrorCode::refused, fmt::format("the connection broke: {}", ngtcp2_strerror(code))};
        send_close(code, error);
        end(error);
    }
}

void QuicConnection::close(const Error& reason)
{
    if (!closed_) {
        send_close(0, reason);
        end(reason);
    }
}

void QuicConnection::end(const Error& reason)
{
    if (std::exchange(closed_, true)) {
        return;
    }
    failure_ = reason;
    timer_.cancel();
    for (const auto& [id, stream] : streams_) {
        stream->fail_all(reason);
        stream->release();
    }
    streams_.clear();
    ready_.clear();
    for (const auto& opened : waiting_to_open_) {
        opened->set(fail(reason));
    }
    waiting_to_open_.clear();
    asio::post(shared_->owner, [shared = shared_, text = reason.message] {
        shared->at_owner.is_open = false;
        shared->at_owner.close_reason = text;
        shared->at_owner.incoming.close();
        shared->at_owner.closed.notify_all();
    });
    host_.on_closed(*this);
}

void QuicConnection::update_shared_stats()
{
    ngtcp2_conn_stat stat{};
    ngtcp2_conn_get_conn_stat(connection_, &stat);
    shared_->stats.round_trip_ns.store(stat.smoothed_rtt, std::memory_order_relaxed);
    shared_->stats.key_updates.store(key_updates_, std::memory_order_relaxed);
    shared_->stats.mtu.store(static_cast<std::uint32_t>(path_mtu_.current()), std::memory_order_relaxed);
}

}  // namespace lanspread::transport
