#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/log.h"
#include "content/hash.h"
#include "library/core.h"
#include "platform/paths.h"

/// What others are shown beside the games: states of folders, problems, what is here and not shared.
namespace lanspread::library {

std::vector<std::string> Library::Core::problems() const
{
    std::map<std::filesystem::path, std::string> all = problems_;
    for (const auto& [folder, view] : views_) {
        if (!view.found.state.text.empty()) {
            all.insert_or_assign(folder, view.found.state.text);
        }
        all.insert(view.found.problems.begin(), view.found.problems.end());
    }
    std::vector<std::string> texts;
    texts.reserve(all.size());
    for (const auto& [path, text] : all) {
        texts.push_back(fmt::format("{}: {}", platform::to_utf8(path), text));
    }
    return texts;
}

std::vector<FolderState> Library::Core::folders() const
{
    std::map<std::filesystem::path, std::uint32_t> games;
    for (const auto& game : table_.games()) {
        ++games[game->root.parent_path()];
    }
    std::vector<FolderState> states;
    for (const auto& folder : options_.games_folders) {
        const auto view = views_.find(folder);
        if (view != views_.end()) {
            states.push_back(view->second.found.state);
            states.back().games = games[folder];
        }
    }
    return states;
}

std::vector<InstalledGame> Library::Core::installed_games() const
{
    std::vector<InstalledGame> installed;
    for (const auto& [folder, view] : views_) {
        for (const auto& [game, kind] : view.found.roots) {
            if (kind.is_installed && !kind.has_sentinel) {
                installed.push_back({.id = game, .root = Root{folder, game}.path()});
            }
        }
    }
    std::ranges::sort(installed);
    return installed;
}

std::vector<UnsharedGame> Library::Core::unshared_games() const
{
    std::map<GameId, UnsharedGame> unshared;
    const auto add = [&](const Root& root, UnsharedReason reason, const std::string& text) {
        if (table_.find(root.game)) {
            return;
        }
        UnsharedGame game{.id = root.game,
                          .root = root.path(),
                          .reason = reason,
                          .version = {},
                          .installed = is_installed(root),
                          .text = text};
        if (const auto known = known_.find(root); known != known_.end()) {
            game.version = content::parse_version_ini(known->second.fingerprint->version_ini).value_or("");
        }
        unshared.try_emplace(root.game, std::move(game));
    };
    for (const auto& folder : options_.games_folders) {
        const auto view = views_.find(folder);
        if (view == views_.end()) {
            continue;
        }
        for (const auto& [game, kind] : view->second.found.roots) {
            const Root root{.games_folder = folder, .game = game};
            const auto problem = problems_.find(root.path());
            if (kind.has_sentinel && problem != problems_.end()) {
                const auto known = known_.find(root);
                const bool is_damaged = known != known_.end() && problem->second == known->second.damage;
                add(root, is_damaged ? UnsharedReason::damaged : UnsharedReason::not_shared, problem->second);
            }
        }
    }
    for (const auto& [root, known] : known_) {
        const auto view = views_.find(root.games_folder);
        const bool is_missing = view != views_.end() && !is_readable(view->second.found.state.condition);
        if (is_missing) {
            add(root, UnsharedReason::folder_missing, view->second.found.state.text);
        }
    }
    std::vector<UnsharedGame> sorted;
    sorted.reserve(unshared.size());
    for (auto& [id, game] : unshared) {
        sorted.push_back(std::move(game));
    }
    return sorted;
}

std::string Library::Core::watch_problem() const
{
    const auto late =
        fmt::format("changes on the disk are noticed within {} s only",
                    std::chrono::duration_cast<std::chrono::seconds>(options_.scan_interval).count());
    const auto why = watch_ ? watch_->problem() : watch_problem_;
    if (!why.empty()) {
        return fmt::format("{}: {}", late, why);
    }
    for (const auto& [folder, view] : views_) {
        if (view.found.gap != platform::WatchGap::none) {
            return fmt::format("{}: its file system does not tell what other PCs change there, so that {}",
                               platform::to_utf8(folder), late);
        }
    }
    return {};
}

void Library::Core::report(const std::filesystem::path& path, std::string text)
{
    auto& problem = problems_[path];
    if (problem == text) {
        return;
    }
    log::warning("library", "{}: {}", platform::to_utf8(path), text);
    problem = std::move(text);
    folders_changed();
}

void Library::Core::clear_problem(const std::filesystem::path& path)
{
    if (problems_.erase(path) > 0) {
        folders_changed();
    }
}

void Library::Core::refuse(const Root& root, std::string text)
{
    leave_table(root);
    report(root.path(), std::move(text));
}

void Library::Core::folders_changed()
{
    for (const auto& listener : folder_listeners_) {
        listener();
    }
}

}  // namespace lanspread::library
