#pragma once

#include <array>
#include <atomic>
#include <optional>
#include <thread>
#include <unordered_set>

#include <boost/asio/posix/stream_descriptor.hpp>

#include "async/queue.h"
#include "transport/address_token.h"
#include "transport/endpoint.h"
#include "transport/handshake_gate.h"
#include "transport/quic_connection.h"

namespace lanspread::transport {

/// The network thread's side of an endpoint: sorts datagrams to their connections, and accepts new ones.
class NetworkSide final : public ConnectionHost {
public:
    using Accepted = std::function<void(const std::shared_ptr<QuicConnection>&)>;
    using Dialled = std::shared_ptr<OneShot<Result<SharedConnection>>>;

    NetworkSide(std::shared_ptr<NetworkLoop> loop, Executor owner, Identity identity, UdpSocket socket,
                Endpoint::Options options, Accepted on_accepted);
    ~NetworkSide() override;

    // On the network thread.
    void start() { wait_until_readable(); }
    void dial(Address remote, std::optional<PeerId> expected, Dialled dialled,
              std::shared_ptr<DialProgress> progress);
    void close_all(const Error& reason);

    // ConnectionHost
    UdpSocket& socket() override { return socket_; }
    const CipherProvider& ciphers() const override { return ciphers_; }
    const Identity& identity() const override { return identity_; }
    std::uint64_t packets_per_key() const override { return options_.packets_per_key; }
    const Executor& owner() const override { return owner_; }
    const std::shared_ptr<NetworkLoop>& loop() const override { return loop_; }
    std::span<std::uint8_t> batch_buffer() override { return batch_; }
    bool add_connection_id(const ngtcp2_cid& cid, QuicConnection& connection) override;
    void remove_connection_id(const ngtcp2_cid& cid) override;
    void wait_until_writable(QuicConnection& connection) override;
    void send_mtu_probe(QuicConnection& connection, std::size_t size) override;
    void count_sent(std::size_t bytes) override { stats_.sent.fetch_add(bytes, std::memory_order_relaxed); }
    bool hold_back(std::ptrdiff_t bytes) override;
    [[nodiscard]] bool is_own_end(const QuicConnection& dial) const override;
    void on_answered(QuicConnection& dial) override;
    void on_established(QuicConnection& connection) override;
    void on_closed(QuicConnection& connection) override;

    struct Stats {
        std::atomic<std::uint64_t> sent{0};
        std::atomic<std::uint64_t> received{0};
    };
    [[nodiscard]] const Stats& stats() const { return stats_; }

private:
    using ShortId = std::array<std::uint8_t, QuicConnection::connection_id_size>;

    void wait_until_readable();
    void receive();
    void on_datagram(const Datagram& datagram, TimePoint now);
    /// False where it is none.
    [[nodiscard]] bool take_mtu_datagram(const Datagram& datagram);
    void on_refusal(const Refusal& refusal, TimePoint now);
    [[nodiscard]] static std::string key_of(const std::uint8_t* id, std::size_t size);
    /// The connection is one of connections_; null: nobody's.
    [[nodiscard]] QuicConnection* connection_for(const Datagram& datagram, TimePoint now);
    [[nodiscard]] QuicConnection* find_or_accept(const Datagram& datagram, TimePoint now);
    [[nodiscard]] QuicConnection* accept(const Datagram& datagram, TimePoint now);

    const std::shared_ptr<NetworkLoop> loop_;
    const Executor owner_;
    const Identity identity_;
    UdpSocket socket_;
    const Endpoint::Options options_;
    const Accepted on_accepted_;
    const CipherProvider& ciphers_;
    asio::posix::stream_descriptor readiness_;
    std::vector<std::uint8_t> receive_buffer_;
    unsigned turns_ = 0;  // of receiving
    std::vector<std::uint8_t> batch_;
    std::ptrdiff_t held_back_ = 0;
    std::unordered_map<std::string, QuicConnection*> by_id_;
    std::unordered_map<QuicConnection*, std::shared_ptr<QuicConnection>> connections_;
    /// The id in the last datagram with a short header, and its connection: those of a batch are all for one.
    std::optional<ShortId> latest_id_;
    QuicConnection* latest_ = nullptr;
    std::unordered_map<QuicConnection*, Dialled> dialling_;
    /// Of those that nobody has answered yet.
    std::unordered_map<QuicConnection*, std::shared_ptr<DialProgress>> unanswered_;
    HandshakeGate gate_;
    AddressTokens tokens_;
    std::vector<std::shared_ptr<QuicConnection>> touched_;
    std::vector<std::weak_ptr<QuicConnection>> waiting_to_write_;
    Stats stats_;
};

}  // namespace lanspread::transport
