#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/model.h"

/// Snapshots as text for people. Pure functions; each text is whole lines.
namespace lanspread::cli {

[[nodiscard]] std::string text_of(const runtime::Status& status);
[[nodiscard]] std::string text_of(const std::vector<runtime::Peer>& peers);
[[nodiscard]] std::string text_of(const runtime::VerifyReport& report);
[[nodiscard]] std::string text_of(const runtime::Event& event);
/// "label         text", for pages of facts.
[[nodiscard]] std::string fact(std::string_view label, std::string_view text);
/// "45 %", rounded down; 100 % means done.
[[nodiscard]] std::string percent_text(const runtime::Download& download);
/// What one download is at: "running, 45 % of 2.70 GB".
[[nodiscard]] std::string state_text(const runtime::Download& download);

}  // namespace lanspread::cli
