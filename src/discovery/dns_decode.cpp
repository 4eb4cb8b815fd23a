#include "discovery/dns_message.h"

#include <algorithm>

namespace lanspread::discovery {

namespace {

constexpr std::uint16_t class_in = 1;
constexpr std::uint16_t class_any = 255;
constexpr std::uint16_t top_bit = 0x8000;

/// Reads one packet from front to back; nothing from any step means that the packet is broken.
class Decoder {
public:
    explicit Decoder(ByteSpan packet) : packet_(packet), reader_(packet) {}

    std::optional<DnsMessage> message()
    {
        constexpr std::uint16_t opcode_and_error = 0x780f;
        DnsMessage result{.id = reader_.u16()};
        const auto flags = reader_.u16();
        const std::size_t questions = reader_.u16();
        const std::size_t answers = reader_.u16();
        const std::size_t authorities = reader_.u16();
        const std::size_t additionals = reader_.u16();
        if (reader_.failed() || (flags & opcode_and_error) != 0 ||
            questions + answers + authorities + additionals > max_dns_entries) {
            return std::nullopt;
        }
        result.is_response = (flags & top_bit) != 0;
        result.is_truncated = (flags & 0x0200) != 0;
        if (!read_questions(questions, result.questions) || !read_records(answers, result.answers) ||
            !read_records(authorities, result.authorities) ||
            !read_records(additionals, result.additionals)) {
            return std::nullopt;
        }
        return result;
    }

private:
    bool read_questions(std::size_t count, std::vector<DnsQuestion>& questions)
    {
        for (; count > 0; --count) {
            auto name = read_name();
            const auto type = reader_.u16();
            const auto class_and_bit = reader_.u16();
            if (!name || reader_.failed()) {
                return false;
            }
            const auto its_class = class_and_bit & ~top_bit;
            if (its_class == class_in || its_class == class_any) {
                questions.push_back({.name = std::move(*name),
                                     .type = static_cast<RecordType>(type),
                                     .wants_unicast = (class_and_bit & top_bit) != 0});
            }
        }
        return true;
    }

    bool read_records(std::size_t count, std::vector<DnsRecord>& records)
    {
        for (; count > 0; --count) {
            auto name = read_name();
            const auto type = static_cast<RecordType>(reader_.u16());
            const auto class_and_bit = reader_.u16();
            const auto ttl = reader_.u32();
            const std::size_t size = reader_.u16();
            if (!name || reader_.failed() || size > reader_.remaining()) {
                return false;
            }
            const auto end = reader_.position() + size;
            std::optional<RecordData> data;
            if ((class_and_bit & ~top_bit) == class_in && !read_data(type, size, data)) {
                return false;
            }
            if (data) {
                if (reader_.position() != end) {
                    return false;
                }
                records.push_back({.name = std::move(*name),
                                   .is_unique = (class_and_bit & top_bit) != 0,
                                   .ttl = std::chrono::seconds(ttl),
                                   .data = std::move(*data)});
            } else {
                (void)reader_.raw(end - reader_.position());
            }
        }
        return true;
    }

    /// Leaves `data` empty for what is not for us; false where it is, but broken.
    bool read_data(RecordType type, std::size_t size, std::optional<RecordData>& data)
    {
        switch (type) {
            case RecordType::ptr: return read_pointer(data);
            case RecordType::srv: return read_service(data);
            case RecordType::txt: return read_text(size, data);
            case RecordType::a: return size == 4 && read_v4(data);
            case RecordType::aaaa: return size == 16 && read_v6(data);
            case RecordType::nsec: return read_absence(size, data);
            default: return true;
        }
    }

    bool read_pointer(std::optional<RecordData>& data)
    {
        auto target = read_name();
        if (target) {
            data = PointerData{std::move(*target)};
        }
        return target.has_value();
    }

    bool read_service(std::optional<RecordData>& data)
    {
        ServiceData service;
        service.priority = reader_.u16();
        service.weight = reader_.u16();
        service.port = reader_.u16();
        auto host = read_name();
        if (!host) {
            return false;
        }
        service.host = std::move(*host);
        data = std::move(service);
        return true;
    }

