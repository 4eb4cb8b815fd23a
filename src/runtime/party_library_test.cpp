#include "runtime/party_library.h"

#include <gtest/gtest.h>

namespace lanspread::runtime {
namespace {

const auto doom = GameId::parse("doom").value();

PeerId peer(unsigned number)
{
    PeerId peer;
    peer.bytes[0] = std::byte(number);
    return peer;
}

/// A copy of a game, named by its version and a number for its bytes.
wire::GameEntry entry(const std::string& version, unsigned content)
{
    wire::GameEntry entry{.game = doom, .version = version};
    entry.content.bytes[0] = std::byte(content);
    return entry;
}

LocalCopy copy_of(const wire::GameEntry& entry)
{
    return {.version = entry.version, .content = entry.content, .size = entry.size, .files = entry.files};
}

std::optional<VersionKey> key_of(const std::optional<wire::GameEntry>& entry)
{
    return entry ? std::optional<VersionKey>({entry->version, entry->content}) : std::nullopt;
}

/// What is merged of a single game.
PartyGame merged(const std::vector<wire::GameEntry>& others, const std::optional<LocalCopy>& here,
                 const std::string& in_catalog = "")
{
    PartyLibrary library;
    unsigned number = 0;
    for (const auto& other : others) {
        library.put(peer(++number), other);
    }
    if (here) {
        library.set_local(doom, here);
    }
    if (!in_catalog.empty()) {
        library.set_catalog({{doom, {.version = in_catalog}}});
    }
    const auto* game = library.find(doom);
    return game == nullptr ? PartyGame{} : *game;
}

/// As who is fetching it offers it.
wire::GameEntry part_of(wire::GameEntry entry)
{
    entry.complete = false;
    return entry;
}

const auto older = entry("20230101", 1);
const auto newer = entry("20240101", 2);
const auto newest = entry("20250101", 3);
const auto newer_but_other = entry("20240101", 1);

struct Row {
    std::string what;
    std::vector<wire::GameEntry> others;  ///< of one peer each
    std::optional<wire::GameEntry> here;
    std::string version;
    std::optional<wire::GameEntry> expected;
};

const std::vector<Row> rows{
    {"nobody has it", {}, {}, "", {}},
    {"the only version there is", {older}, {}, "", older},
    {"the newest of those that tie", {older, newer}, {}, "", newer},
    {"what most peers hold, although it is older", {older, older, newer}, {}, "", older},
    {"of one version, what most peers hold", {newer, newer_but_other, newer}, {}, "", newer},
    {"of one version, the smallest content id of those that tie",
     {newer, newer_but_other},
     {},
     "",
     newer_but_other},
    {"the version that was named", {older, older, newer}, {}, "20240101", newer},
    {"a version that nobody has", {older, newer}, {}, "20200101", {}},

    {"here alone: nothing to do", {}, newer, "", newer},
    {"newer here alone than at a peer: never back", {older}, newer, "", newer},
    {"newer here alone than at many peers: never back", {older, older, older}, newer, "", newer},
    {"newer at a peer than here", {newer}, older, "", newer},
    {"newer at one peer, but as here at another", {newer, older}, older, "", older},
    {"here in the middle, most peers further back", {older, older, newest}, newer, "", newer},
    {"other bytes of the same version at most peers",
     {newer_but_other, newer_but_other},
     newer,
     "",
     newer_but_other},
    {"other bytes of the same version at as many peers, ours included",
     {newer_but_other, newer},
     newer,
     "",
     newer},

    {"other bytes of the same version at one peer: ours stay", {newer_but_other}, newer, "", newer},
    {"the same when that version is named", {newer_but_other}, newer, "20240101", newer},

    {"back, when that version is named", {older}, newer, "20230101", older},
    {"the version that is here is named", {older, older}, newer, "20240101", newer},
    {"a version that is neither here nor there", {older}, newer, "20250101", {}},

    {"complete at one peer rather than in part at many",
     {older, part_of(newer), part_of(newer)},
     {},
     "",
     older},
    {"who has a part does not count beside who has it all", {older, newer, part_of(older)}, {}, "", newer},
    {"complete at one peer and in part at another", {newer, part_of(newer)}, {}, "", newer},
    {"nowhere complete: what most are fetching",
     {part_of(older), part_of(older), part_of(newer)},
     {},
     "",
     part_of(older)},
    {"nowhere complete: the newest of those that tie",
     {part_of(older), part_of(newer)},
     {},
     "",
     part_of(newer)},
    {"named, and only in part there", {older, part_of(newer)}, {}, "20240101", part_of(newer)},
    {"here, and a newer one in part there", {part_of(newest), part_of(newest)}, newer, "", newer},
};

TEST(DecideDownload, takes_what_most_hold_but_goes_back_only_when_told_to)
{
    for (const auto& row : rows) {
        const auto here = row.here ? std::optional(copy_of(*row.here)) : std::nullopt;
        EXPECT_EQ(decide_download(merged(row.others, here), row.version), key_of(row.expected)) << row.what;
    }
}

struct CatalogRow {
    std::string what;
    std::vector<wire::GameEntry> others;
    std::optional<wire::GameEntry> here;
    std::string in_catalog;
    CurrentBy by;
    std::string current_version;
    std::optional<wire::GameEntry> current;
    std::optional<wire::GameEntry> wanted;
};

const std::vector<CatalogRow> catalog_rows{
    {"no catalog: what most hold",
     {older, older, newer},
     {},
     "",
     CurrentBy::most_peers,
     "20230101",
     older,
     older},
    {"the catalog's, although fewer hold it",
     {older, older, newer},
     {},
     "20240101",
     CurrentBy::catalog,
     "20240101",
     newer,
     newer},
    {"of the catalog's version the content that most hold",
     {newer_but_other, newer, newer, older},
     {},
     "20240101",
     CurrentBy::catalog,
     "20240101",
     newer,
     newer},
    {"nobody has the catalog's: what most hold is fetched, and not called current",
     {older, older},
     {},
     "20240101",
     CurrentBy::catalog,
     "20240101",
     {},
     older},
    {"the catalog's is only being fetched: what somebody has whole",
     {older, part_of(newer)},
     {},
     "20240101",
     CurrentBy::catalog,
     "20240101",
     newer,
     older},
    {"nobody has anything", {}, {}, "20240101", CurrentBy::catalog, "20240101", {}, {}},
    {"ours is older than the catalog's: an update",
     {newer},
     older,
     "20240101",
     CurrentBy::catalog,
     "20240101",
     newer,
     newer},
    {"ours is newer than the catalog's: never back",
     {older, older},
     newest,
     "20230101",
     CurrentBy::catalog,
     "20230101",
     older,
     newest},
    {"ours is the catalog's, most hold an older one",
     {older, older},
     newer,
     "20240101",
     CurrentBy::catalog,
     "20240101",
     newer,
     newer},
};

TEST(PartyLibrary, says_which_version_is_current_and_why)
{
    for (const auto& row : catalog_rows) {
        const auto here = row.here ? std::optional(copy_of(*row.here)) : std::nullopt;
        const auto verdict = judge(merged(row.others, here, row.in_catalog));
        EXPECT_EQ(verdict.current_by, row.by) << row.what;
        EXPECT_EQ(verdict.current_version, row.current_version) << row.what;
        EXPECT_EQ(verdict.current, key_of(row.current)) << row.what;
        EXPECT_EQ(verdict.wanted, key_of(row.wanted)) << row.what;
    }
}

TEST(PartyLibrary, a_game_that_is_damaged_here_counts_as_nobodys)
{
    auto damaged = copy_of(newer);
    damaged.state = LocalCopy::State::damaged;
    EXPECT_EQ(decide_download(merged({older}, damaged), ""), key_of(older));
    EXPECT_EQ(decide_download(merged({}, damaged), ""), std::nullopt);
}

TEST(PartyLibrary, forgets_a_game_when_the_last_who_had_it_is_gone)
{
    PartyLibrary library;
    library.put(peer(1), newer);
    library.set_local(doom, copy_of(newer));
    library.set_catalog({{doom, {}}});
    library.remove_peer(peer(1));
    EXPECT_NE(library.find(doom), nullptr);
    library.set_local(doom, {});
    EXPECT_NE(library.find(doom), nullptr);
    library.set_catalog({});
    EXPECT_EQ(library.find(doom), nullptr);
}

TEST(PartyLibrary, names_the_games_that_a_change_touches_and_no_others)
{
    const auto quake = GameId::parse("quake").value();
    auto moved = newer;
    moved.game = quake;
    PartyLibrary library;
    using Games = std::vector<GameId>;
    EXPECT_EQ(library.put(peer(1), newer), Games{doom});
    EXPECT_EQ(library.put(peer(1), newer), Games{}) << "old news";
    EXPECT_EQ(library.put(peer(1), part_of(newer)), Games{doom});
    EXPECT_EQ(library.put(peer(1), moved), (Games{doom, quake})) << "the same content is of another game now";
    EXPECT_EQ(library.find(doom), nullptr);
    EXPECT_EQ(library.remove(peer(1), newest.content), Games{}) << "it never had that";
    EXPECT_EQ(library.remove(peer(2), newer.content), Games{}) << "nor has this one anything";
    EXPECT_EQ(library.set_library(peer(1), {{newer.content, moved}, {older.content, older}}), Games{doom});
    EXPECT_EQ(library.set_library(peer(1), {}), (Games{doom, quake}));
    EXPECT_TRUE(library.games().empty());
}

}  // namespace
}  // namespace lanspread::runtime
