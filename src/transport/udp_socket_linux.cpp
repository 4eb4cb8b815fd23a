#include "transport/udp_socket.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "transport/control_messages_linux.h"
#include "transport/socket_address.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

namespace lanspread::transport {

namespace {

/// Room for a burst of a fast link while the thread is elsewhere. The kernel grants less without
/// CAP_NET_ADMIN.
constexpr int wanted_socket_buffer = 8 * 1024 * 1024;

void set_option(int descriptor, int level, int name, int value)
{
    ::setsockopt(descriptor, level, name, &value,
                 sizeof value);  // all of these are improvements, none is needed
}

void grow_buffer(int descriptor, int forced, int ordinary)
{
    const int size = wanted_socket_buffer;
    if (::setsockopt(descriptor, SOL_SOCKET, forced, &size, sizeof size) != 0) {
        set_option(descriptor, SOL_SOCKET, ordinary, size);
    }
}

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

SocketAddress socket_address(const Address& address, bool is_v6_socket)
{
    SocketAddress result;
    if (is_v6_socket) {
        const auto v6 = to_socket_address(address);
        std::memcpy(&result.storage, &v6, sizeof v6);
        result.size = sizeof v6;
    } else {
        const auto v4 = to_v4_socket_address(address);
        std::memcpy(&result.storage, &v4, sizeof v4);
        result.size = sizeof v4;
    }
    return result;
}

}  // namespace

Result<UdpSocket> UdpSocket::open(const Address& bind_to)
{
    const bool wants_v4_only = bind_to.is_v4() && !bind_to.is_unspecified();
    bool is_v6 = !wants_v4_only;
    int descriptor = ::socket(is_v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0 && is_v6 && bind_to.is_unspecified()) {
        is_v6 = false;
        descriptor = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    }
    if (descriptor < 0) {
        return fail(system_error("opening a UDP socket", errno));
    }
    UdpSocket socket(descriptor, is_v6);
    if (is_v6) {
        set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 0);
        set_option(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
        set_option(descriptor, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE);
        set_option(descriptor, IPPROTO_IPV6, IPV6_RECVERR, 1);
    } else {
        set_option(descriptor, IPPROTO_IP, IP_PKTINFO, 1);
    }
    set_option(descriptor, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
    set_option(descriptor, IPPROTO_IP, IP_RECVERR, 1);
    grow_buffer(descriptor, SO_RCVBUFFORCE, SO_RCVBUF);
    grow_buffer(descriptor, SO_SNDBUFFORCE, SO_SNDBUF);
    set_option(descriptor, SOL_UDP, UDP_GRO, 1);
    int segmentation = 0;
    socklen_t size = sizeof segmentation;
    socket.has_segmentation_ = ::getsockopt(descriptor, SOL_UDP, UDP_SEGMENT, &segmentation, &size) == 0;

    auto any = bind_to;
    if (any.is_unspecified()) {
        any.ip = {};
    }
    const auto address = socket_address(any, is_v6);
    if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0) {
        return fail(system_error(
            fmt::format("listening on {} (is another program using that port?)", bind_to.text()), errno));
    }
    sockaddr_storage bound{};
    size = sizeof bound;
    ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound), &size);
    socket.port_ = to_address(bound).port;
    return socket;
}

