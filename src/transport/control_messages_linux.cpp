#include "transport/control_messages_linux.h"

#include <cstdint>
#include <cstring>

#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/udp.h>

#include "transport/socket_address.h"

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

namespace lanspread::transport {

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
            result.local = to_address(packet.ipi_addr, 0);
        }
    }
    return result;
}

/// Only that: "host unreachable" also comes while a cable is out for a moment.
bool says_port_unreachable(msghdr& message)
{
    constexpr std::uint8_t type_v4 = 3;  // RFC 792: destination unreachable, port unreachable
    constexpr std::uint8_t code_v4 = 3;
    constexpr std::uint8_t type_v6 = 1;  // RFC 4443 §3.1: the same two
    constexpr std::uint8_t code_v6 = 4;
    for (auto* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
        const bool is_v4 = header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_RECVERR;
        const bool is_v6 = header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_RECVERR;
        if (!is_v4 && !is_v6) {
            continue;
        }
        sock_extended_err error{};
        std::memcpy(&error, CMSG_DATA(header), sizeof error);
        return (error.ee_origin == SO_EE_ORIGIN_ICMP && error.ee_type == type_v4 &&
                error.ee_code == code_v4) ||
               (error.ee_origin == SO_EE_ORIGIN_ICMP6 && error.ee_type == type_v6 &&
                error.ee_code == code_v6);
    }
    return false;
}

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

}  // namespace lanspread::transport
