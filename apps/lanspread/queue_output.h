#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/model.h"

/// The queue and the settings as text for people. Pure functions; each text is whole lines.
namespace lanspread::cli {

/// A row for each download, in the order of the queue; below it, what each waits for.
[[nodiscard]] std::string queue_text(const std::vector<runtime::Download>& downloads);

/// Each setting with its value and what it does; with `name`, that one's value alone. Empty where there is no
/// such setting.
[[nodiscard]] std::string settings_text(const runtime::Settings& settings, std::string_view name);

}  // namespace lanspread::cli
