#pragma once

#include "base/address.h"
#include "base/error.h"
#include "base/game_id.h"
#include "wire/described.h"
#include "wire/json_value.h"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <boost/mp11/algorithm.hpp>

/// JSON to described structs. For codec.h, which says what the form is.
namespace lanspread::wire {

[[nodiscard]] Result<GameId> read_game(JsonValue value, const MemberPath& path);
[[nodiscard]] Result<Address> read_address(JsonValue value, const MemberPath& path);
[[nodiscard]] Result<std::array<std::byte, 32>> read_digest(JsonValue value, const MemberPath& path);

/// Whether an object names its type: at the top of a message it does.
enum class Place { top, inside };

template <class T>
[[nodiscard]] Result<T> read(JsonValue value, const MemberPath& path);

template <class T, class From>
[[nodiscard]] Result<T> converted(Result<From> from)
{
    return from ? Result<T>(static_cast<T>(*from)) : fail(std::move(from).error());
}

/// The members that an object of type T may have.
template <Described T>
[[nodiscard]] constexpr auto member_names(Place place)
{
    std::array<std::string_view, boost::mp11::mp_size<MembersOf<T>>::value + 1> names;
    std::size_t count = 0;
    boost::mp11::mp_for_each<MembersOf<T>>([&](auto described) { names[count++] = described.name; });
    names[count] = place == Place::top ? "type" : std::string_view();
    return names;
}

template <class T>
[[nodiscard]] Result<void> read_member(T& out, JsonValue object, std::string_view name,
                                       const MemberPath& path)
{
    const auto place = path.member(name);
    const auto found = object.member(name);
    if constexpr (is_optional<T>) {
        if (found) {
            auto value = read<typename T::value_type>(*found, place);
            if (!value) {
                return fail(std::move(value).error());
            }
            out = *std::move(value);
        }
    } else {
        auto value = found ? read<T>(*found, place) : place.fail(ErrorCode::invalid_input, "missing");
        if (!value) {
            return fail(std::move(value).error());
        }
        out = *std::move(value);
    }
    return {};
}

template <Described T>
[[nodiscard]] Result<T> read_struct(JsonValue value, Place place, const MemberPath& path)
{
    static constexpr auto names_inside = member_names<T>(Place::inside);
    static constexpr auto names_at_top = member_names<T>(Place::top);
    static_assert(std::ranges::find(names_inside, "type") == names_inside.end(),
                  "\"type\" names the struct itself");

    auto result = value.only_members(place == Place::top ? names_at_top : names_inside, path);
    T out{};
    boost::mp11::mp_for_each<MembersOf<T>>([&](auto described) {
        if (result) {
            result = read_member(out.*described.pointer, value, described.name, path);
        }
    });
    if (result) {
        result = apply_check(out, path);
    }
    return result ? Result<T>(std::move(out)) : fail(std::move(result).error());
}

template <class T>
[[nodiscard]] Result<std::vector<T>> read_list(JsonValue value, const MemberPath& path)
{
    const auto size = value.list_size(path);
    if (!size) {
        return fail(size.error());
    }
    std::vector<T> list;
    list.reserve(*size);
    for (std::size_t i = 0; i < *size; ++i) {
        auto element = read<T>(value.element(i), path.element(i));
        if (!element) {
            return fail(std::move(element).error());
        }
        list.push_back(*std::move(element));
    }
    return list;
}

template <class T>
[[nodiscard]] Result<T> read(JsonValue value, const MemberPath& path)
{
    using Limits = std::numeric_limits<T>;
    if constexpr (std::same_as<T, bool>) {
        return value.boolean(path);
    } else if constexpr (std::unsigned_integral<T>) {
        return converted<T>(value.unsigned_integer(Limits::max(), path));
    } else if constexpr (std::signed_integral<T>) {
        return converted<T>(value.signed_integer(Limits::min(), Limits::max(), path));
    } else if constexpr (std::floating_point<T>) {
        return converted<T>(value.number(path));
    } else if constexpr (std::same_as<T, std::string>) {
        return converted<T>(value.string(path));
    } else if constexpr (std::same_as<T, GameId>) {
        return read_game(value, path);
    } else if constexpr (std::same_as<T, Address>) {
        return read_address(value, path);
    } else if constexpr (is_digest<T>) {
        const auto bytes = read_digest(value, path);
        return bytes ? Result<T>(T{*bytes}) : fail(bytes.error());
    } else if constexpr (is_vector<T>) {
        return read_list<typename T::value_type>(value, path);
    } else {
        static_assert(Described<T>, "a member's type that has no JSON form");
        return read_struct<T>(value, Place::inside, path);
    }
}

/// Reads a message as a whole, as codec.h's `decode` promises it.
template <class T>
struct TopReader {
    [[nodiscard]] static Result<T> read(JsonValue root)
    {
        const MemberPath path(type_name<T>());
        if (root.type() != type_name<T>()) {
            return path.member("type").fail(ErrorCode::invalid_input, "another or none");
        }
        return read_struct<T>(root, Place::top, path);
    }
};

template <class T>
struct TopReader<std::vector<T>> {
    [[nodiscard]] static Result<std::vector<T>> read(JsonValue root)
    {
        static constexpr std::array<std::string_view, 1> names{"items"};
        const MemberPath path("list");
        std::vector<T> items;
        auto result = root.only_members(names, path);
        if (result) {
            result = read_member(items, root, "items", path);
        }
        return result ? Result<std::vector<T>>(std::move(items)) : fail(std::move(result).error());
    }
};

template <class... Ts>
struct TopReader<std::variant<Ts...>> {
    using Variant = std::variant<Ts...>;

    [[nodiscard]] static Result<Variant> read(JsonValue root)
    {
        Result<Variant> result =
            MemberPath("message.type").fail(ErrorCode::invalid_input, "missing or unknown");
        (read_if_named<Ts>(root, result), ...);
        return result;
    }

private:
    template <class T>
    static void read_if_named(JsonValue root, Result<Variant>& result)
    {
        if (root.type() == type_name<T>()) {
            result = TopReader<T>::read(root);
        }
    }
};

}  // namespace lanspread::wire
