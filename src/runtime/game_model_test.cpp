#include "runtime/game_model.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace lanspread::runtime {
namespace {

using Names = std::vector<std::string>;

const auto doom = GameId::parse("doom").value();

PeerId peer(unsigned number)
{
    PeerId peer;
    peer.bytes[0] = std::byte(number);
    return peer;
}

const PeerNames names{{peer(1), "carl"}, {peer(2), "anna"}, {peer(3), "bert"}};

wire::GameEntry entry(const std::string& version, unsigned content, bool complete = true)
{
    wire::GameEntry entry{.game = doom, .version = version, .content = {}, .size = 1000U * content};
    entry.content.bytes[0] = std::byte(content);
    entry.complete = complete;
    return entry;
}

LocalCopy copy_of(const wire::GameEntry& entry)
{
    return {.version = entry.version, .content = entry.content, .size = entry.size, .path = "/games/doom"};
}

Game shown(const PartyLibrary& library, GameParts parts = {}, Detail detail = Detail::list)
{
    parts.party = library.find(doom);
    return to_model(doom, parts, {.names = names, .language = catalog::Language::de, .detail = detail});
}

TEST(GameModel, tells_who_has_a_version_complete_and_who_in_part)
{
    PartyLibrary library;
    library.put(peer(1), entry("20240101", 2));
    library.put(peer(2), entry("20240101", 2));
    library.put(peer(3), entry("20240101", 2, false));
    library.put(peer(9), entry("20230101", 1, false));
    const auto game = shown(library);
    ASSERT_EQ(game.versions.size(), 2U);
    EXPECT_EQ(game.versions[0].version, "20240101");
    EXPECT_EQ(game.versions[0].peers, (Names{"anna", "carl"}));
    EXPECT_EQ(game.versions[0].partial_peers, Names{"bert"});
    EXPECT_TRUE(game.versions[0].current);
    EXPECT_EQ(game.versions[1].peers, Names{});
    EXPECT_EQ(game.versions[1].partial_peers, Names{peer(9).short_hex()}) << "who has just left has no name";
    EXPECT_FALSE(game.versions[1].current);
    EXPECT_TRUE(game.versions[0].holders.empty()) << "of a list";
}

TEST(GameModel, gives_the_holders_with_their_ids_and_what_came_from_them_on_the_games_own_page)
{
    PartyLibrary library;
    library.put(peer(1), entry("20240101", 2));
    library.put(peer(3), entry("20240101", 2, false));
    library.put(peer(3), entry("20230101", 1));
    swarm::DownloadStatus download{.game = doom, .version = "20240101", .content = entry("", 2).content};
    download.sources = {{.peer = peer(1), .name = "carl", .bytes = 7, .bytes_per_second = 3}};
    const auto game = shown(library, {.download = download}, Detail::page);
    const auto& holders = game.versions[0].holders;
    ASSERT_EQ(holders.size(), 2U);
    EXPECT_EQ(holders[0].peer, peer(1).hex());
    EXPECT_EQ(holders[0].name, "carl");
    EXPECT_EQ(holders[0].bytes, 7U);
    EXPECT_EQ(holders[0].bytes_per_second, 3);
    EXPECT_FALSE(holders[1].complete);
    ASSERT_EQ(game.versions[1].holders.size(), 1U);
    EXPECT_EQ(game.versions[1].holders[0].bytes, 0U);
    EXPECT_EQ(game.operation, "downloading");
    download.repair = true;
    EXPECT_EQ(shown(library, {.download = download}).operation, "repairing");
}

TEST(GameModel, puts_our_own_version_among_the_others_by_age)
{
    for (const std::string ours : {"20220101", "20230601", "20250101"}) {
        PartyLibrary library;
        library.put(peer(1), entry("20240101", 2));
        library.put(peer(1), entry("20230101", 1));
        library.set_local(doom, copy_of(entry(ours, 7)));
        const auto game = shown(library);
        Names versions;
        for (const auto& version : game.versions) {
            versions.push_back(version.version);
            EXPECT_EQ(version.local, version.version == ours);
        }
        auto sorted = versions;
        std::ranges::sort(sorted, std::greater());
        EXPECT_EQ(versions, sorted);
        EXPECT_EQ(versions.size(), 3U);
    }
}

TEST(GameModel, says_that_an_update_is_there_and_which)
{
    PartyLibrary library;
    library.set_local(doom, copy_of(entry("20230101", 1)));
    EXPECT_EQ(shown(library).update, "");
    library.put(peer(1), entry("20240101", 2));
    EXPECT_EQ(shown(library).update, "newer");
    EXPECT_EQ(shown(library).get_version, "20240101");
    library.put(peer(1), entry("20230101", 3));
    library.put(peer(2), entry("20230101", 3));
    EXPECT_EQ(shown(library).update, "other_bytes");
    EXPECT_EQ(shown(library).get_version, "20230101");
    EXPECT_EQ(shown(library).size, 1000U) << "of what is here";
}

TEST(GameModel, shows_what_is_here_in_all_its_states)
{
    PartyLibrary library;
    library.put(peer(1), entry("20240101", 2));
    EXPECT_EQ(shown(library).local_state, "absent");
    auto copy = copy_of(entry("20240101", 2));
    copy.installed = true;
    library.set_local(doom, copy);
    EXPECT_TRUE(shown(library).local);
    EXPECT_TRUE(shown(library).installed);
    copy.state = LocalCopy::State::installed_only;
    library.set_local(doom, copy);
    EXPECT_FALSE(shown(library).local);
    EXPECT_TRUE(shown(library).installed);
    EXPECT_EQ(shown(library).get_version, "20240101");
    copy.state = LocalCopy::State::damaged;
    copy.problem = "one byte";
    library.set_local(doom, copy);
    EXPECT_EQ(shown(library).local_state, "damaged");
    EXPECT_EQ(shown(library).local_problem, "one byte");
    EXPECT_EQ(shown(library, {.operation = "verifying"}).operation, "verifying");
}

TEST(GameModel, shows_facts_in_the_language_that_is_asked_for_and_the_id_where_there_are_none)
{
    PartyLibrary library;
    library.set_catalog({{doom, {.version = "20240101", .size = 5}}});
    EXPECT_EQ(shown(library).title, "doom");
    EXPECT_EQ(shown(library).size, 5U);
    wire::GameFacts facts{.title = "Doom", .players = "2 (+ 6 CPU)", .max_players = 2};
    facts.genre = {.de = "Ballern", .en = "Shooter", .fr = "Tir"};
    facts.readme.en = "Run.";
    facts.start = {{.platform = "linux", .kind = "game", .command = "doom"}};
    const KnownFacts known{.facts = &facts, .from = "catalog"};
    const auto listed = shown(library, {.facts = known});
    EXPECT_EQ(listed.title, "Doom");
    EXPECT_EQ(listed.players, "2 (+ 6 CPU)");
    EXPECT_EQ(listed.genre, "Ballern");
    EXPECT_EQ(listed.facts_from, "catalog");
    EXPECT_FALSE(listed.cover);
    EXPECT_FALSE(listed.about);
    const auto page = shown(library, {.facts = known}, Detail::page);
    ASSERT_TRUE(page.about);
    EXPECT_EQ(page.about->readme, "Run.") << "there is no German one";
    EXPECT_EQ(page.about->start.at(0).command, "doom");
}

}  // namespace
}  // namespace lanspread::runtime