    bool read_text(std::size_t size, std::optional<RecordData>& data)
    {
        ByteReader strings(reader_.raw(size));
        TextData text;
        while (strings.remaining() > 0 && !strings.failed()) {
            const auto string = strings.raw(strings.u8());
            if (!string.empty()) {
                text.strings.emplace_back(as_text(string));
            }
        }
        data = std::move(text);
        return !strings.failed();
    }

    /// A bitmap in another form than mDNS knows is skipped, not refused (RFC 6762 §6.1).
    bool read_absence(std::size_t size, std::optional<RecordData>& data)
    {
        constexpr std::size_t max_bitmap_size = 32;  // of the window of types below 256
        const auto end = reader_.position() + size;
        auto next = read_name();
        if (!next || reader_.position() > end) {
            return false;
        }
        ByteReader bitmap(reader_.raw(end - reader_.position()));
        const auto window = bitmap.u8();
        const std::size_t length = bitmap.u8();
        if (bitmap.failed() || window != 0 || length == 0 || length > max_bitmap_size ||
            length != bitmap.remaining()) {
            return true;
        }
        AbsenceData absence{.next = std::move(*next)};
        for (unsigned type = 0; type < length * 8;) {
            for (unsigned bits = bitmap.u8(), mask = 0x80; mask != 0; mask >>= 1, ++type) {
                if ((bits & mask) != 0) {
                    absence.types.push_back(static_cast<RecordType>(type));
                }
            }
        }
        if (!absence.types.empty()) {
            data = std::move(absence);
        }
        return true;
    }

    bool read_v4(std::optional<RecordData>& data)
    {
        std::array<std::uint8_t, 4> ip{};
        std::ranges::transform(reader_.raw(ip.size()), ip.begin(),
                               [](auto byte) { return std::to_integer<std::uint8_t>(byte); });
        data = AddressData{Address::v4(ip, 0)};
        return true;
    }

    bool read_v6(std::optional<RecordData>& data)
    {
        Address address;
        std::ranges::transform(reader_.raw(address.ip.size()), address.ip.begin(),
                               [](auto byte) { return std::to_integer<std::uint8_t>(byte); });
        // An IPv4-mapped address has no business on the wire, and would be taken for an A record's.
        if (!address.is_v4()) {
            data = AddressData{address};
        }
        return true;
    }

    /// A name that starts where the reader stands (RFC 1035 §4.1.4). Each pointer must lead to before the
    /// place where the labels that led to it began: so there is no loop, and the walk ends.
    std::optional<DnsName> read_name()
    {
        constexpr int max_jumps = 128;
        DnsName name;
        auto at = reader_.position();
        auto segment = at;
        std::optional<std::size_t> end;  // behind the name, where the reader goes on
        for (int jumps = 0; jumps <= max_jumps;) {
            if (at >= packet_.size()) {
                return std::nullopt;
            }
            const auto head = std::to_integer<std::size_t>(packet_[at]);
            if (head == 0) {
                (void)reader_.raw(end.value_or(at + 1) - reader_.position());
                return name;
            }
            if (head <= DnsName::max_label_size) {
                if (head >= packet_.size() - at || !name.append(as_text(packet_.subspan(at + 1, head)))) {
                    return std::nullopt;
                }
                at += 1 + head;
                continue;
            }
            if (head < 0xc0 || at + 1 >= packet_.size()) {
                return std::nullopt;
            }
            const auto target = (head & 0x3f) << 8 | std::to_integer<std::size_t>(packet_[at + 1]);
            if (target >= segment) {
                return std::nullopt;
            }
            end = end.value_or(at + 2);
            at = segment = target;
            ++jumps;
        }
        return std::nullopt;
    }

    ByteSpan packet_;
    ByteReader reader_;
};

}  // namespace

Result<DnsMessage> decode(ByteSpan packet)
{
    if (packet.size() > max_dns_size) {
        return fail(ErrorCode::invalid_input, "DNS message: too large");
    }
    auto message = Decoder(packet).message();
    if (!message) {
        return fail(ErrorCode::invalid_input, "DNS message: malformed");
    }
    return std::move(*message);
}

}  // namespace lanspread::discovery
