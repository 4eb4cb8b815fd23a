#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "doctor/passage.h"
#include "wire/json_value.h"

/// What nftables' JSON says about one condition of a rule (libnftables-json(5)). Pure functions over the
/// output of a program, which may hold anything.
namespace lanspread::doctor {

enum class Truth { no, yes, unknown };

/// The elements of a named set: a JSON list; nothing where there is no such set.
using NamedSets = std::function<std::optional<wire::JsonValue>(std::string_view name)>;

/// Whether the packet meets the condition, which is the object behind "match": `op`, `left` and `right`.
[[nodiscard]] Truth matches(wire::JsonValue condition, const Packet& packet, const NamedSets& sets);

/// The element of a verdict map (the object behind "vmap") that the packet chooses. `unknown` where that
/// cannot be told; nothing chosen where no element fits.
struct Chosen {
    bool is_known = false;
    std::optional<wire::JsonValue> verdict;
};
[[nodiscard]] Chosen choose(wire::JsonValue map, const Packet& packet, const NamedSets& sets);

// A JSON value of that kind; nothing where it is another.
[[nodiscard]] std::optional<std::string_view> text_in(std::optional<wire::JsonValue> value);
[[nodiscard]] std::optional<std::uint64_t> number_in(std::optional<wire::JsonValue> value);
[[nodiscard]] std::optional<std::size_t> size_of_list(std::optional<wire::JsonValue> value);

}  // namespace lanspread::doctor
