#include "transport/loopback_socket_test.h"

#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

namespace lanspread::transport {

void must(bool good, const char* what)
{
    if (!good) {
        throw std::runtime_error(what);
    }
}

sockaddr_in loopback_address(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

LoopbackSocket::LoopbackSocket(std::uint16_t port, std::uint8_t host)
    : descriptor_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))
{
    auto own = loopback_address(0);
    own.sin_addr.s_addr = htonl((127U << 24) + host);
    const auto address = loopback_address(port);
    must(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0 &&
             ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0,
         "no socket");
}

LoopbackSocket::LoopbackSocket(LoopbackSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1))
{
}

LoopbackSocket::~LoopbackSocket()
{
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

void LoopbackSocket::send(std::string_view datagram) const
{
    static_cast<void>(::send(descriptor_, datagram.data(), datagram.size(), 0));  // what is not sent is lost
}

std::optional<std::string> LoopbackSocket::receive() const
{
    std::string datagram(65536, '\0');
    const auto size = ::recv(descriptor_, datagram.data(), datagram.size(), 0);
    if (size < 0) {
        return std::nullopt;
    }
    datagram.resize(static_cast<std::size_t>(size));
    return datagram;
}

}  // namespace lanspread::transport
