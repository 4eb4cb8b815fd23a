#pragma once

#include <string>
#include <vector>

#include "runtime/model.h"

/// Snapshots as text for people. Pure functions; each text is whole lines.
namespace lanspread::cli {

[[nodiscard]] std::string text_of(const runtime::Status& status);
[[nodiscard]] std::string text_of(const std::vector<runtime::Peer>& peers);
[[nodiscard]] std::string text_of(const std::vector<runtime::Game>& games);
[[nodiscard]] std::string text_of(const runtime::Game& game);
[[nodiscard]] std::string text_of(const runtime::VerifyReport& report);
[[nodiscard]] std::string text_of(const runtime::Event& event);
/// "45 %", rounded down; 100 % means done.
[[nodiscard]] std::string percent_text(const runtime::Download& download);
/// What one download is at: "running, 45 % of 2.70 GB".
[[nodiscard]] std::string state_text(const runtime::Download& download);

}  // namespace lanspread::cli
