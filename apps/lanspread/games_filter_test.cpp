#include "lanspread/games_filter.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace lanspread::cli {
namespace {

using Ids = std::vector<std::string>;

std::vector<runtime::Game> party()
{
    return {{.id = "ut",
             .title = "Unreal Tournament",
             .max_players = 16,
             .genre = "Shooter",
             .publisher = "Epic",
             .local_state = "absent",
             .size = 600,
             .current_version = "20230101",
             .versions = {{.version = "20230101", .peers = {"anna", "bert"}}}},
            {.id = "aoe",
             .title = "Ärger der Könige",
             .max_players = 8,
             .genre = "Stratégie",
             .publisher = "Micro",
             .local = true,
             .local_version = "20220101",
             .local_state = "shared",
             .size = 900,
             .update = "newer",
             .versions = {{.version = "20240101", .peers = {"anna"}}}},
            {.id = "zork", .title = "zork", .installed = true, .local_state = "installed_only", .size = 1},
            {.id = "doom",
             .title = "Doom",
             .max_players = 4,
             .genre = "Shooter",
             .installed = true,
             .local_version = "20210101",
             .local_state = "damaged",
             .size = 700}};
}

Ids ids(const GamesFilter& filter)
{
    Ids result;
    for (const auto& game : chosen(party(), filter)) {
        result.push_back(game.id);
    }
    return result;
}

TEST(GamesFilter, lists_by_title_whatever_its_case_and_accents)
{
    EXPECT_EQ(ids({}), (Ids{"aoe", "doom", "ut", "zork"}));
}

TEST(GamesFilter, sorts_by_what_is_asked_for_and_then_by_title)
{
    EXPECT_EQ(ids({.sort = "size"}), (Ids{"aoe", "doom", "ut", "zork"}));
    EXPECT_EQ(ids({.sort = "players"}), (Ids{"ut", "aoe", "doom", "zork"}));
    EXPECT_EQ(ids({.sort = "version"}), (Ids{"ut", "aoe", "doom", "zork"}));
    EXPECT_EQ(ids({.sort = "peers"}), (Ids{"ut", "aoe", "doom", "zork"}));
    for (const auto& name : sort_names()) {
        EXPECT_EQ(ids({.sort = name}).size(), 4U) << name;
    }
}

TEST(GamesFilter, finds_words_in_title_id_publisher_and_genre)
{
    EXPECT_EQ(ids({.search = "konige arger"}), Ids{"aoe"});
    EXPECT_EQ(ids({.search = "ÄRGER"}), Ids{"aoe"});
    EXPECT_EQ(ids({.search = "epic"}), Ids{"ut"});
    EXPECT_EQ(ids({.search = "shooter"}), (Ids{"doom", "ut"}));
    EXPECT_EQ(ids({.search = "shooter doom"}), Ids{"doom"});
    EXPECT_EQ(ids({.search = "shooter zork"}), Ids{});
    EXPECT_EQ(ids({.search = "  "}).size(), 4U);
    EXPECT_EQ(ids({.genre = "strategie"}), Ids{"aoe"});
}

TEST(GamesFilter, keeps_what_is_downloaded_installed_or_to_be_updated)
{
    EXPECT_EQ(ids({.local = true}), (Ids{"aoe", "doom"})) << "also what is damaged";
    EXPECT_EQ(ids({.installed = true}), (Ids{"doom", "zork"}));
    EXPECT_EQ(ids({.updates = true}), Ids{"aoe"});
    EXPECT_EQ(ids({.local = true, .installed = true}), Ids{"doom"});
}

TEST(GamesFilter, searches_everywhere_unless_it_is_told_where)
{
    const auto asked = [](const GamesFilter& filter) {
        const auto command = command_for(filter);
        return std::pair(command.all, command.catalog);
    };
    EXPECT_EQ(asked({}), std::pair(false, false));
    EXPECT_EQ(asked({.all = true}), std::pair(true, false));
    EXPECT_EQ(asked({.catalog = true}), std::pair(true, true));
    EXPECT_EQ(asked({.search = "doom"}), std::pair(true, true));
    EXPECT_EQ(asked({.all = true, .search = "doom"}), std::pair(true, false));
    EXPECT_EQ(asked({.local = true, .search = "doom"}), std::pair(false, false));
}

}  // namespace
}  // namespace lanspread::cli
