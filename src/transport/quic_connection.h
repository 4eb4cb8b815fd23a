#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include <netinet/in.h>
#include <ngtcp2/ngtcp2.h>
#include <ngtcp2/ngtcp2_crypto.h>
#include <boost/asio/steady_timer.hpp>

#include "base/address.h"
#include "base/clock.h"
#include "transport/connection_core.h"
#include "transport/delay_window.h"
#include "transport/packet_cipher.h"
#include "transport/path_mtu.h"
#include "transport/stream_core.h"
#include "transport/tls_session.h"
#include "transport/udp_socket.h"

namespace lanspread::transport {

class QuicConnection;

/// What a connection needs of the endpoint that it belongs to. All on the network thread.
class ConnectionHost {
public:
    virtual ~ConnectionHost() = default;

    [[nodiscard]] virtual UdpSocket& socket() = 0;
    [[nodiscard]] virtual const CipherProvider& ciphers() const = 0;
    [[nodiscard]] virtual const Identity& identity() const = 0;
    [[nodiscard]] virtual std::uint64_t packets_per_key() const = 0;
    [[nodiscard]] virtual const Executor& owner() const = 0;
    [[nodiscard]] virtual const std::shared_ptr<NetworkLoop>& loop() const = 0;
    /// 64 KiB to build a batch of packets in, for the time of one call.
    [[nodiscard]] virtual std::span<std::uint8_t> batch_buffer() = 0;

    /// Packets for `cid` are this connection's from now on / no more. False where it is taken already.
    [[nodiscard]] virtual bool add_connection_id(const ngtcp2_cid& cid, QuicConnection& connection) = 0;
    virtual void remove_connection_id(const ngtcp2_cid& cid) = 0;
    /// The socket took nothing: `on_writable` is to be called once it does.
    virtual void wait_until_writable(QuicConnection& connection) = 0;
    virtual void send_mtu_probe(QuicConnection& connection, std::size_t size) = 0;
    virtual void count_sent(std::size_t bytes) = 0;
    /// `bytes` more (or, below 0, fewer) have arrived that nobody has asked for yet. False where all
    /// connections together hold too much of that: then this one has to end.
    [[nodiscard]] virtual bool hold_back(std::ptrdiff_t bytes) = 0;
    /// Whether the other end of this dial is a connection of this very endpoint.
    [[nodiscard]] virtual bool is_own_end(const QuicConnection& dial) const = 0;
    /// Somebody answers the dial; the handshake is not done yet. Told again with each of its datagrams.
    virtual void on_answered(QuicConnection& dial) = 0;
    /// The handshake is done, both sides are proven.
    virtual void on_established(QuicConnection& connection) = 0;
    /// The connection has ended and may be forgotten, later.
    virtual void on_closed(QuicConnection& connection) = 0;
};

/// A QUIC connection on the network thread, around one ngtcp2_conn: datagrams and time in, datagrams and
/// stream events out.
class QuicConnection : public std::enable_shared_from_this<QuicConnection> {
public:
    /// Of those that we choose: each packet to us carries one, so 4 bytes rather than 8 are 0.3 % of the
    /// link.
    static constexpr std::size_t connection_id_size = 4;
    /// How long a handshake may take.
    static constexpr std::chrono::seconds handshake_timeout{12};
    /// After so much silence the peer is asked for a sign of life.
    static constexpr std::chrono::seconds keep_alive{5};

    /// A connection that we dial. `expected`: the only peer that is accepted, where given.
    [[nodiscard]] static Result<std::shared_ptr<QuicConnection>> dial(ConnectionHost& host, Address remote,
                                                                      std::optional<PeerId> expected);
    /// A connection that a peer begins with the Initial packet whose header is `header`. `first_id` is the
    /// connection id that it chose at first, where a Retry packet has made it begin anew.
    [[nodiscard]] static Result<std::shared_ptr<QuicConnection>> accept(
        ConnectionHost& host, Address remote, const ngtcp2_pkt_hd& header,
        const std::optional<ngtcp2_cid>& first_id);
    ~QuicConnection();
    QuicConnection(const QuicConnection&) = delete;
    QuicConnection& operator=(const QuicConnection&) = delete;

    void on_datagram(const Datagram& datagram, TimePoint now);
    /// The peer's host says that nobody listens there any more. Believed where it quotes a packet of this
    /// connection, and nothing is heard of the peer for a second: a process that was killed is not waited for
    /// in vain.
    void on_refusal(const Refusal& refusal, TimePoint now);
    void on_writable();
    void on_mtu_answer(std::size_t size) { path_mtu_.on_answer(size); }
    /// Sends what there is to send and may be sent now, and sets the timer.
    void write(TimePoint now);
    /// Ends the connection; the peer is told `reason`.
    void close(const Error& reason);

    /// Where the peer is now: it may have moved since the connection began (RFC 9000 §9).
    [[nodiscard]] Address remote() const;
    [[nodiscard]] const Address& local() const { return local_; }
    [[nodiscard]] bool is_outgoing() const { return outgoing_; }
    [[nodiscard]] bool is_established() const { return established_; }
    [[nodiscard]] std::uint64_t mtu_nonce() const { return mtu_nonce_; }
    [[nodiscard]] const std::shared_ptr<Connection::Core>& shared() const { return shared_; }
    /// Why it ended.
    [[nodiscard]] const Error& failure() const { return failure_; }
    /// For an incoming connection, the id that the client's first packets carry.
    [[nodiscard]] const ngtcp2_cid& original_id() const { return original_id_; }
    /// Whether `incoming` is the other end of this dial: both are of this endpoint.
    [[nodiscard]] bool is_other_end(const QuicConnection& incoming) const;

