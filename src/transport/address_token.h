#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include <ngtcp2/ngtcp2.h>

#include "base/address.h"
#include "base/clock.h"

namespace lanspread::transport {

/// Proofs that a client receives what is sent to its address, without anything kept for it: the token of a
/// Retry packet (RFC 9000 §8.1.2). It is good for this process, this address and some seconds.
class AddressTokens {
public:
    AddressTokens();

    /// The Retry packet that answers a client's first packet; empty where the library fails.
    [[nodiscard]] std::vector<std::uint8_t> retry(const ngtcp2_pkt_hd& header, const Address& remote,
                                                  TimePoint now) const;
    /// The connection id that the client of a packet with a token chose at first; nothing where the token
    /// proves nothing.
    [[nodiscard]] std::optional<ngtcp2_cid> verify(const ngtcp2_pkt_hd& header, const Address& remote,
                                                   TimePoint now) const;

private:
    std::array<std::uint8_t, 32> secret_;
};

}  // namespace lanspread::transport
