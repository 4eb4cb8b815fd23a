#pragma once

#include "base/error.h"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace lanspread {

/// Where a peer listens: an IP address and a UDP port. IPv4 addresses are kept in their IPv4-mapped IPv6 form
/// (RFC 4291 §2.5.5.2), so that one type, and one dual-stack socket, serves both. `scope` is the interface
/// index that a link-local IPv6 address needs; it means something on this machine only and never crosses the
/// wire.
struct Address {
    std::array<std::uint8_t, 16> ip{};
    std::uint16_t port = 0;
    std::uint32_t scope = 0;

    auto operator<=>(const Address&) const = default;

    [[nodiscard]] bool is_v4() const;
    [[nodiscard]] bool is_loopback() const;
    [[nodiscard]] bool is_unspecified() const;
    [[nodiscard]] bool is_multicast() const;
    [[nodiscard]] bool is_link_local() const;

    [[nodiscard]] static Address v4(std::array<std::uint8_t, 4> ip, std::uint16_t port);

    /// `192.0.2.1:7000`, `[2001:db8::1]:7000`, or with its scope `[fe80::1%eth0]:7000`.
    [[nodiscard]] std::string text() const;
    /// The address without its port: `192.0.2.1`, `2001:db8::1` or `fe80::1%eth0`.
    [[nodiscard]] std::string ip_text() const;
    /// Reads what `text` writes; a missing port becomes `default_port`. Numeric only: no look-up.
    [[nodiscard]] static Result<Address> parse(std::string_view text, std::uint16_t default_port = 0);
};

}  // namespace lanspread
