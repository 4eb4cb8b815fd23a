#include "transport/hostile_client_test.h"

#include "transport/hostile_callbacks_test.h"
#include "transport/quic_connection.h"

#include <ngtcp2/ngtcp2_crypto_gnutls.h>
#include <poll.h>

namespace lanspread::transport {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t packet_size = 1200;

ngtcp2_tstamp now() { return to_timestamp(Clock::now()); }

}  // namespace

HostileClient::HostileClient(Options options) : port_(options.port), meanwhile_(options.meanwhile)
{
    sockets_.emplace_back(port_, options.host);
    start_tls(options);
    start_quic();
}

HostileClient::~HostileClient()
{
    ngtcp2_conn_del(connection_);
    gnutls_deinit(tls_);
}

void HostileClient::start_tls(const Options& options)
{
    const gnutls_datum_t protocol{
        reinterpret_cast<unsigned char*>(const_cast<char*>(options.protocol.data())),
        static_cast<unsigned>(options.protocol.size())};
    must(gnutls_init(&tls_, GNUTLS_CLIENT) == 0 &&
             gnutls_priority_set_direct(tls_, "NORMAL:-VERS-ALL:+VERS-TLS1.3:%DISABLE_TLS13_COMPAT_MODE",
                                        nullptr) == 0 &&
             ngtcp2_crypto_gnutls_configure_client_session(tls_) == 0 &&
             gnutls_credentials_set(tls_, GNUTLS_CRD_CERTIFICATE, options.credentials) == 0 &&
             (options.protocol.empty() || gnutls_alpn_set_protocols(tls_, &protocol, 1, 0) == 0),
         "no TLS");
    gnutls_session_set_ptr(tls_, &reference_);
    reference_.user_data = this;
    reference_.get_conn = [](ngtcp2_crypto_conn_ref* reference) {
        return HostileCallbacks::self(reference->user_data).connection_;
    };
}

void HostileClient::start_quic()
{
    const auto callbacks = HostileCallbacks::make();
    ngtcp2_settings settings{};
    ngtcp2_settings_default(&settings);
    settings.initial_ts = now();
    settings.max_tx_udp_payload_size = packet_size;
    settings.no_pmtud = 1;
    ngtcp2_transport_params parameters{};
    ngtcp2_transport_params_default(&parameters);
    constexpr std::uint64_t window = 64 * 1024 * 1024;
    parameters.initial_max_data = window;
    parameters.initial_max_stream_data_bidi_local = window;
    parameters.active_connection_id_limit = 8;
    ngtcp2_cid to{};
    ngtcp2_cid from{};
    to.datalen = NGTCP2_MAX_CIDLEN;
    from.datalen = NGTCP2_MIN_INITIAL_DCIDLEN;
    HostileCallbacks::random(to.data, to.datalen, nullptr);
    HostileCallbacks::random(from.data, from.datalen, nullptr);
    const auto its_path = path();
    must(ngtcp2_conn_client_new(&connection_, &to, &from, &its_path, NGTCP2_PROTO_VER_V1, &callbacks,
                                &settings, &parameters, nullptr, this) == 0,
         "no QUIC");
    ngtcp2_conn_set_tls_native_handle(connection_, tls_);
}

/// One path for all sockets: the client does not know that it moves.
ngtcp2_path HostileClient::path()
{
    static thread_local sockaddr_in any{};
    static thread_local sockaddr_in server{};
    any = loopback_address(0);
    server = loopback_address(port_);
    return {{reinterpret_cast<ngtcp2_sockaddr*>(&any), sizeof any},
            {reinterpret_cast<ngtcp2_sockaddr*>(&server), sizeof server},
            nullptr};
}

bool HostileClient::drive_until(const std::function<bool()>& condition, std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    bool holds = condition();
    while (!holds && Clock::now() < deadline) {
        turn(1ms);
        holds = condition();
    }
    return holds;
}

void HostileClient::drive_for(std::chrono::milliseconds time)
{
    drive_until([] { return false; }, time);
}

bool HostileClient::connect()
{
    return drive_until([this] { return confirmed_ || closed_; }) && confirmed_ && !closed_;
}

bool HostileClient::wait_until_closed()
{
    return drive_until([this] { return closed_; });
}

void HostileClient::turn(std::chrono::milliseconds wait)
{
    flush();
    std::vector<pollfd> readable;
    for (const auto& socket : sockets_) {
        readable.push_back({socket.descriptor(), POLLIN, 0});
    }
    ::poll(readable.data(), readable.size(), static_cast<int>(wait.count()));
    receive();
    if (!closed_ && ngtcp2_conn_get_expiry(connection_) <= now() &&
        ngtcp2_conn_handle_expiry(connection_, now()) != 0) {
        closed_ = true;
    }
    flush();
    meanwhile_();
}

