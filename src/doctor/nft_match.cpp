#include "doctor/nft_match.h"

#include <array>
#include <limits>
#include <variant>

#include "platform/interfaces.h"

namespace lanspread::doctor {

namespace {

using wire::JsonValue;
using wire::MemberPath;

/// What a condition looks at. Never: the packet has no such field, so that no comparison of it holds.
struct Never {};
struct Unknown {};
using Field = std::variant<Unknown, Never, std::string, std::uint64_t, Address>;

/// For readers whose errors are dropped.
MemberPath anywhere() { return MemberPath("nft"); }

Truth truth(bool holds) { return holds ? Truth::yes : Truth::no; }
Truth negated(Truth value) { return value == Truth::unknown ? value : truth(value == Truth::no); }
/// Whether one of several holds, when this one is seen after the others.
Truth either(Truth one, Truth other)
{
    if (one == Truth::yes || other == Truth::yes) {
        return Truth::yes;
    }
    return one == Truth::unknown || other == Truth::unknown ? Truth::unknown : Truth::no;
}

std::string_view name_of(Packet::To kind)
{
    switch (kind) {
        case Packet::To::host: return "host";
        case Packet::To::multicast: return "multicast";
        case Packet::To::broadcast: return "broadcast";
    }
    return "";
}

Field payload_field(std::string_view protocol, std::string_view field, const Packet& packet)
{
    const bool is_v4 = packet.to.is_v4();
    if (protocol == "udp" || protocol == "th") {
        return field == "dport" ? Field(std::uint64_t{packet.to.port}) : Field(Unknown());
    }
    if (protocol == "ip" || protocol == "ip6") {
        if (is_v4 != (protocol == "ip")) {
            return Never();
        }
        if (field == "saddr") {
            return packet.from;
        }
        if (field == "daddr") {
            return packet.to;
        }
        return field == "protocol" || field == "nexthdr" ? Field("udp") : Field(Unknown());
    }
    constexpr std::array<std::string_view, 10> others{"tcp",  "icmp", "icmpv6", "igmp",    "sctp",
                                                      "dccp", "esp",  "ah",     "udplite", "arp"};
    for (const auto other : others) {
        if (protocol == other) {
            return Never();
        }
    }
    return Unknown();
}

Field meta_field(std::string_view key, const Packet& packet)
{
    if (key == "l4proto") {
        return "udp";
    }
    if (key == "iif" || key == "iifname") {
        return packet.interface;
    }
    if (key == "nfproto" || key == "protocol") {
        const bool wants_ether_type = key == "protocol";
        return packet.to.is_v4() ? (wants_ether_type ? "ip" : "ipv4") : (wants_ether_type ? "ip6" : "ipv6");
    }
    return key == "pkttype" ? Field(std::string(name_of(packet.kind))) : Field(Unknown());
}

/// A new flow, which no rule of address translation has touched.
Field tracking_field(std::string_view key)
{
    if (key == "state") {
        return "new";
    }
    return key == "status" ? Field("none") : Field(Unknown());
}

Field routing_field(JsonValue fib, const Packet& packet)
{
    const auto flags = fib.member("flags");
    const bool asks_for_type = text_in(fib.member("result")) == "type";
    if (!asks_for_type || size_of_list(flags) != 1 || text_in(flags->element(0)) != "daddr") {
        return Unknown();
    }
    return packet.kind == Packet::To::host ? "local" : std::string(name_of(packet.kind));
}

Field field_in(JsonValue left, const Packet& packet)
{
    if (const auto payload = left.member("payload")) {
        const auto protocol = text_in(payload->member("protocol"));
        const auto field = text_in(payload->member("field"));
        return protocol && field ? payload_field(*protocol, *field, packet) : Field(Unknown());
    }
    if (const auto meta = left.member("meta")) {
        const auto key = text_in(meta->member("key"));
        return key ? meta_field(*key, packet) : Field(Unknown());
    }
    if (const auto tracking = left.member("ct")) {
        const auto key = text_in(tracking->member("key"));
        return key ? tracking_field(*key) : Field(Unknown());
    }
    const auto fib = left.member("fib");
    return fib ? routing_field(*fib, packet) : Field(Unknown());
}

/// The system's numbers for protocols, which stand where it has no names.
Truth equals_text(const std::string& field, JsonValue right)
{
    if (const auto number = number_in(right)) {
        constexpr std::uint64_t udp = 17;
        return field == "udp" ? truth(*number == udp) : Truth::unknown;
    }
    const auto text = text_in(right);
    if (!text) {
        return Truth::unknown;
    }
    if (text->ends_with('*')) {
        return truth(field.starts_with(text->substr(0, text->size() - 1)));
    }
    return truth(field == *text);
}

Truth equals_number(std::uint64_t field, JsonValue right)
{
    if (const auto range = right.member("range")) {
        if (size_of_list(range) != 2) {
            return Truth::unknown;
        }
        const auto first = number_in(range->element(0));
        const auto last = number_in(range->element(1));
        return first && last ? truth(*first <= field && field <= *last) : Truth::unknown;
    }
    const auto number = number_in(right);
    return number ? truth(*number == field) : Truth::unknown;
}

Truth is_in_network(const Address& field, std::string_view text, std::uint64_t length)
{
    const auto network = Address::parse(text);
    const unsigned bits = network && network->is_v4() ? 32 : 128;
    if (!network || length > bits) {
        return Truth::unknown;
    }
    const platform::InterfaceAddress there{.address = *network,
                                           .prefix_length = static_cast<unsigned>(length)};
    return truth(there.is_on_link(field));
}

Truth equals_address(const Address& field, JsonValue right)
{
    if (const auto prefix = right.member("prefix")) {
        const auto address = text_in(prefix->member("addr"));
        const auto length = number_in(prefix->member("len"));
        return address && length ? is_in_network(field, *address, *length) : Truth::unknown;
    }
    const auto text = text_in(right);
    return text ? is_in_network(field, *text, field.is_v4() ? 32 : 128) : Truth::unknown;
}

Truth equals(const Field& field, JsonValue right, const NamedSets& sets);

Truth is_one_of(const Field& field, JsonValue list, const NamedSets& sets)
{
    auto result = Truth::no;
    for (std::size_t index = 0, size = size_of_list(list).value_or(0); index < size; ++index) {
        result = either(result, equals(field, list.element(index), sets));
    }
    return result;
}

Truth equals(const Field& field, JsonValue right, const NamedSets& sets)
{
    if (const auto element = right.member("elem")) {
        const auto value = element->member("val");
        return value ? equals(field, *value, sets) : Truth::unknown;
    }
    if (const auto set = right.member("set"); set && size_of_list(set)) {
        return is_one_of(field, *set, sets);
    }
    if (size_of_list(right)) {
        return is_one_of(field, right, sets);
    }
    if (const auto text = text_in(right); text && text->starts_with('@')) {
        const auto elements = sets(text->substr(1));
        return elements && size_of_list(elements) ? is_one_of(field, *elements, sets) : Truth::unknown;
    }
    if (const auto* text = std::get_if<std::string>(&field)) {
        return equals_text(*text, right);
    }
    if (const auto* number = std::get_if<std::uint64_t>(&field)) {
        return equals_number(*number, right);
    }
    const auto* address = std::get_if<Address>(&field);
    return address != nullptr ? equals_address(*address, right) : Truth::unknown;
}

Truth compare(const Field& field, std::string_view operation, JsonValue right, const NamedSets& sets)
{
    if (operation == "==" || operation == "in") {
        return equals(field, right, sets);
    }
    if (operation == "!=") {
        return negated(equals(field, right, sets));
    }
    const auto* number = std::get_if<std::uint64_t>(&field);
    const auto limit = number_in(right);
    if (number == nullptr || !limit) {
        return Truth::unknown;
    }
    if (operation == "<" || operation == ">=") {
        return truth((*number < *limit) == (operation == "<"));
    }
    return operation == ">" || operation == "<=" ? truth((*number > *limit) == (operation == ">"))
                                                 : Truth::unknown;
}

}  // namespace

std::optional<std::string_view> text_in(std::optional<JsonValue> value)
{
    const auto text = value ? value->string(anywhere()) : fail(ErrorCode::not_found, "");
    return text ? std::optional(*text) : std::nullopt;
}

std::optional<std::uint64_t> number_in(std::optional<JsonValue> value)
{
    const auto number = value ? value->unsigned_integer(std::numeric_limits<std::uint64_t>::max(), anywhere())
                              : fail(ErrorCode::not_found, "");
    return number ? std::optional(*number) : std::nullopt;
}

std::optional<std::size_t> size_of_list(std::optional<JsonValue> value)
{
    const auto size = value ? value->list_size(anywhere()) : fail(ErrorCode::not_found, "");
    return size ? std::optional(*size) : std::nullopt;
}

Truth matches(JsonValue condition, const Packet& packet, const NamedSets& sets)
{
    const auto operation = text_in(condition.member("op"));
    const auto left = condition.member("left");
    const auto right = condition.member("right");
    if (!operation || !left || !right) {
        return Truth::unknown;
    }
    const auto field = field_in(*left, packet);
    if (std::holds_alternative<Never>(field)) {
        return Truth::no;
    }
    return std::holds_alternative<Unknown>(field) ? Truth::unknown : compare(field, *operation, *right, sets);
}

Chosen choose(JsonValue map, const Packet& packet, const NamedSets& sets)
{
    const auto key = map.member("key");
    const auto data = map.member("data");
    const auto elements = data ? data->member("set") : std::nullopt;
    const auto field = key ? field_in(*key, packet) : Field(Unknown());
    if (!elements || !size_of_list(elements) || std::holds_alternative<Unknown>(field)) {
        return {};
    }
    for (std::size_t index = 0; index < *size_of_list(elements); ++index) {
        const auto pair = elements->element(index);
        if (size_of_list(pair) != 2) {
            return {};
        }
        const auto fits =
            std::holds_alternative<Never>(field) ? Truth::no : equals(field, pair.element(0), sets);
        if (fits == Truth::unknown) {
            return {};
        }
        if (fits == Truth::yes) {
            return {.is_known = true, .verdict = pair.element(1)};
        }
    }
    return {.is_known = true, .verdict = std::nullopt};
}

}  // namespace lanspread::doctor
