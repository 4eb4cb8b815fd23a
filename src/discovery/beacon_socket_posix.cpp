#include "discovery/beacon_socket.h"

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "discovery/multicast_udp_posix.h"

namespace lanspread::discovery {

namespace {

void configure(SocketOptions& options, IpFamily family)
{
    options.set(SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
    options.set(SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT");
    if (family == IpFamily::v4) {
        options.set(SOL_SOCKET, SO_BROADCAST, 1, "SO_BROADCAST");
        options.set(IPPROTO_IP, IP_MULTICAST_ALL, 0, "IP_MULTICAST_ALL");
        options.set(IPPROTO_IP, IP_PKTINFO, 1, "IP_PKTINFO");
    } else {
        options.set(IPPROTO_IPV6, IPV6_V6ONLY, 1, "IPV6_V6ONLY");
        options.set(IPPROTO_IPV6, option_ipv6_multicast_all, 0, "IPV6_MULTICAST_ALL");
        options.set(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO");
    }
}

/// Room for one control message with `Facts`.
template <class Facts>
struct alignas(cmsghdr) ControlBuffer {
    std::array<std::byte, CMSG_SPACE(sizeof(Facts))> bytes{};

    void put_into(msghdr& header, int level, int type, const Facts& facts)
    {
        header.msg_control = bytes.data();
        header.msg_controllen = bytes.size();
        auto* control = CMSG_FIRSTHDR(&header);
        control->cmsg_level = level;
        control->cmsg_type = type;
        control->cmsg_len = CMSG_LEN(sizeof facts);
        std::memcpy(CMSG_DATA(control), &facts, sizeof facts);
    }
};

}  // namespace

struct BeaconSocket::Descriptor {
    asio::posix::stream_descriptor stream;
};

BeaconSocket::BeaconSocket(std::unique_ptr<Descriptor> descriptor, IpFamily family)
    : descriptor_(std::move(descriptor)), family_(family)
{
}

BeaconSocket::~BeaconSocket() = default;

Result<std::unique_ptr<BeaconSocket>> BeaconSocket::open(const Executor& executor, IpFamily family)
{
    const auto context = fmt::format("port {} over {}", beacon_port, to_string(family));
    const int number =
        ::socket(family == IpFamily::v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (number < 0) {
        return fail(system_error(context, errno));
    }
    auto descriptor = std::make_unique<Descriptor>(asio::posix::stream_descriptor(executor, number));
    SocketOptions options(number);
    configure(options, family);
    if (options.error()) {
        return fail(options.error()->in(context));
    }
    RawAddress local({.port = beacon_port}, family);
    if (::bind(number, local.get(), local.size) != 0) {
        return fail(system_error(context, errno));
    }
    return std::unique_ptr<BeaconSocket>(new BeaconSocket(std::move(descriptor), family));
}

Result<void> BeaconSocket::join(std::uint32_t interface)
{
    const int number = descriptor_->stream.native_handle();
    int result = 0;
    if (family_ == IpFamily::v4) {
        const auto group = membership(beacon_group_v4, interface);
        result = ::setsockopt(number, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group);
    } else {
        const auto group = membership(beacon_group_v6, interface);
        result = ::setsockopt(number, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof group);
    }
    if (result != 0 && errno != EADDRINUSE) {
        return fail(system_error("joining the group", errno));
    }
    return {};
}

void BeaconSocket::leave(std::uint32_t interface)
{
    const int number = descriptor_->stream.native_handle();
    // Where the interface is gone, so is the membership, and this fails.
    if (family_ == IpFamily::v4) {
        const auto group = membership(beacon_group_v4, interface);
        (void)::setsockopt(number, IPPROTO_IP, IP_DROP_MEMBERSHIP, &group, sizeof group);
    } else {
        const auto group = membership(beacon_group_v6, interface);
        (void)::setsockopt(number, IPPROTO_IPV6, IPV6_LEAVE_GROUP, &group, sizeof group);
    }
}

Task<Result<Datagram>> BeaconSocket::receive()
{
    co_return co_await receive_datagram(&descriptor_->stream, max_beacon_size);
}

Result<void> BeaconSocket::send(const BeaconToSend& packet)
{
    RawAddress to(packet.to, family_);
    iovec vector{.iov_base = const_cast<std::byte*>(packet.bytes.data()), .iov_len = packet.bytes.size()};
    msghdr header{};
    header.msg_name = to.get();
    header.msg_namelen = to.size;
    header.msg_iov = &vector;
    header.msg_iovlen = 1;
    ControlBuffer<in_pktinfo> control_v4;
    ControlBuffer<in6_pktinfo> control_v6;
    const bool has_source = !packet.source.is_unspecified();
    if (family_ == IpFamily::v4) {
        in_pktinfo facts{};
        facts.ipi_ifindex = static_cast<int>(packet.interface);
        facts.ipi_spec_dst = has_source ? std::bit_cast<in_addr>(v4_bytes(packet.source)) : in_addr{};
        control_v4.put_into(header, IPPROTO_IP, IP_PKTINFO, facts);
    } else {
        in6_pktinfo facts{};
        facts.ipi6_ifindex = packet.interface;
        facts.ipi6_addr = has_source ? std::bit_cast<in6_addr>(packet.source.ip) : in6_addr{};
        control_v6.put_into(header, IPPROTO_IPV6, IPV6_PKTINFO, facts);
    }
    if (::sendmsg(descriptor_->stream.native_handle(), &header, MSG_NOSIGNAL) < 0) {
        return fail(system_error("sending", errno));
    }
    return {};
}

}  // namespace lanspread::discovery