void HostileClient::receive()
{
    for (std::size_t i = 0; i < sockets_.size(); ++i) {
        while (const auto datagram = sockets_[i].receive()) {
            constexpr std::string_view mtu_probe("\0LSM", 4);
            if (closed_ || datagram->starts_with(mtu_probe) || loses(i)) {
                continue;
            }
            const auto its_path = path();
            const ngtcp2_pkt_info info{};
            const auto* bytes = reinterpret_cast<const std::uint8_t*>(datagram->data());
            closed_ =
                ngtcp2_conn_read_pkt(connection_, &its_path, &info, bytes, datagram->size(), now()) != 0;
        }
    }
}

void HostileClient::flush()
{
    std::size_t taken = 0;
    while (write_packet(-1, {}, false, taken)) {
    }
}

bool HostileClient::write_packet(std::int64_t stream, std::string_view bytes, bool finish, std::size_t& taken)
{
    if (closed_) {
        return false;
    }
    std::array<std::uint8_t, packet_size> out{};
    ngtcp2_vec part{reinterpret_cast<std::uint8_t*>(const_cast<char*>(bytes.data())), bytes.size()};
    ngtcp2_ssize accepted = -1;
    HostileCallbacks::writing = this;
    const auto written = ngtcp2_conn_writev_stream(connection_, nullptr, nullptr, out.data(), out.size(),
                                                   &accepted, finish ? NGTCP2_WRITE_STREAM_FLAG_FIN : 0U,
                                                   stream, &part, bytes.empty() ? 0 : 1, now());
    HostileCallbacks::writing = nullptr;
    if (written <= 0) {
        closed_ = closed_ || (written < 0 && ngtcp2_err_is_fatal(static_cast<int>(written)) != 0);
        return false;
    }
    taken += accepted > 0 ? static_cast<std::size_t>(accepted) : 0;
    const std::string_view datagram(reinterpret_cast<const char*>(out.data()),
                                    static_cast<std::size_t>(written));
    if (first_datagram_.empty()) {
        first_datagram_ = datagram;
    }
    sockets_[socket_].send(datagram);
    ngtcp2_conn_update_pkt_tx_time(connection_, now());
    return true;
}

std::optional<std::int64_t> HostileClient::open_stream()
{
    std::int64_t id = -1;
    return ngtcp2_conn_open_bidi_stream(connection_, &id, nullptr) == 0 ? std::optional(id) : std::nullopt;
}

std::size_t HostileClient::send(std::int64_t stream, std::string bytes, bool finish)
{
    constexpr auto quiet = 100ms;
    const std::string_view all = written_.emplace_back(std::move(bytes));
    std::size_t taken = 0;
    auto progress = Clock::now();
    do {
        const auto before = taken;
        const bool sent = write_packet(stream, all.substr(taken), finish, taken);
        if (taken > before) {
            progress = Clock::now();
        }
        if (!sent && taken < all.size()) {
            turn(1ms);
        }
    } while (taken < all.size() && !closed_ && Clock::now() < progress + quiet);
    return taken;
}

std::optional<std::int64_t> HostileClient::ask(unsigned seed)
{
    const auto stream = open_stream();
    if (stream) {
        const auto number = std::to_string(seed);
        send(*stream, std::string(3, '\0') + static_cast<char>(number.size()) + number, true);
    }
    return stream;
}

void HostileClient::stop_reading(std::int64_t stream)
{
    static_cast<void>(ngtcp2_conn_shutdown_stream_read(connection_, stream, 1));
}

void HostileClient::stop_writing(std::int64_t stream)
{
    static_cast<void>(ngtcp2_conn_shutdown_stream_write(connection_, stream, 1));
}

void HostileClient::send_tls(std::string_view bytes)
{
    must(ngtcp2_conn_submit_crypto_data(connection_, NGTCP2_CRYPTO_LEVEL_APPLICATION,
                                        reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                        bytes.size()) == 0,
         "no CRYPTO frame");
}

void HostileClient::send_frames(std::string frames)
{
    flush();
    send_tls(frames);  // makes room of that size in a packet
    replacement_ = std::move(frames);
    must(drive_until([this] { return replacement_.empty() || closed_; }), "the packet was not sent");
}

void HostileClient::move_to(std::size_t socket)
{
    while (sockets_.size() <= socket) {
        sockets_.emplace_back(port_);
    }
    socket_ = socket;
}

}  // namespace lanspread::transport
