#include "wire/json_value.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <boost/json/value.hpp>

namespace lanspread::wire {

namespace {

std::string_view as_view(boost::json::string_view text) { return {text.data(), text.size()}; }

}  // namespace

std::string MemberPath::text() const
{
    if (parent_ == nullptr) {
        return std::string(name_);
    }
    return name_.empty() ? fmt::format("{}[{}]", parent_->text(), index_)
                         : fmt::format("{}.{}", parent_->text(), name_);
}

std::unexpected<Error> MemberPath::fail(ErrorCode code, std::string_view problem) const
{
    return lanspread::fail(code, fmt::format("{}: {}", text(), problem));
}

Result<bool> JsonValue::boolean(const MemberPath& path) const
{
    if (const auto* value = value_->if_bool()) {
        return *value;
    }
    return path.fail(ErrorCode::invalid_input, "expected true or false");
}

Result<std::uint64_t> JsonValue::unsigned_integer(std::uint64_t max, const MemberPath& path) const
{
    // The parser keeps as int64 what fits into one, so both kinds are looked at.
    if (const auto* value = value_->if_int64();
        value && *value >= 0 && static_cast<std::uint64_t>(*value) <= max) {
        return static_cast<std::uint64_t>(*value);
    }
    if (const auto* value = value_->if_uint64(); value && *value <= max) {
        return *value;
    }
    return path.fail(ErrorCode::invalid_input, fmt::format("expected an integer from 0 to {}", max));
}

Result<std::int64_t> JsonValue::signed_integer(std::int64_t min, std::int64_t max,
                                               const MemberPath& path) const
{
    if (const auto* value = value_->if_int64(); value && *value >= min && *value <= max) {
        return *value;
    }
    return path.fail(ErrorCode::invalid_input, fmt::format("expected an integer from {} to {}", min, max));
}

Result<double> JsonValue::number(const MemberPath& path) const
{
    if (const auto* value = value_->if_double()) {
        return *value;
    }
    if (const auto* value = value_->if_int64()) {
        return static_cast<double>(*value);
    }
    if (const auto* value = value_->if_uint64()) {
        return static_cast<double>(*value);
    }
    return path.fail(ErrorCode::invalid_input, "expected a number");
}

Result<std::string_view> JsonValue::string(const MemberPath& path) const
{
    if (const auto* value = value_->if_string()) {
        return as_view(*value);
    }
    return path.fail(ErrorCode::invalid_input, "expected a string");
}

Result<std::size_t> JsonValue::list_size(const MemberPath& path) const
{
    if (const auto* value = value_->if_array()) {
        return value->size();
    }
    return path.fail(ErrorCode::invalid_input, "expected a list");
}

JsonValue JsonValue::element(std::size_t index) const { return JsonValue(value_->get_array()[index]); }

Result<void> JsonValue::only_members(std::span<const std::string_view> names, const MemberPath& path) const
{
    const auto* object = value_->if_object();
    if (object == nullptr) {
        return path.fail(ErrorCode::invalid_input, "expected an object");
    }
    for (const auto& member : *object) {
        if (const auto name = as_view(member.key()); std::ranges::find(names, name) == names.end()) {
            return path.member(name).fail(ErrorCode::invalid_input, "unknown member");
        }
    }
    return {};
}

std::optional<JsonValue> JsonValue::member(std::string_view name) const
{
    const auto* object = value_->if_object();
    const auto* found = object ? object->if_contains({name.data(), name.size()}) : nullptr;
    return found ? std::optional(JsonValue(*found)) : std::nullopt;
}

std::string_view JsonValue::type() const
{
    const auto found = member("type");
    const auto* text = found ? found->value_->if_string() : nullptr;
    return text ? as_view(*text) : std::string_view();
}

}  // namespace lanspread::wire