    // What the handles ask for, posted here.
    using OpenedStream = std::shared_ptr<OneShot<Result<std::shared_ptr<Stream>>>>;
    void open_stream(OpenedStream opened);
    void write_stream(Stream::Core& stream, Stream::Core::Piece piece, bool finish);
    void read_stream(Stream::Core& stream, std::shared_ptr<ReadOperation> operation);
    void drop_stream(Stream::Core& stream);
    void cancel_stream(Stream::Core& stream, const Error& reason);

private:
    friend struct StreamCallbacks;  // quic_streams.cpp: what ngtcp2 tells about streams
    friend struct CryptoCallbacks;  // quic_connection.cpp: what ngtcp2 and TLS tell about keys

    QuicConnection(ConnectionHost& host, Address remote, bool outgoing);
    [[nodiscard]] Result<void> start(const ngtcp2_pkt_hd* header);
    [[nodiscard]] ngtcp2_path path_from(sockaddr_in6& remote);
    /// A new one of connection_id_size, known to the host.
    [[nodiscard]] ngtcp2_cid make_connection_id();
    void update_shared_stats();

    // Writing, in quic_write.cpp.
    enum class BatchOutcome { sent, nothing_to_send, stopped };
    [[nodiscard]] BatchOutcome write_batch(TimePoint now);
    [[nodiscard]] std::ptrdiff_t write_packet(std::span<std::uint8_t> out, ngtcp2_tstamp now, Address& to);
    [[nodiscard]] bool send(const Address& to, std::span<const std::uint8_t> bytes, std::size_t segment);
    [[nodiscard]] std::size_t packet_size() const;
    [[nodiscard]] std::uint64_t room_for_streams(TimePoint now);
    void make_ready(Stream::Core& stream);
    [[nodiscard]] Stream::Core* next_ready();
    void update_key_when_due(ngtcp2_tstamp now);
    void send_close(int library_error, const Error& reason);
    void end(const Error& reason);

    // Timers, in quic_timers.cpp, where also on_refusal is.
    void set_timer(TimePoint now);
    void on_timer();

    // Streams, in quic_streams.cpp.
    [[nodiscard]] std::shared_ptr<Stream::Core> make_stream(std::int64_t id);
    void open_waiting_streams();
    void forget_stream(Stream::Core& stream);
    void allow_another(const Stream::Core& stream);
    void consumed(Stream::Core& stream, std::size_t bytes);
    void let_go(Stream::Core& stream);
    [[nodiscard]] bool hold_back(std::ptrdiff_t bytes);

    ConnectionHost& host_;
    const Address first_remote_;
    std::vector<Address> left_;  ///< where the peer was before it moved
    Address local_;  ///< the address of ours that the peer's packets come to; unspecified where we dialled
    sockaddr_in6 any_{};
    const bool outgoing_;
    std::optional<PeerId> expected_;
    ngtcp2_cid original_id_{};
    std::optional<ngtcp2_cid> first_id_;  ///< where that is another: what the client chose before a Retry
    ngtcp2_crypto_conn_ref reference_{};
    std::unique_ptr<TlsSession> tls_;
    ngtcp2_conn* connection_ = nullptr;
    std::shared_ptr<Connection::Core> shared_;
    PathMtu path_mtu_;
    DelayWindow delay_window_;
    std::uint64_t mtu_nonce_ = 0;
    asio::steady_timer timer_;
    std::optional<TimePoint> timer_set_for_;    ///< while it runs
    std::optional<TimePoint> refused_at_;       ///< since when the peer's host says that nobody is there
    std::optional<TimePoint> suspected_until_;  ///< asked more often until then, for it was refused
    std::vector<std::uint8_t> unsent_;          ///< a batch that the socket did not take
    std::size_t unsent_segment_ = 0;
    Address unsent_to_;
    std::unordered_map<std::int64_t, std::shared_ptr<Stream::Core>> streams_;
    std::deque<std::shared_ptr<Stream::Core>> ready_;
    std::deque<OpenedStream> waiting_to_open_;
    std::optional<Error> refusal_;  ///< why the handshake is ended from inside a callback
    Error failure_;
    std::ptrdiff_t held_back_ = 0;  ///< bytes that arrived before anybody asked for them
    std::uint64_t packets_with_this_key_ = 0;
    std::uint32_t key_updates_ = 0;
    std::uint64_t room_ = 0;  ///< bytes of streams that may still be sent in the write that is going on
    bool established_ = false;
    bool closed_ = false;
};

[[nodiscard]] ngtcp2_tstamp to_timestamp(TimePoint time);
/// For ngtcp2, which counts in them.
[[nodiscard]] constexpr std::uint64_t nanoseconds(std::chrono::nanoseconds duration)
{
    return static_cast<std::uint64_t>(duration.count());
}

}  // namespace lanspread::transport
