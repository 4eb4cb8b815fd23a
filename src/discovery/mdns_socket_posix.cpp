#include "discovery/mdns_socket.h"

#include <cerrno>

#include <fmt/format.h>

#include "discovery/multicast_udp_posix.h"

namespace lanspread::discovery {

namespace {

constexpr IpV4 group_v4{224, 0, 0, 251};
constexpr IpV6 group_v6{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xfb};
constexpr int hop_limit = 255;  // RFC 6762 §11

void configure_v4(SocketOptions& options, std::uint32_t interface)
{
    ip_mreqn sender{};
    sender.imr_ifindex = static_cast<int>(interface);
    // Else this socket would also hear the groups that others on this machine joined on other interfaces.
    options.set(IPPROTO_IP, IP_MULTICAST_ALL, 0, "IP_MULTICAST_ALL");
    options.set(IPPROTO_IP, IP_PKTINFO, 1, "IP_PKTINFO");
    options.set(IPPROTO_IP, IP_MULTICAST_LOOP, 1, "IP_MULTICAST_LOOP");
    options.set(IPPROTO_IP, IP_MULTICAST_TTL, hop_limit, "IP_MULTICAST_TTL");
    options.set(IPPROTO_IP, IP_TTL, hop_limit, "IP_TTL");
    options.set(IPPROTO_IP, IP_MULTICAST_IF, sender, "IP_MULTICAST_IF");
    options.set(IPPROTO_IP, IP_ADD_MEMBERSHIP, membership(group_v4, interface), "IP_ADD_MEMBERSHIP");
}

void configure_v6(SocketOptions& options, std::uint32_t interface)
{
    options.set(IPPROTO_IPV6, IPV6_V6ONLY, 1, "IPV6_V6ONLY");
    options.set(IPPROTO_IPV6, option_ipv6_multicast_all, 0, "IPV6_MULTICAST_ALL");
    options.set(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO");
    options.set(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 1, "IPV6_MULTICAST_LOOP");
    options.set(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, hop_limit, "IPV6_MULTICAST_HOPS");
    options.set(IPPROTO_IPV6, IPV6_UNICAST_HOPS, hop_limit, "IPV6_UNICAST_HOPS");
    options.set(IPPROTO_IPV6, IPV6_MULTICAST_IF, interface, "IPV6_MULTICAST_IF");
    options.set(IPPROTO_IPV6, IPV6_JOIN_GROUP, membership(group_v6, interface), "IPV6_JOIN_GROUP");
}

}  // namespace

struct MdnsSocket::Descriptor {
    asio::posix::stream_descriptor stream;
};

MdnsSocket::MdnsSocket(std::unique_ptr<Descriptor> descriptor, std::uint32_t interface, IpFamily family)
    : descriptor_(std::move(descriptor)), interface_(interface), family_(family)
{
}

MdnsSocket::~MdnsSocket() = default;

Result<std::unique_ptr<MdnsSocket>> MdnsSocket::open(const Executor& executor, const Link& link,
                                                     IpFamily family)
{
    const bool is_v4 = family == IpFamily::v4;
    const auto context = fmt::format("port {} of {} over {}", mdns_port, link.name, to_string(family));
    const int number = ::socket(is_v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (number < 0) {
        return fail(system_error(context, errno));
    }
    auto descriptor = std::make_unique<Descriptor>(asio::posix::stream_descriptor(executor, number));
    SocketOptions options(number);
    options.set(SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
    options.set(SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT");
    is_v4 ? configure_v4(options, link.index) : configure_v6(options, link.index);
    if (options.error()) {
        return fail(options.error()->in(context));
    }
    RawAddress local({.port = mdns_port}, family);
    if (::bind(number, local.get(), local.size) != 0) {
        return fail(system_error(context, errno));
    }
    return std::unique_ptr<MdnsSocket>(new MdnsSocket(std::move(descriptor), link.index, family));
}

Task<Result<ReceivedPacket>> MdnsSocket::receive()
{
    auto datagram = co_await receive_datagram(&descriptor_->stream, max_dns_size);
    if (!datagram) {
        co_return fail(datagram.error());
    }
    const auto group = family_ == IpFamily::v4 ? Address::v4(group_v4, 0) : Address{.ip = group_v6};
    ReceivedPacket packet{.interface = datagram->interface,
                          .from = datagram->from,
                          .was_multicast = datagram->to == group,
                          .bytes = std::move(datagram->bytes)};
    // Of IPv6, Linux gives each member of a group what arrives for it on any interface that somebody
    // joined it on.
    if (packet.was_multicast && packet.interface != interface_) {
        packet.interface = 0;
    }
    co_return packet;
}

Result<void> MdnsSocket::send(std::optional<Address> to, ByteSpan packet)
{
    const auto group = family_ == IpFamily::v4
                           ? Address::v4(group_v4, mdns_port)
                           : Address{.ip = group_v6, .port = mdns_port, .scope = interface_};
    RawAddress target(to.value_or(group), family_);
    const int number = descriptor_->stream.native_handle();
    if (::sendto(number, packet.data(), packet.size(), MSG_NOSIGNAL, target.get(), target.size) < 0) {
        return fail(system_error("sending", errno));
    }
    return {};
}

bool MdnsSocket::is_open() const { return descriptor_->stream.is_open(); }

void MdnsSocket::close()
{
    boost::system::error_code ignored;
    descriptor_->stream.close(ignored);
}

}  // namespace lanspread::discovery
