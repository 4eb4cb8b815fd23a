#include "lanspread/games_filter.h"

#include <algorithm>
#include <ranges>
#include <tuple>

#include <fmt/format.h>

#include "base/utf8.h"
#include "lanspread/games_output.h"

namespace lanspread::cli {

namespace {

using runtime::Game;

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// The words of a search, as search_form has them.
std::vector<std::string> words_of(std::string_view search)
{
    std::vector<std::string> words;
    for (const auto word : std::views::split(search_form(search), ' ')) {
        if (!word.empty()) {
            words.emplace_back(word.begin(), word.end());
        }
    }
    return words;
}

/// A game with what it is ordered by.
struct Row {
    Game game;
    std::string title;
    std::size_t holders;
};

using Order = bool (*)(const Row& one, const Row& other);

struct NamedOrder {
    std::string name;
    Order goes_before;
};

const std::vector<NamedOrder>& orders()
{
    // What ties is in the order of titles.
    static const std::vector<NamedOrder> orders{
        {"title", [](const Row&, const Row&) { return false; }},
        {"size", [](const Row& one, const Row& other) { return one.game.size > other.game.size; }},
        {"players",
         [](const Row& one, const Row& other) { return one.game.max_players > other.game.max_players; }},
        {"version",
         [](const Row& one, const Row& other) { return version_text(one.game) > version_text(other.game); }},
        {"peers", [](const Row& one, const Row& other) { return one.holders > other.holders; }}};
    return orders;
}

bool is_chosen(const Game& game, const GamesFilter& filter, const std::vector<std::string>& words,
               const std::string& genre)
{
    const bool is_downloaded = game.local_state != "absent" && game.local_state != "installed_only";
    if ((filter.local && !is_downloaded) || (filter.installed && !game.installed) ||
        (filter.updates && game.update.empty())) {
        return false;
    }
    const auto text =
        search_form(fmt::format("{}\n{}\n{}\n{}", game.title, game.id, game.publisher, game.genre));
    return std::ranges::all_of(words, [&](const auto& word) { return contains(text, word); }) &&
           contains(search_form(game.genre), genre);
}

}  // namespace

const std::vector<std::string>& sort_names()
{
    static const auto names = [] {
        std::vector<std::string> all;
        std::ranges::transform(orders(), std::back_inserter(all), &NamedOrder::name);
        return all;
    }();
    return names;
}

runtime::GetGames command_for(const GamesFilter& filter)
{
    const bool is_search = !filter.search.empty() || !filter.genre.empty();
    const bool is_narrowed = filter.local || filter.installed || filter.updates || filter.all;
    const bool is_everywhere = is_search && !is_narrowed;
    return {.all = filter.all || filter.catalog || is_everywhere, .catalog = filter.catalog || is_everywhere};
}

std::vector<Game> chosen(std::vector<Game> games, const GamesFilter& filter)
{
    const auto words = words_of(filter.search);
    const auto genre = search_form(filter.genre);
    std::vector<Row> rows;
    for (auto& game : games) {
        if (is_chosen(game, filter, words, genre)) {
            auto title = search_form(game.title);
            const auto holders = holders_of(game).size();
            rows.push_back({.game = std::move(game), .title = std::move(title), .holders = holders});
        }
    }
    const auto order = std::ranges::find(orders(), filter.sort, &NamedOrder::name);
    const auto goes_before = order == orders().end() ? orders().front().goes_before : order->goes_before;
    std::ranges::sort(rows, [goes_before](const Row& one, const Row& other) {
        return goes_before(one, other) ||
               (!goes_before(other, one) &&
                std::tie(one.title, one.game.id) < std::tie(other.title, other.game.id));
    });
    std::vector<Game> result;
    for (auto& row : rows) {
        result.push_back(std::move(row.game));
    }
    return result;
}

}  // namespace lanspread::cli
