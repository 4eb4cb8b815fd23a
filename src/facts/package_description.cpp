#include "facts/package_description.h"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "facts/players.h"
#include "facts/root_facts.h"
#include "facts/start_command.h"
#include "platform/files.h"
#include "platform/paths.h"

namespace lanspread::facts {

namespace {

namespace fs = std::filesystem;

Result<GameToml> read_existing(const fs::path& folder)
{
    const auto path = folder / game_toml_name;
    const auto bytes = platform::read_file(path, max_game_toml_size);
    if (!bytes) {
        return bytes.error().code == ErrorCode::not_found ? Result<GameToml>(GameToml{})
                                                          : fail(bytes.error());
    }
    auto game = parse_game_toml(as_text(*bytes));
    return game ? std::move(game) : fail(game.error().in(platform::to_utf8(path)));
}

void add_keeps(const std::vector<std::string>& keeps, wire::GameFacts& facts)
{
    for (const auto& path : keeps) {
        if (std::ranges::find(facts.keeps, path) == facts.keeps.end()) {
            facts.keeps.push_back(path);
        }
    }
}

void apply(const PackOptions& options, wire::GameFacts& facts)
{
    facts.title = options.title.value_or(facts.title);
    if (options.players) {
        facts.players = *options.players;
        facts.max_players = max_players_in(facts.players);
    }
    if (options.genre) {
        facts.genre = {.de = {}, .en = *options.genre, .fr = {}};
    }
    for (const auto& start : options.start) {
        std::erase_if(facts.start, [&](const wire::StartCommand& old) {
            return old.platform == start.platform && old.kind == start.kind;
        });
        facts.start.push_back(start);
    }
    add_keeps(options.keeps, facts);
}

/// The cover's name in the package, where it lies in the folder already.
std::optional<SafePath> name_in(const fs::path& folder, const fs::path& cover)
{
    std::error_code problem;
    const auto real = fs::canonical(cover, problem);
    if (problem || std::ranges::mismatch(folder, real).in1 != folder.end()) {
        return std::nullopt;
    }
    const auto name = SafePath::parse(platform::to_utf8(real.lexically_relative(folder)));
    return name ? std::optional(*name) : std::nullopt;
}

Result<void> put_cover(const fs::path& folder, const fs::path& cover, PackageDescription& out)
{
    auto bytes = platform::read_file(cover, wire::max_cover_size);
    const auto picture = bytes ? cover_of(*bytes) : fail(bytes.error());
    if (!picture) {
        return fail(picture.error().in("cover " + platform::to_utf8(cover)));
    }
    if (auto name = name_in(folder, cover)) {
        out.game.cover = std::move(name);
        return {};
    }
    const auto name = SafePath::parse("cover." + picture->format).value();
    std::error_code problem;
    if (fs::exists(folder / name.text(), problem) && out.game.cover != name) {
        return fail(ErrorCode::exists,
                    fmt::format("the folder has a {} of its own: take that one (--cover '{}'), or rename it",
                                name.text(), platform::to_utf8(folder / name.text())));
    }
    out.game.cover = name;
    out.new_cover = *std::move(bytes);
    return {};
}

}  // namespace

std::vector<WrittenFile> PackageDescription::written() const
{
    const auto toml = as_bytes(text);
    std::vector<WrittenFile> files{
        {SafePath::parse(game_toml_name).value(), Bytes(toml.begin(), toml.end())}};
    if (new_cover) {
        files.emplace_back(*game.cover, *new_cover);
    }
    return files;
}

Result<PackageDescription> describe(const PackOptions& options, const fs::path& folder,
                                    const std::vector<std::string>& kept_before)
{
    auto game = read_existing(folder);
    if (!game) {
        return fail(std::move(game).error());
    }
    PackageDescription description{.game = *std::move(game)};
    apply(options, description.game.facts);
    add_keeps(kept_before, description.game.facts);
    if (description.game.facts.title.empty()) {
        return fail(ErrorCode::invalid_input,
                    fmt::format("the game needs a title: --title T (or a {} in the folder)", game_toml_name));
    }
    if (options.cover) {
        if (auto put = put_cover(folder, *options.cover, description); !put) {
            return fail(std::move(put).error());
        }
    }
    for (const auto& start : description.game.facts.start) {
        const auto words = command_words(start.command);
        if (!words) {
            return fail(words.error().in(fmt::format("start command '{}'", start.command)));
        }
        description.programs.emplace_back(start.platform, SafePath::parse(words->front()).value());
    }
    auto text = write_game_toml(description.game);
    if (!text) {
        return fail(std::move(text).error());
    }
    // As it will be read: its commands are in another order then.
    description.game = parse_game_toml(*text).value();
    description.text = *std::move(text);
    return description;
}

}  // namespace lanspread::facts
