#include "discovery/service_records.h"

#include "base/utf8.h"

#include <algorithm>

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

}  // namespace

const DnsName& service_name()
{
    static const auto name = DnsName::parse("_lanspread._udp.local").value();
    return name;
}

std::string instance_label(const PeerId& id) { return id.hex().substr(0, 16); }

DnsName host_name(const PeerId& id) { return DnsName::parse(id.hex().substr(0, 32) + ".local").value(); }

std::vector<DnsRecord> service_records(const Announcement& announcement, std::span<const Address> addresses)
{
    const auto instance = service_name().below(instance_label(announcement.id)).value();
    const auto host = host_name(announcement.id);
    TextData text{
        {fmt::format("id={}", announcement.id.hex()), "v=1", fmt::format("rev={}", announcement.rev)}};
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

std::optional<PeerText> read_text(const TextData& text)
{
    const auto id = PeerId::parse(value_of(text, "id").value_or(""));
    if (!id) {
        return std::nullopt;
    }
    const auto name = value_of(text, "name").value_or("");
    return PeerText{.id = *id, .name = is_displayable(name) ? std::string(name) : std::string()};
}

}  // namespace lanspread::discovery
