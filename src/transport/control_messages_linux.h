#pragma once

#include <cstddef>

#include <sys/socket.h>

#include "base/address.h"

/// What the kernel says, and is told, beside a datagram (cmsg(3)).
namespace lanspread::transport {

/// What comes beside a batch: where it was sent to, and how it is cut.
struct Ancillary {
    Address local;            ///< port 0
    std::size_t segment = 0;  ///< bytes of each datagram; 0: it is one
};

[[nodiscard]] Ancillary read_ancillary(msghdr& message);

/// Whether a message of the socket's error queue is the answer of a host that nobody listens on that port.
[[nodiscard]] bool says_port_unreachable(msghdr& message);

/// Appends a control message to `message`, whose buffer is large enough.
void add_ancillary(msghdr& message, int level, int type, const void* data, std::size_t size);

}  // namespace lanspread::transport
