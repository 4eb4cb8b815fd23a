#pragma once

#include "base/address.h"
#include "base/error.h"
#include "base/game_id.h"
#include "wire/described.h"
#include "wire/json_writer.h"

#include <cmath>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include <boost/mp11/algorithm.hpp>

/// Described structs to JSON. For codec.h, which says what the form is.
namespace lanspread::wire {

[[nodiscard]] Result<void> write_text(JsonWriter& writer, std::string_view value, const MemberPath& path);
[[nodiscard]] Result<void> write_game(JsonWriter& writer, const GameId& value, const MemberPath& path);
[[nodiscard]] Result<void> write_address(JsonWriter& writer, const Address& value, const MemberPath& path);
[[nodiscard]] Result<void> check_list_size(std::size_t size, const MemberPath& path);

template <class T>
[[nodiscard]] Result<void> write(JsonWriter& writer, const T& value, const MemberPath& path);

template <Described T>
[[nodiscard]] Result<void> write_members(JsonWriter& writer, const T& value, const MemberPath& path)
{
    auto result = apply_check(value, path);
    boost::mp11::mp_for_each<MembersOf<T>>([&](auto described) {
        const auto& member = value.*described.pointer;
        const auto write_one = [&](const auto& present) {
            writer.name(described.name);
            result = write(writer, present, path.member(described.name));
        };
        if (!result) {
            return;
        }
        if constexpr (is_optional<std::remove_cvref_t<decltype(member)>>) {
            if (member) {
                write_one(*member);
            }
        } else {
            write_one(member);
        }
    });
    return result;
}

template <class T>
[[nodiscard]] Result<void> write_list(JsonWriter& writer, const std::vector<T>& list, const MemberPath& path)
{
    auto result = check_list_size(list.size(), path);
    writer.begin_list();
    for (std::size_t i = 0; result && i < list.size(); ++i) {
        result = write(writer, list[i], path.element(i));
    }
    writer.end_list();
    return result;
}

template <class T>
[[nodiscard]] Result<void> write(JsonWriter& writer, const T& value, const MemberPath& path)
{
    if constexpr (std::same_as<T, bool>) {
        writer.boolean(value);
    } else if constexpr (std::unsigned_integral<T>) {
        writer.integer(static_cast<std::uint64_t>(value));
    } else if constexpr (std::signed_integral<T>) {
        writer.integer(static_cast<std::int64_t>(value));
    } else if constexpr (std::floating_point<T>) {
        if (!std::isfinite(value)) {
            return path.fail(ErrorCode::refused, "not a finite number");
        }
        writer.number(value);
    } else if constexpr (std::same_as<T, std::string>) {
        return write_text(writer, value, path);
    } else if constexpr (std::same_as<T, GameId>) {
        return write_game(writer, value, path);
    } else if constexpr (std::same_as<T, Address>) {
        return write_address(writer, value, path);
    } else if constexpr (is_digest<T>) {
        writer.string(value.hex());
    } else if constexpr (is_vector<T>) {
        return write_list(writer, value, path);
    } else {
        static_assert(Described<T>, "a member's type that has no JSON form");
        writer.begin_object();
        auto result = write_members(writer, value, path);
        writer.end_object();
        return result;
    }
    return {};
}

template <class T>
[[nodiscard]] Result<void> write_top(JsonWriter& writer, const T& message)
{
    if constexpr (is_variant<T>) {
        return std::visit([&writer](const auto& held) { return write_top(writer, held); }, message);
    } else {
        writer.begin_object();
        Result<void> result;
        if constexpr (is_vector<T>) {
            writer.name("items");
            result = write(writer, message, MemberPath("items"));
        } else {
            writer.name("type");
            writer.string(type_name<T>());
            result = write_members(writer, message, MemberPath(type_name<T>()));
        }
        writer.end_object();
        return result;
    }
}

}  // namespace lanspread::wire
