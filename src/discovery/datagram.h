#pragma once
#include "base/address.h"
#include "base/bytes.h"

#include <cstdint>

namespace lanspread::discovery {

/// What came in at a port.
struct Datagram {
    std::uint32_t interface = 0;  ///< index of the interface that it arrived on
    Address from{};
    Address to{};  ///< the IP address that it was sent to: a broadcast, a group or our own
    Bytes bytes{};
};

}  // namespace lanspread::discovery
