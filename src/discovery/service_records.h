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

/// What a peer is called on a link.
struct ServiceNames {
    DnsName instance{};
    DnsName host{};

    bool operator==(const ServiceNames&) const = default;
};

/// `<first 16 hex digits>._lanspread._udp.local` and `<first 32 hex digits>.local` (a whole id is a digit
/// longer than a label may be); where somebody else has these, with `-2`, `-3` … behind the digits. Never the
/// system's host name, which belongs to avahi-daemon where that runs.
[[nodiscard]] ServiceNames service_names(const PeerId& id, unsigned number = 1);
/// Whether a label is one that `service_names` makes of this id for the instance or the host, with any
/// number.
[[nodiscard]] bool is_label_of(const PeerId& id, std::string_view label);

/// What is announced about us on a link where we have `addresses` under `names`: one PTR, SRV and TXT, then
/// the addresses.
[[nodiscard]] std::vector<DnsRecord> service_records(const Announcement& announcement,
                                                     std::span<const Address> addresses,
                                                     const ServiceNames& names);
[[nodiscard]] inline std::vector<DnsRecord> service_records(const Announcement& announcement,
                                                            std::span<const Address> addresses)
{
    return service_records(announcement, addresses, service_names(announcement.id));
}

/// What is only told to who asks: the type of our service (RFC 6763 §9), and which types the names of
/// `records` (as of `service_records`) do not have (RFC 6762 §6.1).
[[nodiscard]] std::vector<DnsRecord> records_on_request(std::span<const DnsRecord> records);
/// Whether a record is one of those.
[[nodiscard]] bool is_on_request(const DnsRecord& record);

/// What a peer's TXT record says. `rev` is not read: whoever cares is connected.
struct PeerText {
    PeerId id{};
    std::string name{};                    ///< valid UTF-8 of at most 64 bytes; empty where it was not
    std::optional<std::uint64_t> epoch{};  ///< of its process; nothing where it was not there, or no number

    bool operator==(const PeerText&) const = default;
};

/// Nothing where there is no valid id. Of a key that comes twice the first counts, and keys have no case (RFC
/// 6763 §6.4).
[[nodiscard]] std::optional<PeerText> read_text(const TextData& text);

}  // namespace lanspread::discovery
