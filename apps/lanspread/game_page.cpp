// The page of one game.

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lanspread/format.h"
#include "lanspread/games_output.h"
#include "lanspread/output.h"

namespace lanspread::cli {

namespace {

using runtime::Game;
using runtime::GameVersion;
using runtime::Holder;

/// Nothing where there is nothing to say.
std::string fact_if_any(std::string_view label, const std::string& text)
{
    return text.empty() ? std::string() : fact(label, text);
}

std::string facts_from_text(const std::string& from) { return from == "peers" ? "peers that have it" : from; }

std::string here_text(const Game& game)
{
    if (game.local_state == "absent") {
        return "no";
    }
    if (game.local_state == "installed_only") {
        return fmt::format("installed, not downloaded, in {}", game.path);
    }
    const auto version = game.local_version.empty() ? "" : fmt::format("version {} ", game.local_version);
    const auto installed = game.installed ? "downloaded and installed" : "downloaded, not installed";
    return game.local ? fmt::format("{}, {}in {}", installed, version, game.path)
                      : fmt::format("{}in {}: {}", version, game.path, game.local_problem);
}

/// How many peers, this one among them, hold the current version completely, and how many have the game.
std::string most_peers_text(const Game& game)
{
    std::size_t all = 0;
    std::size_t current = 0;
    for (const auto& version : game.versions) {
        const auto holders = version.peers.size() + (version.local ? 1 : 0);
        all += holders;
        current += version.current ? holders : 0;
    }
    return fmt::format("held by {} of {} that have the game", current, all);
}

std::string current_text(const Game& game)
{
    if (game.current_by.empty()) {
        return "nobody has any";
    }
    const bool is_there =
        std::ranges::any_of(game.versions, [](const GameVersion& version) { return version.current; });
    const auto why = game.current_by == "catalog" ? "so the catalog says" : most_peers_text(game);
    return fmt::format("{}, {}{}", game.current_version, why, is_there ? "" : "; nobody here has it");
}

std::string update_text(const Game& game)
{
    if (game.update == "newer") {
        return fmt::format("{} is newer than what is here: `lanspread get {}`", game.get_version, game.id);
    }
    return game.update == "other_bytes"
               ? fmt::format("more peers hold other bytes of {}: `lanspread get {}` fetches those",
                             game.get_version, game.id)
               : "";
}

std::string name_with_rate(const Holder& holder)
{
    return holder.bytes_per_second > 0
               ? fmt::format("{} ({})", holder.name, rate_text(holder.bytes_per_second))
               : holder.name;
}

std::string names_of(const GameVersion& version, bool complete)
{
    std::vector<std::string> names;
    for (const auto& holder : version.holders) {
        if (holder.complete == complete) {
            names.push_back(name_with_rate(holder));
        }
    }
    std::ranges::sort(names);
    return fmt::format("{}", fmt::join(names, ", "));
}

/// Nobody signs games yet, so trust is in those who have them.
std::string trust_text(const Game& game)
{
    const auto holders = holders_of(game);
    if (holders.empty()) {
        return game.local ? "unsigned" : "";
    }
    return fmt::format("unsigned, from {}", fmt::join(holders, ", "));
}

std::string versions_text(const Game& game)
{
    if (game.versions.empty()) {
        return {};
    }
    Table table({"VERSION", "CURRENT", "HERE", "SIZE", "FILES", "CONTENT", "COMPLETE AT", "IN PART AT"});
    for (const auto& version : game.versions) {
        table.add({version.version, version.current ? "yes" : "", version.local ? "yes" : "",
                   size_text(version.size), std::to_string(version.files), version.content.substr(0, 12),
                   names_of(version, true), names_of(version, false)});
    }
    return '\n' + table.text();
}

std::string downloads_text(const Game& game)
{
    std::string text;
    for (const auto& download : game.downloads) {
        text += fact("download", fmt::format("version {}: {}", download.version, state_text(download)));
        for (const auto& source : download.sources) {
            text += fact("", fmt::format("{} from {}, {}", size_text(source.bytes), source.name,
                                         rate_text(source.bytes_per_second)));
        }
    }
    return text;
}

std::string about_text(const runtime::GameAbout& about)
{
    std::string text;
    for (const auto& start : about.start) {
        text += fact("start", fmt::format("{} ({}): {}", start.kind, start.platform, start.command));
    }
    text += fact_if_any("keeps", fmt::format("{}", fmt::join(about.keeps, ", ")));
    return text;
}

}  // namespace

std::string game_text(const Game& game)
{
    auto text = fact("title", game.title) + fact("id", game.id) + fact_if_any("genre", game.genre) +
                fact_if_any("players", game.players) + fact_if_any("publisher", game.publisher) +
                fact_if_any("release", game.release) +
                fact_if_any("cover", game.cover ? fmt::format("`lanspread cover {}`", game.id) : "") +
                fact_if_any("told by", facts_from_text(game.facts_from));
    text += fact("state", state_word(game)) + fact("here", here_text(game)) +
            fact("current", current_text(game)) + fact_if_any("update", update_text(game)) +
            fact_if_any("size", game.size == 0 ? "" : size_text(game.size)) +
            fact_if_any("trust", trust_text(game));
    text += downloads_text(game);
    if (game.about) {
        text += about_text(*game.about);
    }
    text += versions_text(game);
    if (game.about && !game.about->readme.empty()) {
        text += '\n' + printable_lines(game.about->readme);
    }
    return text;
}

std::string removed_text(const runtime::RemoveReport& report)
{
    auto text = printable(fmt::format("{} {}: {} with {} were removed from {}", report.title, report.version,
                                      count_text(report.files_removed, "file"), size_text(report.bytes_freed),
                                      report.path)) +
                '\n';
    for (const auto& path : report.left) {
        text += fact("left there", path);
    }
    if (report.left_count > report.left.size()) {
        text += fact("", fmt::format("and {} more", report.left_count - report.left.size()));
    }
    return text;
}

}  // namespace lanspread::cli
