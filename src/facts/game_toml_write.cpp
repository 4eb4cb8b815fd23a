#include <fmt/format.h>
#include <fmt/ranges.h>

#include "facts/encoded_facts.h"
#include "facts/game_toml.h"
#include "facts/players.h"

namespace lanspread::facts {

namespace {

/// A basic string of TOML; `is_long` where it stands between three quotes, with its line feeds.
std::string quoted(std::string_view text, bool is_long)
{
    std::string result = is_long ? "\"\"\"\n" : "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            result += '\\';
        }
        if ((c == '\n' && !is_long) || c == '\t') {
            result += c == '\n' ? "\\n" : "\\t";
        } else {
            result += c;
        }
    }
    return result + (is_long ? "\"\"\"" : "\"");
}

std::string line(std::string_view name, std::string_view text)
{
    return text.empty() ? std::string()
                        : fmt::format("{} = {}\n", name, quoted(text, text.find('\n') != text.npos));
}

std::string lines(std::string_view name, const wire::LocalText& text)
{
    if (text.de.empty() && text.fr.empty()) {
        return line(name, text.en);
    }
    return line(fmt::format("{}.de", name), text.de) + line(fmt::format("{}.en", name), text.en) +
           line(fmt::format("{}.fr", name), text.fr);
}

std::string player_lines(const wire::GameFacts& facts)
{
    auto result = facts.max_players != 0 && facts.players == fmt::format("{}", facts.max_players)
                      ? fmt::format("players = {}\n", facts.max_players)
                      : line("players", facts.players);
    if (facts.max_players != max_players_in(facts.players)) {
        result += fmt::format("max_players = {}\n", facts.max_players);
    }
    return result;
}

std::string keep_line(const std::vector<std::string>& keeps)
{
    std::vector<std::string> paths;
    for (const auto& path : keeps) {
        paths.push_back(quoted(path, false));
    }
    return paths.empty() ? std::string() : fmt::format("keeps = [{}]\n", fmt::join(paths, ", "));
}

std::string start_lines(const std::vector<wire::StartCommand>& start)
{
    std::string result;
    for (const std::string_view platform : {"linux", "windows"}) {
        std::string commands;
        for (const auto& command : start) {
            commands += command.platform == platform ? line(command.kind, command.command) : std::string();
        }
        result += commands.empty() ? std::string() : fmt::format("\n[start.{}]\n{}", platform, commands);
    }
    return result;
}

}  // namespace

Result<std::string> write_game_toml(const GameToml& game)
{
    const auto& facts = game.facts;
    if (const auto checked = check_facts(facts); !checked) {
        return fail(checked.error());
    }
    auto text = line("title", facts.title) + player_lines(facts) + line("release", facts.release) +
                line("publisher", facts.publisher) + lines("genre", facts.genre) +
                lines("readme", facts.readme) + line("cover", game.cover ? game.cover->text() : "") +
                keep_line(facts.keeps) + start_lines(facts.start);
    const auto read = parse_game_toml(text);
    return read ? Result<std::string>(std::move(text)) : fail(read.error());
}

}  // namespace lanspread::facts
