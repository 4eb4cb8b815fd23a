#include "platform/route.h"

#include "platform/posix.h"

#include <array>
#include <bit>
#include <cstring>

#include <netinet/in.h>
#include <sys/socket.h>

namespace lanspread::platform {

namespace {

constexpr std::uint16_t any_port = 9;  // the system wants one; a route does not depend on it

template <class SocketAddress>
std::optional<SocketAddress> local_end_towards(SocketAddress target, int family)
{
    const posix::Descriptor socket(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    SocketAddress local{};
    socklen_t size = sizeof local;
    if (!socket || ::connect(socket.get(), reinterpret_cast<sockaddr*>(&target), sizeof target) != 0 ||
        ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&local), &size) != 0) {
        return std::nullopt;
    }
    return local;
}

}  // namespace

std::optional<Address> source_towards(const Address& remote)
{
    if (remote.is_v4()) {
        sockaddr_in target{.sin_family = AF_INET, .sin_port = htons(any_port)};
        std::memcpy(&target.sin_addr, remote.ip.data() + 12, sizeof target.sin_addr);
        const auto local = local_end_towards(target, AF_INET);
        return local ? std::optional(
                           Address::v4(std::bit_cast<std::array<std::uint8_t, 4>>(local->sin_addr), 0))
                     : std::nullopt;
    }
    sockaddr_in6 target{.sin6_family = AF_INET6, .sin6_port = htons(any_port), .sin6_scope_id = remote.scope};
    std::memcpy(&target.sin6_addr, remote.ip.data(), remote.ip.size());
    const auto local = local_end_towards(target, AF_INET6);
    if (!local) {
        return std::nullopt;
    }
    Address source{.ip = std::bit_cast<std::array<std::uint8_t, 16>>(local->sin6_addr)};
    source.scope = source.is_link_local() ? local->sin6_scope_id : 0;
    return source;
}

}  // namespace lanspread::platform
