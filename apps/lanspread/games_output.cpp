#include "lanspread/games_output.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lanspread/format.h"
#include "lanspread/output.h"

namespace lanspread::cli {

namespace {

using runtime::Download;
using runtime::Game;

/// From this width on there is room for names.
constexpr std::size_t wide = 100;
/// Names that are listed before the rest is counted.
constexpr std::size_t named_holders = 3;

/// "Paused", and how far it is where that says something.
std::string download_word(const Download& download)
{
    struct Word {
        std::string_view state;
        std::string_view word;
        bool has_percent;
    };
    static constexpr std::array<Word, 7> words{{{"queued", "Queued", false},
                                                {"paused", "Paused", true},
                                                {"starting", "Starting", false},
                                                {"running", "Downloading", true},
                                                {"waiting_for_source", "Waits for a source", true},
                                                {"waiting_for_space", "Waits for space", true},
                                                {"finishing", "Finishing", false}}};
    const auto* const found = std::ranges::find(words, download.state, &Word::state);
    if (found == words.end()) {
        return {};
    }
    const auto word = download.repair && download.state == "running" ? "Repairing" : found->word;
    return found->has_percent ? fmt::format("{} {}", word, percent_text(download)) : std::string(word);
}

/// What is being done with it; empty where nothing is.
std::string activity_word(const Game& game)
{
    const auto download = game.downloads.empty() ? std::string() : download_word(game.downloads.front());
    if (game.operation == "removing") {
        return "Removing";
    }
    if (game.operation == "verifying") {
        return "Verifying";
    }
    // Before a repair is a download it reads all of the game; a download that there is then is another one.
    const bool is_looking =
        game.operation == "repairing" && (download.empty() || !game.downloads.front().repair);
    return is_looking ? "Repairing" : download;
}

bool has_failed(const Game& game)
{
    return !game.downloads.empty() && game.downloads.front().state == "failed";
}

/// "anna, bert, +3".
std::string few_of(const std::vector<std::string>& names)
{
    const auto count = std::min(names.size(), named_holders);
    auto text =
        fmt::format("{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(count), ", "));
    return names.size() > count ? fmt::format("{}, +{}", text, names.size() - count) : text;
}

std::string size_or_dash(std::uint64_t size) { return size == 0 ? "-" : size_text(size); }

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

}  // namespace

std::vector<std::string> holders_of(const Game& game)
{
    std::set<std::string> names;
    for (const auto& version : game.versions) {
        names.insert(version.peers.begin(), version.peers.end());
    }
    return {names.begin(), names.end()};
}

const std::string& version_text(const Game& game)
{
    if (!game.local_version.empty()) {
        return game.local_version;
    }
    return game.get_version.empty() ? game.current_version : game.get_version;
}

std::string state_word(const Game& game)
{
    if (auto activity = activity_word(game); !activity.empty()) {
        return activity;
    }
    if (game.local_state == "damaged") {
        return "Damaged";
    }
    if (game.local_state == "folder_missing") {
        return "Folder missing";
    }
    if (game.local_state == "not_shared") {
        return "Not shared";
    }
    if (game.update == "newer") {
        return fmt::format("Update {}", game.get_version);
    }
    if (game.update == "other_bytes") {
        return "Update (other bytes)";
    }
    if (game.local) {
        return game.installed ? "Installed" : "Downloaded";
    }
    if (has_failed(game)) {
        return "Failed";
    }
    if (game.installed) {
        return "Installed only";
    }
    if (game.get_version.empty()) {
        return "Nobody has it";
    }
    return holders_of(game).empty() ? "Nobody has all" : "Get";
}

std::string games_text(const std::vector<Game>& games, std::optional<std::size_t> width)
{
    if (games.empty()) {
        return "No such games. `lanspread games --all` lists those of the whole party.\n";
    }
    const bool has_names = !width || *width >= wide;
    Table table({"TITLE", "ID", "VERSION", "SIZE", "PLAYERS", "PEERS", "STATE"});
    for (const auto& game : games) {
        const auto holders = holders_of(game);
        table.add({game.title, game.id, or_dash(version_text(game)), size_or_dash(game.size),
                   or_dash(game.players),
                   has_names && !holders.empty() ? few_of(holders) : std::to_string(holders.size()),
                   state_word(game)});
    }
    static constexpr std::array<std::size_t, 4> flexible{0, 1, 4, 5};
    return table.text(width, flexible);
}

}  // namespace lanspread::cli
