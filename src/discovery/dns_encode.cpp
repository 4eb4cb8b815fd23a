#include "discovery/dns_message.h"

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <utility>

namespace lanspread::discovery {

namespace {

constexpr std::uint16_t class_in = 1;
constexpr std::uint16_t top_bit = 0x8000;
constexpr std::size_t max_pointer = 0x3fff;

Bytes plain(const DnsName& name)
{
    ByteWriter writer;
    writer.raw(as_bytes(name.wire()));
    writer.u8(0);
    return writer.take();
}

Bytes plain(const PointerData& data) { return plain(data.target); }

Bytes plain(const ServiceData& data)
{
    ByteWriter writer;
    writer.u16(data.priority);
    writer.u16(data.weight);
    writer.u16(data.port);
    writer.raw(plain(data.host));
    return writer.take();
}

Bytes plain(const TextData& data)
{
    ByteWriter writer;
    for (const auto& text : data.strings) {
        writer.u8(static_cast<std::uint8_t>(std::min<std::size_t>(text.size(), 255)));
        writer.raw(as_bytes(std::string_view(text).substr(0, 255)));
    }
    if (data.strings.empty()) {
        writer.u8(0);  // TXT data is never empty (RFC 6763 §6.1)
    }
    return writer.take();
}

Bytes plain(const AddressData& data)
{
    const auto bytes = std::as_bytes(std::span(data.address.ip));
    const auto used = data.address.is_v4() ? bytes.last(4) : bytes;
    return {used.begin(), used.end()};
}

Bytes plain(const AbsenceData& data)
{
    std::array<std::uint8_t, 32> bitmap{};
    std::size_t used = 1;
    for (const auto type : data.types) {
        const std::size_t number = std::to_underlying(type) & 0xff;
        bitmap.at(number / 8) |= static_cast<std::uint8_t>(0x80 >> number % 8);
        used = std::max(used, number / 8 + 1);
    }
    ByteWriter writer;
    writer.raw(plain(data.next));
    writer.u8(0);  // the window of types below 256
    writer.u8(static_cast<std::uint8_t>(used));
    writer.raw(std::as_bytes(std::span(bitmap).first(used)));
    return writer.take();
}

class Encoder {
public:
    Bytes encode(const DnsMessage& message)
    {
        constexpr std::uint16_t authoritative = 0x0400;
        writer_.u16(message.id);
        writer_.u16(static_cast<std::uint16_t>((message.is_response ? top_bit | authoritative : 0) |
                                               (message.is_truncated ? 0x0200 : 0)));
        writer_.u16(static_cast<std::uint16_t>(message.questions.size()));
        writer_.u16(static_cast<std::uint16_t>(message.answers.size()));
        writer_.u16(static_cast<std::uint16_t>(message.authorities.size()));
        writer_.u16(static_cast<std::uint16_t>(message.additionals.size()));
        for (const auto& question : message.questions) {
            writer_.raw(compressed(question.name, writer_.bytes().size()));
            writer_.u16(std::to_underlying(question.type));
            writer_.u16(question.wants_unicast ? class_in | top_bit : class_in);
        }
        for (const auto* section : {&message.answers, &message.authorities, &message.additionals}) {
            std::ranges::for_each(*section, [this](const auto& record) { write(record); });
        }
        return writer_.take();
    }

private:
    void write(const DnsRecord& record)
    {
        writer_.raw(compressed(record.name, writer_.bytes().size()));
        writer_.u16(std::to_underlying(record.type()));
        writer_.u16(record.is_unique ? class_in | top_bit : class_in);
        writer_.u32(static_cast<std::uint32_t>(record.ttl.count()));
        const auto data = std::visit([this](const auto& value) { return data_bytes(value); }, record.data);
        writer_.u16(static_cast<std::uint16_t>(data.size()));
        writer_.raw(data);
    }

    /// Of a PTR record the name is compressed; the others stay readable for ordinary resolvers.
    Bytes data_bytes(const PointerData& data)
    {
        return compressed(data.target, writer_.bytes().size() + 2);  // behind the length of the data
    }

    template <class Data>
    Bytes data_bytes(const Data& data)
    {
        return plain(data);
    }

    /// The name's bytes, to stand at `offset`: its longest tail that was written before becomes a pointer to
    /// it.
    Bytes compressed(const DnsName& name, std::size_t offset)
    {
        ByteWriter writer;
        for (auto rest = name; !rest.is_root(); rest = rest.parent()) {
            const auto here = offset + writer.bytes().size();
            const auto [known, is_new] = written_.try_emplace(rest.wire(), static_cast<std::uint16_t>(here));
            if (!is_new) {
                writer.u16(static_cast<std::uint16_t>(0xc000 | known->second));
                return writer.take();
            }
            if (here > max_pointer) {
                written_.erase(known);
            }
            writer.u8(static_cast<std::uint8_t>(rest.first_label().size()));
            writer.raw(as_bytes(rest.first_label()));
        }
        writer.u8(0);
        return writer.take();
    }

    ByteWriter writer_;
    std::map<std::string, std::uint16_t>
        written_;  // exact bytes, so that no name changes its case on the way
};

}  // namespace

RecordType DnsRecord::type() const
{
    struct Visitor {
        RecordType operator()(const PointerData&) const { return RecordType::ptr; }
        RecordType operator()(const ServiceData&) const { return RecordType::srv; }
        RecordType operator()(const TextData&) const { return RecordType::txt; }
        RecordType operator()(const AddressData& value) const
        {
            return value.address.is_v4() ? RecordType::a : RecordType::aaaa;
        }
        RecordType operator()(const AbsenceData&) const { return RecordType::nsec; }
    };
    return std::visit(Visitor{}, data);
}

Bytes plain_data(const RecordData& data)
{
    return std::visit([](const auto& value) { return plain(value); }, data);
}

Bytes encode(const DnsMessage& message) { return Encoder().encode(message); }

}  // namespace lanspread::discovery
