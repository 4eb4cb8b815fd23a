#include "wire/facts.h"

#include "base/safe_path.h"
#include "base/utf8.h"
#include "wire/checks.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace lanspread::wire {

namespace {

Result<void> check_word(std::string_view member, std::string_view text,
                        std::initializer_list<std::string_view> words)
{
    if (std::ranges::find(words, text) == words.end()) {
        return fail(ErrorCode::invalid_input,
                    fmt::format("{}: expected \"{}\"", member, fmt::join(words, "\" or \"")));
    }
    return {};
}

Result<void> check_filled_line(std::string_view member, std::string_view text, std::size_t max_size)
{
    if (text.empty()) {
        return fail(ErrorCode::invalid_input, fmt::format("{}: expected some text", member));
    }
    return check_line(member, text, max_size);
}

/// Refuses text of more than `max_size` bytes, and control characters but line feeds and tabs.
Result<void> check_text(std::string_view member, std::string_view text, std::size_t max_size)
{
    std::string without(text.substr(0, max_size));
    std::ranges::replace_if(without, [](char c) { return c == '\n' || c == '\t'; }, ' ');
    if (text.size() > max_size || has_control_characters(without)) {
        return fail(
            ErrorCode::invalid_input,
            fmt::format("{}: expected at most {} bytes, without control characters but line feeds and "
                        "tabs",
                        member, max_size));
    }
    return {};
}

Result<void> check_lines(const GameFacts& facts)
{
    const std::array<std::tuple<std::string_view, const std::string*, std::size_t>, 6> lines{{
        {"players", &facts.players, max_players_size},
        {"release", &facts.release, max_release_size},
        {"publisher", &facts.publisher, max_publisher_size},
        {"genre.de", &facts.genre.de, max_genre_size},
        {"genre.en", &facts.genre.en, max_genre_size},
        {"genre.fr", &facts.genre.fr, max_genre_size},
    }};
    auto checked = check_filled_line("title", facts.title, max_title_size);
    for (const auto& [member, text, max_size] : lines) {
        if (checked) {
            checked = check_line(member, *text, max_size);
        }
    }
    return checked;
}

Result<void> check_readmes(const LocalText& readme)
{
    auto checked = check_text("readme.de", readme.de, max_readme_size);
    if (checked) {
        checked = check_text("readme.en", readme.en, max_readme_size);
    }
    return checked ? check_text("readme.fr", readme.fr, max_readme_size) : checked;
}

Result<void> check_start(const std::vector<StartCommand>& start)
{
    std::set<std::pair<std::string_view, std::string_view>> seen;
    for (const auto& command : start) {
        if (!seen.emplace(command.platform, command.kind).second) {
            return fail(ErrorCode::invalid_input,
                        fmt::format("start: two commands for \"{}\" on {}", command.kind, command.platform));
        }
    }
    return check_count("start", start.size(), max_start_commands);
}

Result<void> check_keeps(const std::vector<std::string>& keeps)
{
    for (const auto& path : keeps) {
        if (const auto safe = SafePath::parse(path); !safe) {
            return fail(ErrorCode::invalid_input, "keeps: " + safe.error().message);
        }
    }
    return check_count("keeps", keeps.size(), max_keeps);
}

}  // namespace

Result<void> check(const StartCommand& command)
{
    auto checked = check_word("platform", command.platform, {"linux", "windows"});
    if (checked) {
        checked = check_word("kind", command.kind, {"game", "server", "setup"});
    }
    return checked ? check_filled_line("command", command.command, max_command_size) : checked;
}

Result<void> check(const CoverRef& cover)
{
    if (cover.size == 0 || cover.size > max_cover_size) {
        return fail(ErrorCode::invalid_input, fmt::format("size: expected 1 to {} bytes", max_cover_size));
    }
    return check_word("format", cover.format, {"jpg", "png"});
}

Result<void> check(const GameFacts& facts)
{
    auto checked = check_lines(facts);
    if (checked) {
        checked = check_readmes(facts.readme);
    }
    if (checked) {
        checked = check_start(facts.start);
    }
    return checked ? check_keeps(facts.keeps) : checked;
}

}  // namespace lanspread::wire
