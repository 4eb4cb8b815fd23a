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

SocketAddress to_socket_address(const Address& address, bool is_v6_socket)
{
    SocketAddress result;
    if (is_v6_socket) {
        auto& v6 = reinterpret_cast<sockaddr_in6&>(result.storage);
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(address.port);
        std::memcpy(&v6.sin6_addr, address.ip.data(), address.ip.size());
        v6.sin6_scope_id = address.scope;
        result.size = sizeof v6;
    } else {
        auto& v4 = reinterpret_cast<sockaddr_in&>(result.storage);
        v4.sin_family = AF_INET;
        v4.sin_port = htons(address.port);
        std::memcpy(&v4.sin_addr, address.ip.data() + 12, 4);
        result.size = sizeof v4;
    }
    return result;
}

Address to_address(const sockaddr_storage& storage)
{
    if (storage.ss_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
        std::array<std::uint8_t, 4> ip{};
        std::memcpy(ip.data(), &v4.sin_addr, ip.size());
        return Address::v4(ip, ntohs(v4.sin_port));
    }
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
    Address address{.port = ntohs(v6.sin6_port)};
    std::memcpy(address.ip.data(), &v6.sin6_addr, address.ip.size());
    address.scope = address.is_link_local() && !address.is_v4() ? v6.sin6_scope_id : 0;
    return address;
}

/// What comes beside a batch: where it was sent to, and how it is cut.
struct Ancillary {
    Address local;
    std::size_t segment = 0;
};

Ancillary read_ancillary(msghdr& message)
{
    Ancillary result;
    for (auto* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level == SOL_UDP && header->cmsg_type == UDP_GRO) {
            int size = 0;
            std::memcpy(&size, CMSG_DATA(header), sizeof size);
            result.segment = size > 0 ? static_cast<std::size_t>(size) : 0;
        } else if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO) {
            in6_pktinfo packet{};
            std::memcpy(&packet, CMSG_DATA(header), sizeof packet);
            std::memcpy(result.local.ip.data(), &packet.ipi6_addr, result.local.ip.size());
            result.local.scope =
                result.local.is_link_local() && !result.local.is_v4() ? packet.ipi6_ifindex : 0;
        } else if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
            in_pktinfo packet{};
            std::memcpy(&packet, CMSG_DATA(header), sizeof packet);
            std::array<std::uint8_t, 4> ip{};
            std::memcpy(ip.data(), &packet.ipi_addr, ip.size());
            result.local = Address::v4(ip, 0);
        }
    }
    return result;
}

/// Appends a control message to `message`, whose buffer is large enough.
void add_ancillary(msghdr& message, int level, int type, const void* data, std::size_t size)
{
    auto* header =
        reinterpret_cast<cmsghdr*>(static_cast<char*>(message.msg_control) + message.msg_controllen);
    header->cmsg_level = level;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(header), data, size);
    message.msg_controllen += CMSG_SPACE(size);
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
    } else {
        set_option(descriptor, IPPROTO_IP, IP_PKTINFO, 1);
    }
    set_option(descriptor, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
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
    const auto address = to_socket_address(any, is_v6);
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
        if (size < 0) {
            return batch;
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
    auto to = to_socket_address(remote, is_v6_);
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
    if (::sendmsg(descriptor_, &message, 0) >= 0) {
        return SendOutcome::sent;
    }
    switch (errno) {
        case EAGAIN:
        case ENOBUFS: return SendOutcome::would_block;
        case EMSGSIZE:
        case EINVAL:
            return segment < bytes.size() || errno == EMSGSIZE ? SendOutcome::too_large : SendOutcome::failed;
        default: return SendOutcome::failed;
    }
}

std::size_t UdpSocket::route_payload_limit(const Address& remote)
{
    const bool is_v6 = !remote.is_v4();
    const int descriptor = ::socket(is_v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        return 0;
    }
    const auto address = to_socket_address(remote, is_v6);
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
