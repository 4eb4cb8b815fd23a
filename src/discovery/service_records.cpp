#include "discovery/service_records.h"

#include "base/utf8.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace lanspread::discovery {

namespace {

constexpr std::size_t max_name_size = 64;

bool is_displayable(std::string_view text)
{
    return text.size() <= max_name_size && is_utf8(text) && !has_control_characters(text);
}

bool equal_without_case(std::string_view text, std::string_view lower_case)
{
    return std::ranges::equal(text, lower_case, {},
                              [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
}

std::optional<std::string_view> value_of(const TextData& text, std::string_view key)
{
    for (const std::string_view string : text.strings) {
        const auto end = string.find('=');
        if (equal_without_case(string.substr(0, end), key)) {
            return end == std::string_view::npos ? std::string_view() : string.substr(end + 1);
        }
    }
    return std::nullopt;
}

/// `_services._dns-sd._udp.local`, below which all types of services are listed.
const DnsName& service_types_name()
{
    static const auto name = DnsName::parse("_services._dns-sd._udp.local").value();
    return name;
}

std::string numbered(std::string label, unsigned number)
{
    return number > 1 ? fmt::format("{}-{}", label, number) : label;
}

std::optional<std::uint64_t> hex_number(std::optional<std::string_view> text)
{
    std::uint64_t value = 0;
    if (!text || text->empty() || text->size() > 16) {
        return std::nullopt;
    }
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value, 16);
    return error == std::errc() && end == text->data() + text->size() ? std::optional(value) : std::nullopt;
}

}  // namespace

const DnsName& service_name()
{
    static const auto name = DnsName::parse("_lanspread._udp.local").value();
    return name;
}

std::string instance_label(const PeerId& id) { return id.hex().substr(0, 16); }

ServiceNames service_names(const PeerId& id, unsigned number)
{
    return {.instance = service_name().below(numbered(instance_label(id), number)).value(),
            .host = DnsName::parse(numbered(id.hex().substr(0, 32), number) + ".local").value()};
}

bool is_label_of(const PeerId& id, std::string_view label)
{
    const auto digits = label.substr(0, label.find('-'));
    return (digits.size() == 16 || digits.size() == 32) &&
           equal_without_case(digits, std::string_view(id.hex()).substr(0, digits.size()));
}

std::vector<DnsRecord> service_records(const Announcement& announcement, std::span<const Address> addresses,
                                       const ServiceNames& names)
{
    const auto& [instance, host] = names;
    TextData text{{fmt::format("id={}", announcement.id.hex()), "v=1",
                   fmt::format("rev={}", announcement.rev), fmt::format("epoch={:x}", announcement.epoch)}};
    if (!announcement.name.empty() && is_displayable(announcement.name)) {
        text.strings.push_back("name=" + announcement.name);
    }
    std::vector<DnsRecord> records{
        {.name = service_name(), .is_unique = false, .ttl = other_record_ttl, .data = PointerData{instance}},
        {.name = instance,
         .is_unique = true,
         .ttl = host_record_ttl,
         .data = ServiceData{.port = announcement.port, .host = host}},
        {.name = instance, .is_unique = true, .ttl = other_record_ttl, .data = std::move(text)}};
    for (auto address : addresses) {
        address.port = 0;
        address.scope = 0;
        records.push_back(
            {.name = host, .is_unique = true, .ttl = host_record_ttl, .data = AddressData{address}});
    }
    return records;
}

std::vector<DnsRecord> records_on_request(std::span<const DnsRecord> records)
{
    std::vector<DnsRecord> result{{.name = service_types_name(),
                                   .is_unique = false,
                                   .ttl = other_record_ttl,
                                   .data = PointerData{service_name()}}};
    for (const auto& record : records) {
        if (!record.is_unique) {
            continue;
        }
        auto absence = std::ranges::find_if(
            result, [&record](const auto& made) { return made.is_unique && made.name == record.name; });
        if (absence == result.end()) {
            result.push_back({.name = record.name,
                              .is_unique = true,
                              .ttl = host_record_ttl,
                              .data = AbsenceData{.next = record.name, .types = {}}});
            absence = std::prev(result.end());
        }
        auto& types = std::get<AbsenceData>(absence->data).types;
        if (std::ranges::find(types, record.type()) == types.end()) {
            types.push_back(record.type());
            std::ranges::sort(types);
        }
    }
    return result;
}

bool is_on_request(const DnsRecord& record)
{
    return std::holds_alternative<AbsenceData>(record.data) || record.name == service_types_name();
}

std::optional<PeerText> read_text(const TextData& text)
{
    const auto id = PeerId::parse(value_of(text, "id").value_or(""));
    if (!id) {
        return std::nullopt;
    }
    const auto name = value_of(text, "name").value_or("");
    return PeerText{.id = *id,
                    .name = is_displayable(name) ? std::string(name) : std::string(),
                    .epoch = hex_number(value_of(text, "epoch"))};
}

}  // namespace lanspread::discovery
