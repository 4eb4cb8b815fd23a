#pragma once

#include "base/error.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace boost::json {
class value;
}

namespace lanspread::wire {

// What a JSON text may cost its reader. Both directions keep to these limits.
inline constexpr std::size_t max_depth = 16;               ///< of lists and objects inside one another
inline constexpr std::size_t max_string_size = 64 * 1024;  ///< bytes of one string
inline constexpr std::size_t max_list_size = 100'000;      ///< elements of one list
inline constexpr std::size_t max_member_count = 64;        ///< members of one object
inline constexpr std::size_t max_value_count =
    200'000;  ///< values of all kinds in one text, so some 10 MB of memory

/// Where in a message something stands: "LibraryDelta.upserts[3].size". A chain through the stack frames of
/// the functions that are at it, so that a path costs nothing until an error needs its text: a parent must
/// outlive its children.
class MemberPath {
public:
    explicit MemberPath(std::string_view root) : name_(root) {}
    [[nodiscard]] MemberPath member(std::string_view name) const { return {this, name, 0}; }
    [[nodiscard]] MemberPath element(std::size_t index) const { return {this, {}, index}; }

    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::unexpected<Error> fail(ErrorCode code, std::string_view problem) const;

private:
    MemberPath(const MemberPath* parent, std::string_view name, std::size_t index)
        : parent_(parent), name_(name), index_(index)
    {
    }

    const MemberPath* parent_ = nullptr;
    std::string_view name_;  // empty: a list's element
    std::size_t index_ = 0;
};

/// A value inside a JsonDocument, which it must not outlive. Each reader refuses, as `invalid_input` under
/// `path`, a value of another kind than asked for.
class JsonValue {
public:
    explicit JsonValue(const boost::json::value& value) : value_(&value) {}

    [[nodiscard]] Result<bool> boolean(const MemberPath& path) const;
    [[nodiscard]] Result<std::uint64_t> unsigned_integer(std::uint64_t max, const MemberPath& path) const;
    [[nodiscard]] Result<std::int64_t> signed_integer(std::int64_t min, std::int64_t max,
                                                      const MemberPath& path) const;
    [[nodiscard]] Result<double> number(const MemberPath& path) const;
    /// A view into the document.
    [[nodiscard]] Result<std::string_view> string(const MemberPath& path) const;

    [[nodiscard]] Result<std::size_t> list_size(const MemberPath& path) const;
    /// Only after `list_size`, and below it.
    [[nodiscard]] JsonValue element(std::size_t index) const;

    /// Whether this is an object that has no other members than `names`.
    [[nodiscard]] Result<void> only_members(std::span<const std::string_view> names,
                                            const MemberPath& path) const;
    /// Nothing where there is no such member, or this is no object.
    [[nodiscard]] std::optional<JsonValue> member(std::string_view name) const;
    /// What the member "type" says; empty where there is none.
    [[nodiscard]] std::string_view type() const;

private:
    const boost::json::value* value_;
};

/// A parsed JSON text (RFC 8259) within the limits above.
class JsonDocument {
public:
    /// Refuses, as `invalid_input`, what is not exactly one JSON value in UTF-8, names a member twice, or
    /// breaks a limit.
    [[nodiscard]] static Result<JsonDocument> parse(std::string_view text, std::size_t max_size);

    [[nodiscard]] JsonValue root() const { return JsonValue(*value_); }

private:
    struct Delete {
        void operator()(boost::json::value* value) const;
    };
    using Owned = std::unique_ptr<boost::json::value, Delete>;
    explicit JsonDocument(Owned value) : value_(std::move(value)) {}

    Owned value_;
};

}  // namespace lanspread::wire
