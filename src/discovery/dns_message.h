#pragma once
#include "base/address.h"
#include "base/bytes.h"
#include "base/error.h"
#include "discovery/dns_name.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

/// DNS messages (RFC 1035 §4) as far as mDNS service discovery needs them: PTR, SRV, TXT, A, AAAA and NSEC of
/// class IN. Everything else in a packet is checked for its length and skipped.
namespace lanspread::discovery {

enum class RecordType : std::uint16_t {
    a = 1,
    ptr = 12,
    txt = 16,
    aaaa = 28,
    srv = 33,
    nsec = 47,
    any = 255
};

struct DnsQuestion {
    DnsName name{};
    RecordType type = RecordType::any;  ///< may hold any number: what is not in the enum is asked of others
    bool wants_unicast = false;         ///< the QU bit (RFC 6762 §5.4)

    bool operator==(const DnsQuestion&) const = default;
};

/// PTR: an instance of a service.
struct PointerData {
    DnsName target{};

    bool operator==(const PointerData&) const = default;
};

/// SRV: where a service instance listens (RFC 2782).
struct ServiceData {
    std::uint16_t priority = 0;
    std::uint16_t weight = 0;
    std::uint16_t port = 0;
    DnsName host{};

    bool operator==(const ServiceData&) const = default;
};

/// TXT: strings of 1 to 255 bytes; empty ones are not told from absent ones (RFC 6763 §6.1).
struct TextData {
    std::vector<std::string> strings{};

    bool operator==(const TextData&) const = default;
};

/// A or AAAA, by the family of the address. Its port and scope are 0.
struct AddressData {
    Address address{};

    bool operator==(const AddressData&) const = default;
};

/// NSEC: which types a name has, so that nobody waits for the others (RFC 6762 §6.1). Types above 255 cannot
/// be told in this form.
struct AbsenceData {
    DnsName next{};                   ///< in mDNS the name itself
    std::vector<RecordType> types{};  ///< that exist, from the lowest up

    bool operator==(const AbsenceData&) const = default;
};

using RecordData = std::variant<PointerData, ServiceData, TextData, AddressData, AbsenceData>;

struct DnsRecord {
    DnsName name{};
    bool is_unique =
        false;  ///< the cache-flush bit (RFC 6762 §10.2): the sender alone owns this name and type
    std::chrono::seconds ttl{0};  ///< 32 bits on the wire; 0 withdraws the record
    RecordData data{};

    [[nodiscard]] RecordType type() const;
    bool operator==(const DnsRecord&) const = default;
};

struct DnsMessage {
    std::uint16_t id = 0;  ///< 0 in mDNS, but an ordinary resolver wants its own number back (RFC 6762 §6.7)
    bool is_response = false;
    bool is_truncated = false;  ///< in a query: further known answers follow (RFC 6762 §7.2)
    std::vector<DnsQuestion> questions{};
    std::vector<DnsRecord> answers{};
    std::vector<DnsRecord>
        authorities{};  ///< in a query: what the sender would own, so it is a probe (RFC 6762 §8.2)
    std::vector<DnsRecord> additionals{};

    bool operator==(const DnsMessage&) const = default;
};

/// The largest payload that we send: it fits an Ethernet frame with either IP header.
constexpr std::size_t max_sent_dns_size = 1440;
/// The largest that is read (RFC 6762 §17).
constexpr std::size_t max_dns_size = 9000;
/// The most questions and records that one packet is read for; with more of them it is refused.
constexpr std::size_t max_dns_entries = 512;

/// The bytes of a message, names compressed (except in SRV, for the sake of ordinary resolvers: RFC 6762
/// §18.14).
[[nodiscard]] Bytes encode(const DnsMessage& message);

/// A record's data as it stands in a packet, without compression: by these bytes probes are compared (RFC
/// 6762 §8.2).
[[nodiscard]] Bytes plain_data(const RecordData& data);

/// Reads bytes that nobody vouches for. Refused are: packets that are cut, counts that the bytes do not bear
/// out, names with loops, pointers forward or over 255 bytes, and messages with an opcode or an error code,
/// which mDNS ignores (RFC 6762 §18.3, §18.11).
[[nodiscard]] Result<DnsMessage> decode(ByteSpan packet);

}  // namespace lanspread::discovery
