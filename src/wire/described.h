#pragma once

#include "base/digest.h"
#include "base/error.h"
#include "wire/json_value.h"

#include <concepts>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/describe/members.hpp>
#include <boost/describe/modifiers.hpp>

/// What is known of a type at compile time, for writing and reading it.
namespace lanspread::wire {

/// The name of a type without its namespaces: "GetChunk".
template <class T>
[[nodiscard]] constexpr std::string_view type_name()
{
    // Clang: "std::string_view lanspread::wire::type_name() [T = lanspread::wire::GetChunk]"
    std::string_view name = std::source_location::current().function_name();
    name.remove_suffix(1);
    return name.substr(name.find_last_of(" :") + 1);
}

template <class T>
concept Described = boost::describe::has_describe_members<T>::value;

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_variant = false;
template <class... Ts>
inline constexpr bool is_variant<std::variant<Ts...>> = true;
template <class T>
inline constexpr bool is_digest = false;
template <class Tag>
inline constexpr bool is_digest<Digest<Tag>> = true;

/// A struct with rules of its own (messages.h): `check` says what is wrong, beginning with the member's name.
template <class T>
concept Checked = requires(const T& value) {
    { check(value) } -> std::same_as<Result<void>>;
};

template <Described T>
using MembersOf = boost::describe::describe_members<T, boost::describe::mod_public>;

template <Described T>
[[nodiscard]] Result<void> apply_check(const T& value, const MemberPath& path)
{
    if constexpr (Checked<T>) {
        if (const auto checked = check(value); !checked) {
            return fail(checked.error().code, path.text() + "." + checked.error().message);
        }
    }
    return {};
}

}  // namespace lanspread::wire
