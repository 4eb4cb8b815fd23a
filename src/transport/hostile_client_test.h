#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gnutls/gnutls.h>
#include <ngtcp2/ngtcp2.h>
#include <ngtcp2/ngtcp2_crypto.h>

#include "transport/loopback_socket_test.h"

/// For tests: a peer that breaks the rules, made directly on ngtcp2 so that nothing of the transport keeps it
/// from doing so.
namespace lanspread::transport {

/// A QUIC client of one thread that is driven by calls. The other side's owner gets its turns through
/// `meanwhile`.
class HostileClient {
public:
    struct Options {
        std::uint16_t port = 0;
        gnutls_certificate_credentials_t credentials = nullptr;  ///< the caller's; outlives the client
        std::string protocol = "lanspread/1";
        std::function<void()> meanwhile = [] {};
        std::uint8_t host = 1;  ///< it is 127.0.0.`host`
    };
    explicit HostileClient(Options options);
    ~HostileClient();
    HostileClient(const HostileClient&) = delete;
    HostileClient& operator=(const HostileClient&) = delete;

    /// Sends, receives and lets timers fire until `condition` holds; false where it does not in time.
    bool drive_until(const std::function<bool()>& condition,
                     std::chrono::milliseconds patience = std::chrono::seconds(5));
    void drive_for(std::chrono::milliseconds time);
    /// Sends the first packet, and listens to nothing.
    void begin() { flush(); }
    /// Drives until the server has confirmed the handshake; false where it refused.
    bool connect();
    /// Drives until the other side has closed the connection.
    bool wait_until_closed();
    [[nodiscard]] bool is_closed() const { return closed_; }
    [[nodiscard]] std::uint64_t received() const { return received_; }  ///< bytes on all streams
    [[nodiscard]] const std::string& first_datagram() const { return first_datagram_; }

    /// Nothing where the server allows no more streams now.
    std::optional<std::int64_t> open_stream();
    /// Returns how many of the bytes flow control let out; it gives up once both sides have been quiet for a
    /// while.
    std::size_t send(std::int64_t stream, std::string bytes, bool finish);
    /// Opens a stream and asks for chunk `seed`.
    std::optional<std::int64_t> ask(unsigned seed);
    void stop_reading(std::int64_t stream);  ///< STOP_SENDING
    void stop_writing(std::int64_t stream);  ///< RESET_STREAM
    /// Sends TLS bytes after the handshake.
    void send_tls(std::string_view bytes);
    /// Sends one packet that holds `frames` and nothing else, whatever they are.
    void send_frames(std::string frames);

    /// Sends from another socket from now on.
    void move_to(std::size_t socket);
    /// Asked for each datagram that comes to a socket: true where it is to be lost.
    std::function<bool(std::size_t socket)> loses = [](std::size_t) { return false; };

private:
    friend struct HostileCallbacks;

    void start_tls(const Options& options);
    void start_quic();
    void turn(std::chrono::milliseconds wait);
    void receive();
    void flush();
    /// One packet; false where there is none to send now.
    bool write_packet(std::int64_t stream, std::string_view bytes, bool finish, std::size_t& taken);
    [[nodiscard]] ngtcp2_path path();

    const std::uint16_t port_;
    const std::function<void()> meanwhile_;
    std::vector<LoopbackSocket> sockets_;
    std::size_t socket_ = 0;
    gnutls_session_t tls_ = nullptr;
    ngtcp2_conn* connection_ = nullptr;
    ngtcp2_crypto_conn_ref reference_{};
    std::deque<std::string> written_;  ///< ngtcp2 points into it until it is acknowledged
    std::string replacement_;          ///< for the plaintext of the next packet
    std::string first_datagram_;
    std::uint64_t received_ = 0;
    bool confirmed_ = false;
    bool closed_ = false;
};

}  // namespace lanspread::transport
