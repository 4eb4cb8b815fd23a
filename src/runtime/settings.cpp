#include "runtime/settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <limits>
#include <optional>
#include <type_traits>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>

#include "base/quantity.h"
#include "catalog/language.h"
#include "party/addresses.h"

namespace lanspread::runtime {

namespace {

constexpr std::uint32_t max_parallel = 100;
constexpr std::size_t max_typed = 64;

/// What kind of value a setting has, by its type in Settings: bytes a second, a count, or on and off.
std::optional<std::int64_t> parse_as(std::uint64_t /*rate*/, std::string_view text)
{
    if (text == "off" || text == "none") {
        return 0;
    }
    const auto size = parse_size(text);
    return size ? std::optional(static_cast<std::int64_t>(*size)) : std::nullopt;
}

std::optional<std::int64_t> parse_as(std::uint32_t /*count*/, std::string_view text)
{
    std::uint32_t number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_good =
        error == std::errc() && rest == text.data() + text.size() && number >= 1 && number <= max_parallel;
    return is_good ? std::optional<std::int64_t>(number) : std::nullopt;
}

std::optional<std::int64_t> parse_as(bool /*choice*/, std::string_view text)
{
    if (text != "on" && text != "off") {
        return std::nullopt;
    }
    return text == "on" ? 1 : 0;
}

std::string_view values_of(std::uint64_t /*rate*/) { return "bytes a second, as 5M or 500k, or off"; }
std::string_view values_of(std::uint32_t /*count*/) { return "a number from 1 to 100"; }
std::string_view values_of(bool /*choice*/) { return "on or off"; }

bool is_possible(std::uint64_t /*rate*/, std::int64_t number) { return number >= 0; }
bool is_possible(std::uint32_t /*count*/, std::int64_t number)
{
    return number >= 1 && number <= max_parallel;
}
bool is_possible(bool /*choice*/, std::int64_t number) { return number == 0 || number == 1; }

/// Texts are read in a way of their own.
std::optional<std::int64_t> parse_as(const std::string& /*text*/, std::string_view /*typed*/)
{
    return std::nullopt;
}
std::string_view values_of(const std::string& /*text*/) { return "a text"; }

/// Calls `visit(name, member)` for each setting.
template <class Visit>
void for_each_setting(Settings& settings, Visit visit)
{
    using Members = boost::describe::describe_members<Settings, boost::describe::mod_public>;
    boost::mp11::mp_for_each<Members>(
        [&](auto member) { visit(std::string_view(member.name), settings.*member.pointer); });
}

Result<std::string> parse_addresses(std::string_view name, std::string_view text)
{
    if (text == "off" || text == "none") {
        return std::string();
    }
    std::vector<std::string> kept;
    for (auto& entry : entries_of(text)) {
        if (const auto address = party::parse_host_port(entry); !address) {
            return fail(address.error().in(name));
        }
        if (std::ranges::find(kept, entry) == kept.end()) {
            kept.push_back(std::move(entry));
        }
    }
    if (kept.size() > max_typed) {
        return fail(ErrorCode::invalid_input, fmt::format("{}: more than {} addresses", name, max_typed));
    }
    return fmt::format("{}", fmt::join(kept, " "));
}

Result<std::string> parse_language(std::string_view text)
{
    if (text == "auto") {
        return std::string();
    }
    return catalog::parse_language(text)
               ? Result<std::string>(text)
               : fail(ErrorCode::invalid_input,
                      fmt::format("language cannot be '{}': de, en, fr or auto", text));
}

}  // namespace

Result<std::int64_t> parse_setting(std::string_view name, std::string_view text)
{
    std::optional<Result<std::int64_t>> result;
    std::vector<std::string_view> names;
    Settings settings;
    for_each_setting(settings, [&](std::string_view its_name, auto& member) {
        names.push_back(its_name);
        if (name == its_name) {
            const auto parsed = parse_as(member, text);
            result = parsed ? Result<std::int64_t>(*parsed)
                            : fail(ErrorCode::invalid_input,
                                   fmt::format("{} cannot be '{}': {}", name, text, values_of(member)));
        }
    });
    return result ? *result
                  : fail(ErrorCode::not_found,
                         fmt::format("there is no setting '{}'; there are {}", name, fmt::join(names, ", ")));
}

bool is_text_setting(std::string_view name) { return name == "connect" || name == "language"; }

Result<std::string> parse_text_setting(std::string_view name, std::string_view text)
{
    return name == "language" ? parse_language(text) : parse_addresses(name, text);
}

std::vector<std::string> entries_of(std::string_view text)
{
    std::vector<std::string> entries;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(" ,\t\n"), text.size());
        if (end > 0) {
            entries.emplace_back(text.substr(0, end));
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return entries;
}

Settings settings_from(const StoredSettings& stored)
{
    Settings settings;
    for_each_setting(settings, [&](std::string_view name, auto& member) {
        using Member = std::remove_reference_t<decltype(member)>;
        if constexpr (std::same_as<Member, std::string>) {
            const auto found = stored.texts.find(std::string(name));
            member = found == stored.texts.end() ? member : found->second;
        } else {
            const auto found = stored.numbers.find(std::string(name));
            if (found != stored.numbers.end() && is_possible(member, found->second)) {
                member = static_cast<Member>(found->second);
            }
        }
    });
    return settings;
}

std::uint64_t effective_upload_limit(const Settings& settings, bool is_playing)
{
    const auto playing = is_playing ? settings.upload_limit_while_playing : 0;
    if (settings.upload_limit == 0 || playing == 0) {
        return std::max(settings.upload_limit, playing);
    }
    return std::min(settings.upload_limit, playing);
}

}  // namespace lanspread::runtime
