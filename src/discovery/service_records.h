#pragma once
#include "discovery/discovery.h"
#include "discovery/dns_message.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

/// How an Announcement is written as DNS-SD records (RFC 6763), and read back. docs/mdns.md lists them.
namespace lanspread::discovery {

/// For records that name a host or hold its address, and for the rest (RFC 6762 §10).
constexpr std::chrono::seconds host_record_ttl{120};
constexpr std::chrono::seconds other_record_ttl{4500};

/// `_lanspread._udp.local`.
[[nodiscard]] const DnsName& service_name();

/// The first 16 hex digits of a peer's id: short, because it is repeated in every known-answer list.
[[nodiscard]] std::string instance_label(const PeerId& id);
/// `<first 32 hex digits>.local`: a whole id is a digit longer than a label may be. Never the system's host
/// name, which belongs to avahi-daemon where that runs.
[[nodiscard]] DnsName host_name(const PeerId& id);

/// Everything that is said about us on a link where we have `addresses`: one PTR, SRV and TXT, then the
/// addresses.
[[nodiscard]] std::vector<DnsRecord> service_records(const Announcement& announcement,
                                                     std::span<const Address> addresses);

/// What a peer's TXT record says. `rev` is not read: whoever cares is connected.
struct PeerText {
    PeerId id{};
    std::string name{};  ///< valid UTF-8 of at most 64 bytes; empty where it was not

    bool operator==(const PeerText&) const = default;
};

/// Nothing where there is no valid id. Of a key that comes twice the first counts, and keys have no case (RFC
/// 6763 §6.4).
[[nodiscard]] std::optional<PeerText> read_text(const TextData& text);

}  // namespace lanspread::discovery
