#include "lanspread/games_command.h"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lanspread/ask_and_print.h"
#include "lanspread/format.h"
#include "lanspread/games_output.h"
#include "lanspread/terminal.h"

namespace lanspread::cli {

namespace {

/// "Doom 20240101 (2.70 GB) from /games/doom", as far as that is known of what is here.
std::string removal_text(const runtime::Game& game)
{
    auto text = game.title;
    if (!game.local_version.empty()) {
        text += ' ' + game.local_version;
    }
    if (game.local) {  // else the size is that of what others have
        text += fmt::format(" ({})", size_text(game.size));
    }
    return printable(fmt::format("{} from {}", text, game.path.empty() ? "this PC" : game.path));
}

/// Nothing where the person agrees.
std::optional<ExitCode> confirm(const runtime::Game& game)
{
    const bool is_its_own = game.about && game.facts_from == "game.toml";
    const auto kept = is_its_own ? game.about->keeps : std::vector<std::string>();
    const auto answer = ask_person(fmt::format(
        "Remove {}?{} [y/N] ", removal_text(game),
        kept.empty() ? std::string()
                     : printable(fmt::format(" What the player wrote stays: {}.", fmt::join(kept, ", ")))));
    if (!answer) {
        complain(
            fmt::format("nobody can be asked here whether {} is to be removed: say so with --yes", game.id));
        return ExitCode::wrong_use;
    }
    if (*answer == "y" || *answer == "Y" || *answer == "yes") {
        return std::nullopt;
    }
    complain(fmt::format("{} stays", game.title));
    return ExitCode::refused;
}

}  // namespace

ExitCode list_games(const CommonOptions& options, const GamesFilter& filter)
{
    const auto answer =
        api::ControlClient(options.state_folder).ask<std::vector<runtime::Game>>(command_for(filter));
    if (!answer) {
        return fail_with(answer.error());
    }
    const auto games = chosen(*answer, filter);
    if (options.json) {
        return print_json(games);
    }
    print_now(games_text(games, output_terminal_width()));
    return ExitCode::done;
}

ExitCode show_game(const CommonOptions& options, const std::string& game)
{
    return ask_and_print<runtime::Game>(options, runtime::GetGame{.game = game}, &game_text);
}

ExitCode remove_game(const CommonOptions& options, const RemoveOptions& remove)
{
    const auto game =
        api::ControlClient(options.state_folder).ask<runtime::Game>(runtime::GetGame{.game = remove.game});
    if (!game) {
        return fail_with(game.error());
    }
    if (const auto refusal = remove.yes ? std::nullopt : confirm(*game)) {
        return *refusal;
    }
    return ask_and_print<runtime::RemoveReport>(
        options, runtime::RemoveGame{.game = remove.game, .keep_installed = remove.keep_installed},
        &removed_text);
}

}  // namespace lanspread::cli
