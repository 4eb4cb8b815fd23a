#include "transport/endpoint_core.h"

#include <cstring>

namespace lanspread::transport {

namespace {

constexpr std::size_t receive_size = 64 * 1024;

/// Bytes of all connections together that arrived before anybody asked for them. An honest peer leaves a
/// fraction of a chunk.
constexpr std::ptrdiff_t max_held_back = 256 * 1024 * 1024;

// Probes for the path MTU are datagrams of our own, told from QUIC by their first byte, which has QUIC's
// fixed bit clear (RFC 9443; our connections promise never to grease it): 0x00 "LSM", a kind, the size probed
// (2 bytes), the connection's nonce (8 bytes), then zeros.
constexpr std::array<std::uint8_t, 4> mtu_magic{0x00, 'L', 'S', 'M'};
constexpr std::uint8_t mtu_probe = 1;
constexpr std::uint8_t mtu_answer = 2;
constexpr std::size_t mtu_header = 15;

std::vector<std::uint8_t> mtu_datagram(std::uint8_t kind, std::size_t probed, std::uint64_t nonce,
                                       std::size_t size)
{
    std::vector<std::uint8_t> bytes(size);
    std::copy(mtu_magic.begin(), mtu_magic.end(), bytes.begin());
    bytes[4] = kind;
    bytes[5] = static_cast<std::uint8_t>(probed >> 8);
    bytes[6] = static_cast<std::uint8_t>(probed);
    std::memcpy(bytes.data() + 7, &nonce, sizeof nonce);
    return bytes;
}

bool is_mtu_datagram(std::span<const std::uint8_t> bytes)
{
    return bytes.size() >= mtu_header && std::equal(mtu_magic.begin(), mtu_magic.end(), bytes.begin());
}

const CipherProvider& choose_ciphers(bool allow_fast)
{
    const auto* fast = allow_fast ? ipsec_mb_ciphers() : nullptr;
    return fast != nullptr ? *fast : gnutls_ciphers();
}

}  // namespace

NetworkSide::NetworkSide(std::shared_ptr<NetworkLoop> loop, Executor owner, Identity identity,
                         UdpSocket socket, Endpoint::Options options, Accepted on_accepted)
    : loop_(std::move(loop)),
      owner_(std::move(owner)),
      identity_(std::move(identity)),
      socket_(std::move(socket)),
      options_(options),
      on_accepted_(std::move(on_accepted)),
      ciphers_(choose_ciphers(options.allow_fast_aead)),
      readiness_(loop_->io, socket_.descriptor()),
      receive_buffer_(receive_size),
      batch_(receive_size)
{
}

NetworkSide::~NetworkSide()
{
    readiness_.release();  // the descriptor is the socket's to close
}

void NetworkSide::dial(Address remote, std::optional<PeerId> expected, Dialled dialled,
                       std::shared_ptr<DialProgress> progress)
{
    const auto connection = QuicConnection::dial(*this, remote, std::move(expected));
    if (!connection) {
        dialled->set(fail(connection.error()));
        return;
    }
    connections_.emplace(connection->get(), *connection);
    dialling_.emplace(connection->get(), std::move(dialled));
    if (progress) {
        unanswered_.emplace(connection->get(), std::move(progress));
    }
    (*connection)->write(Clock::now());
}

bool NetworkSide::is_own_end(const QuicConnection& dial) const
{
    return std::any_of(connections_.begin(), connections_.end(),
                       [&dial](const auto& entry) { return dial.is_other_end(*entry.second); });
}

void NetworkSide::on_answered(QuicConnection& dial)
{
    if (auto waiting = unanswered_.extract(&dial)) {
        asio::post(owner_, [progress = std::move(waiting.mapped())] {
            progress->is_answered = true;
            progress->changed.notify_all();
        });
    }
}

void NetworkSide::on_established(QuicConnection& connection)
{
    gate_.ended(&connection);
    const auto shared = connection.shared_from_this();
    if (const auto dialled = dialling_.find(&connection); dialled != dialling_.end()) {
        // The handle must neither be made nor dropped on this thread: it is its owner's.
        auto waiting = std::move(dialled->second);
        dialling_.erase(dialled);
        asio::post(owner_, [waiting = std::move(waiting), made = connection.shared()] {
            waiting->set(std::make_shared<Connection>(made));
        });
    } else {
        remove_connection_id(connection.original_id());
        on_accepted_(shared);
    }
}

void NetworkSide::on_closed(QuicConnection& connection)
{
    gate_.ended(&connection);
    unanswered_.erase(&connection);
    if (const auto dialled = dialling_.find(&connection); dialled != dialling_.end()) {
        dialled->second->set(fail(connection.failure()));
        dialling_.erase(dialled);
    }
    // Later: it may be the caller.
    asio::post(loop_->io, [this, key = &connection] {
        std::erase_if(by_id_, [key](const auto& entry) { return entry.second == key; });
        latest_id_.reset();
        connections_.erase(key);
    });
}

void NetworkSide::close_all(const Error& reason)
{
    const auto all = connections_;
    for (const auto& [key, connection] : all) {
        connection->close(reason);
    }
    boost::system::error_code ignored;
    readiness_.cancel(ignored);
}

bool NetworkSide::hold_back(std::ptrdiff_t bytes)
{
    held_back_ += bytes;
    return held_back_ <= max_held_back;
}

std::string NetworkSide::key_of(const std::uint8_t* id, std::size_t size)
{
    return {reinterpret_cast<const char*>(id), size};
}

bool NetworkSide::add_connection_id(const ngtcp2_cid& cid, QuicConnection& connection)
{
    return by_id_.try_emplace(key_of(cid.data, cid.datalen), &connection).second;
}

void NetworkSide::remove_connection_id(const ngtcp2_cid& cid)
{
    by_id_.erase(key_of(cid.data, cid.datalen));
    latest_id_.reset();
}

void NetworkSide::wait_until_writable(QuicConnection& connection)
{
    waiting_to_write_.push_back(connection.weak_from_this());
    if (waiting_to_write_.size() > 1) {
        return;
    }
    readiness_.async_wait(asio::posix::stream_descriptor::wait_write,
                          [this](const boost::system::error_code& error) {
                              for (const auto& weak : std::exchange(waiting_to_write_, {})) {
                                  if (const auto waiting = weak.lock(); waiting && !error) {
                                      waiting->on_writable();
                                  }
                              }
                          });
}

void NetworkSide::send_mtu_probe(QuicConnection& connection, std::size_t size)
{
    const auto bytes = mtu_datagram(mtu_probe, size, connection.mtu_nonce(), size);
    static_cast<void>(socket_.send(connection.remote(), connection.local(), bytes, bytes.size()));
}

/// A probe is answered only to where a peer of ours is, and with less than it brought. An answer counts only
/// with the nonce that its connection made up.
bool NetworkSide::take_mtu_datagram(const Datagram& datagram)
{
    if (!is_mtu_datagram(datagram.bytes)) {
        return false;
    }
    const std::size_t size = std::size_t{datagram.bytes[5]} << 8 | datagram.bytes[6];
    std::uint64_t nonce = 0;
    std::memcpy(&nonce, datagram.bytes.data() + 7, sizeof nonce);
    for (const auto& [key, connection] : connections_) {
        if (!connection->is_established() || connection->remote() != datagram.remote) {
            continue;
        }
        if (datagram.bytes[4] == mtu_probe && size == datagram.bytes.size()) {
            const auto answer = mtu_datagram(mtu_answer, size, nonce, mtu_header);
            static_cast<void>(socket_.send(datagram.remote, connection->local(), answer, answer.size()));
            return true;
        }
        if (datagram.bytes[4] == mtu_answer && nonce == connection->mtu_nonce()) {
            connection->on_mtu_answer(size);
            return true;
        }
    }
    return true;
}

}  // namespace lanspread::transport
