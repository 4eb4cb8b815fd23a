#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lanspread::discovery {

/// A domain name (RFC 1035 §3.1): labels of 1 to 63 bytes, 255 bytes in all with their lengths. In mDNS the
/// labels are UTF-8 and only A to Z compare without case (RFC 6762 §16). Default-made it is the root.
class DnsName {
public:
    static constexpr std::size_t max_label_size = 63;
    static constexpr std::size_t max_wire_size = 255;

    /// Reads `_lanspread._udp.local`; knows no escapes, so a label cannot contain a dot. Nothing where it is
    /// no name.
    [[nodiscard]] static std::optional<DnsName> parse(std::string_view dotted);

    /// Adds a label at the end, towards the root; false, and unchanged, where it does not fit.
    [[nodiscard]] bool append(std::string_view label);
    /// This name below a further label at its front. Nothing where that does not fit.
    [[nodiscard]] std::optional<DnsName> below(std::string_view label) const;

    [[nodiscard]] bool is_root() const { return wire_.empty(); }
    /// The front label; empty for the root.
    [[nodiscard]] std::string_view first_label() const;
    /// The name without its front label.
    [[nodiscard]] DnsName parent() const;

    /// As it is sent: each label with its length in front, without the final zero.
    [[nodiscard]] const std::string& wire() const { return wire_; }
    /// The same in lower case: equal for equal names, so the key under which to keep one.
    [[nodiscard]] std::string key() const;

    bool operator==(const DnsName& other) const;

private:
    std::string wire_;
};

}  // namespace lanspread::discovery
