#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "runtime/model.h"

/// The settings: as a person types them, as numbers in the store, as the struct that is shown. Pure
/// functions.
namespace lanspread::runtime {

/// The settings as the store keeps them.
struct StoredSettings {
    std::map<std::string, std::int64_t> numbers;
    std::map<std::string, std::string> texts;
};

/// Whether a setting is kept as a text, and read by parse_text_setting.
[[nodiscard]] bool is_text_setting(std::string_view name);
/// The text that the store keeps for such a setting: HOST[:PORT]s, each once, with one space between them; or
/// the word for a language, and nothing for "auto". `invalid_input` where that cannot be.
[[nodiscard]] Result<std::string> parse_text_setting(std::string_view name, std::string_view text);
/// The entries of such a text.
[[nodiscard]] std::vector<std::string> entries_of(std::string_view text);

/// The number that the store keeps for a setting, from what a person typed: a rate ("5M", "500k", "off"), a
/// count, or "on" and "off". `not_found` where there is no such setting, `invalid_input` where that is no
/// value for it.
[[nodiscard]] Result<std::int64_t> parse_setting(std::string_view name, std::string_view text);

/// The settings that what is in the store makes. What was never set, or makes no sense, is as it is by
/// default.
[[nodiscard]] Settings settings_from(const StoredSettings& stored);

/// Bytes a second; 0: no limit.
[[nodiscard]] std::uint64_t effective_upload_limit(const Settings& settings, bool is_playing);

}  // namespace lanspread::runtime