UdpSocket::UdpSocket(UdpSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      is_v6_(other.is_v6_),
      has_segmentation_(other.has_segmentation_),
      port_(other.port_)
{
}

UdpSocket::~UdpSocket()
{
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

int UdpSocket::receive(std::span<std::uint8_t> scratch, int limit,
                       const std::function<void(const Datagram&)>& on_datagram)
{
    for (int batch = 0; batch < limit; ++batch) {
        sockaddr_storage from{};
        alignas(cmsghdr) std::array<char, 256> control;
        iovec part{scratch.data(), scratch.size()};
        msghdr message{};
        message.msg_name = &from;
        message.msg_namelen = sizeof from;
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const auto size = ::recvmsg(descriptor_, &message, 0);
        if (size < 0 && errno == EAGAIN) {
            return batch;
        }
        if (size < 0) {
            continue;  // the error of an earlier datagram, told once
        }
        const auto ancillary = read_ancillary(message);
        const auto remote = to_address(from);
        auto rest = scratch.first(static_cast<std::size_t>(size));
        const auto segment = ancillary.segment > 0 ? ancillary.segment : rest.size();
        while (!rest.empty()) {
            const auto bytes = rest.first(std::min(segment, rest.size()));
            on_datagram({remote, ancillary.local, bytes});
            rest = rest.subspan(bytes.size());
        }
    }
    return limit;
}

void UdpSocket::read_refusals(const std::function<void(const Refusal&)>& on_refusal)
{
    constexpr int most = 64;  // in one turn; what remains makes the socket readable again
    for (int i = 0; i < most; ++i) {
        sockaddr_storage to{};
        std::array<std::uint8_t, 128> quoted{};
        alignas(cmsghdr) std::array<char, 512> control;
        iovec part{quoted.data(), quoted.size()};
        msghdr message{};
        message.msg_name = &to;
        message.msg_namelen = sizeof to;
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const auto size = ::recvmsg(descriptor_, &message, MSG_ERRQUEUE);
        if (size < 0) {
            return;
        }
        if (says_port_unreachable(message)) {
            on_refusal({to_address(to), std::span(quoted).first(static_cast<std::size_t>(size))});
        }
    }
}

Sent UdpSocket::send(const Address& remote, const Address& local, std::span<const std::uint8_t> bytes,
                     std::size_t segment)
{
    if (segment >= bytes.size() || has_segmentation_) {
        const auto outcome = send_one(remote, local, bytes, segment);
        // A card or a route without checksum offload refuses segmentation (EIO): from then on, one by one.
        if (outcome != SendOutcome::failed || segment >= bytes.size() || errno != EIO) {
            return {outcome, outcome == SendOutcome::would_block ? 0 : bytes.size()};
        }
        has_segmentation_ = false;
    }
    Sent sent;
    while (sent.bytes < bytes.size()) {
        const auto one = bytes.subspan(sent.bytes, std::min(segment, bytes.size() - sent.bytes));
        const auto outcome = send_one(remote, local, one, one.size());
        if (outcome != SendOutcome::sent) {
            sent.outcome = outcome;
        }
        if (outcome == SendOutcome::would_block) {
            break;
        }
        sent.bytes += one.size();
    }
    return sent;
}

SendOutcome UdpSocket::send_one(const Address& remote, const Address& local,
                                std::span<const std::uint8_t> bytes, std::size_t segment)
{
    auto to = socket_address(remote, is_v6_);
    alignas(cmsghdr) std::array<char, 128> control{};
    iovec part{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
    msghdr message{};
    message.msg_name = &to.storage;
    message.msg_namelen = to.size;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = 0;
    if (segment < bytes.size()) {
        const auto size = static_cast<std::uint16_t>(segment);
        add_ancillary(message, SOL_UDP, UDP_SEGMENT, &size, sizeof size);
    }
    if (!local.is_unspecified()) {
        if (is_v6_) {
            in6_pktinfo packet{};
            std::memcpy(&packet.ipi6_addr, local.ip.data(), local.ip.size());
            packet.ipi6_ifindex = local.scope;
            add_ancillary(message, IPPROTO_IPV6, IPV6_PKTINFO, &packet, sizeof packet);
        } else {
            in_pktinfo packet{};
            std::memcpy(&packet.ipi_spec_dst, local.ip.data() + 12, 4);
            add_ancillary(message, IPPROTO_IP, IP_PKTINFO, &packet, sizeof packet);
        }
    }
    if (message.msg_controllen == 0) {
        message.msg_control = nullptr;
    }
    // The first call may only tell what became of an earlier datagram, to whomever that went.
    if (::sendmsg(descriptor_, &message, 0) >= 0 ||
        (errno != EAGAIN && errno != ENOBUFS && ::sendmsg(descriptor_, &message, 0) >= 0)) {
        return SendOutcome::sent;
    }
    switch (errno) {
        case EAGAIN: return SendOutcome::would_block;
        // The card's queue is full, and nothing tells when it is not: lost, as on a full switch.
        case ENOBUFS: return SendOutcome::failed;
        case EMSGSIZE:
        case EINVAL:
            return segment < bytes.size() || errno == EMSGSIZE ? SendOutcome::too_large : SendOutcome::failed;
        default: return SendOutcome::failed;
    }
}

void UdpSocket::set_background(bool is_background)
{
    constexpr int class_selector_1 = 8 << 2;  // above the two bits of ECN
    const int mark = is_background ? class_selector_1 : 0;
    set_option(descriptor_, IPPROTO_IP, IP_TOS, mark);  // on a socket of both kinds, that of IPv4 packets
    if (is_v6_) {
        set_option(descriptor_, IPPROTO_IPV6, IPV6_TCLASS, mark);
    }
}

std::size_t UdpSocket::route_payload_limit(const Address& remote)
{
    const bool is_v6 = !remote.is_v4();
    const int descriptor = ::socket(is_v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        return 0;
    }
    const auto address = socket_address(remote, is_v6);
    int mtu = 0;
    socklen_t size = sizeof mtu;
    const bool known =
        ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address.storage), address.size) == 0 &&
        ::getsockopt(descriptor, is_v6 ? IPPROTO_IPV6 : IPPROTO_IP, is_v6 ? IPV6_MTU : IP_MTU, &mtu, &size) ==
            0;
    ::close(descriptor);
    const int headers = is_v6 ? 48 : 28;
    return known && mtu > headers ? static_cast<std::size_t>(mtu - headers) : 0;
}

void sharpen_timers_of_this_thread() { ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); }

}  // namespace lanspread::transport
