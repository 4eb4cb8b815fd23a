#include "runtime/party_library.h"

#include <gtest/gtest.h>

namespace lanspread::runtime {
namespace {

/// A copy of a game, named by its version and a number for its bytes.
wire::GameEntry entry(const std::string& version, unsigned content)
{
    wire::GameEntry entry{.game = GameId::parse("doom").value(), .version = version};
    entry.content.bytes[0] = std::byte(content);
    return entry;
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
        std::vector<Offer> offers;
        for (const auto& other : row.others) {
            offers.push_back({"peer", other});
        }
        EXPECT_EQ(decide_download(offers, row.here, row.version), row.expected) << row.what;
    }
}

TEST(MergeGame, tells_who_has_a_version_complete_and_who_in_part)
{
    const auto game = merge_game(older.game,
                                 {{"carl", part_of(newer)},
                                  {"bert", newer},
                                  {"anna", part_of(newer)},
                                  {"dora", part_of(older)},
                                  {"dora", newer}},
                                 nullptr, std::nullopt);
    ASSERT_EQ(game.versions.size(), 2U);
    using Names = std::vector<std::string>;
    EXPECT_EQ(game.versions[0].version, newer.version);
    EXPECT_EQ(game.versions[0].peers, (Names{"bert", "dora"}));
    EXPECT_EQ(game.versions[0].partial_peers, (Names{"anna", "carl"}));
    EXPECT_EQ(game.versions[1].version, older.version);
    EXPECT_EQ(game.versions[1].peers, Names{});
    EXPECT_EQ(game.versions[1].partial_peers, Names{"dora"});
}

}  // namespace
}  // namespace lanspread::runtime
