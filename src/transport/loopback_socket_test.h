#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <netinet/in.h>

/// For the tests of this folder.
namespace lanspread::transport {

/// Ends the test where the attack itself cannot be made.
void must(bool good, const char* what);

[[nodiscard]] sockaddr_in loopback_address(std::uint16_t port);

/// A UDP socket on the loopback that sends to one port, as the host 127.0.0.`host`. Never blocks.
class LoopbackSocket {
public:
    explicit LoopbackSocket(std::uint16_t port, std::uint8_t host = 1);
    LoopbackSocket(LoopbackSocket&& other) noexcept;
    LoopbackSocket& operator=(LoopbackSocket&&) = delete;
    ~LoopbackSocket();

    [[nodiscard]] int descriptor() const { return descriptor_; }
    void send(std::string_view datagram) const;
    [[nodiscard]] std::optional<std::string> receive() const;

private:
    int descriptor_ = -1;
};

}  // namespace lanspread::transport
