#include <algorithm>
#include <deque>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "party/library_journal.h"
#include "party/library_view.h"

namespace lanspread::party {
namespace {

using Outcome = LibraryView::Outcome;

GameId game(std::size_t number) { return GameId::parse("game" + std::to_string(number)).value(); }

wire::GameEntry entry(std::size_t number, std::uint8_t content = 1)
{
    wire::GameEntry result{
        .game = game(number), .version = "20240101", .content = {}, .size = 10, .chunks = 1, .files = 1};
    result.content.bytes[0] = std::byte{content};
    result.content.bytes[1] = std::byte(number & 0xff);
    result.content.bytes[2] = std::byte(number >> 8);
    return result;
}

std::vector<wire::GameEntry> entries(std::size_t count)
{
    std::vector<wire::GameEntry> result;
    for (std::size_t number = 0; number < count; ++number) {
        result.push_back(entry(number));
    }
    return result;
}

/// What a session does: deltas from what was acknowledged, a snapshot where one is a gap. Gives the number of
/// messages.
std::size_t bring_up_to_date(const LibraryJournal& journal, LibraryView& view)
{
    std::size_t messages = 0;
    auto acknowledged = view.rev();
    while (acknowledged != journal.rev() && ++messages < 1000) {
        const auto delta = journal.delta_from(acknowledged);
        if (delta && view.apply(*delta).value() != Outcome::gap) {
            acknowledged = delta->to_rev;
        } else {
            const auto snapshot = journal.snapshot();
            (void)view.apply(snapshot).value();
            acknowledged = snapshot.rev;
        }
    }
    return messages;
}

TEST(LibraryView, takes_a_snapshot_and_finds_by_content)
{
    LibraryView view;
    EXPECT_EQ(view.apply(wire::LibrarySnapshot{.epoch = 7, .rev = 2, .games = entries(3)}).value(),
              Outcome::changed);
    EXPECT_EQ(view.games().size(), 3U);
    ASSERT_NE(view.find(entry(1).content), nullptr);
    EXPECT_EQ(view.find(entry(1).content)->game, game(1));
    EXPECT_EQ(view.find(entry(1, 99).content), nullptr);
}

TEST(LibraryView, applies_each_delta_by_its_place)
{
    struct Row {
        const char* what;
        std::uint64_t epoch, from_rev, to_rev;
        Outcome expected;
    };
    const Row rows[] = {
        {"the next step", 7, 5, 6, Outcome::changed},       {"several steps", 7, 5, 9, Outcome::changed},
        {"an overlapping step", 7, 3, 6, Outcome::changed}, {"a doubled one", 7, 4, 5, Outcome::unchanged},
        {"an old one", 7, 1, 2, Outcome::unchanged},        {"one after a gap", 7, 6, 7, Outcome::gap},
        {"one of another process", 8, 5, 6, Outcome::gap},
    };
    for (const auto& row : rows) {
        LibraryView view;
        (void)view.apply(wire::LibrarySnapshot{.epoch = 7, .rev = 5, .games = entries(2)}).value();
        const wire::LibraryDelta delta{.epoch = row.epoch,
                                       .from_rev = row.from_rev,
                                       .to_rev = row.to_rev,
                                       .upserts = {entry(5)},
                                       .removals = {game(0)}};
        EXPECT_EQ(view.apply(delta).value(), row.expected) << row.what;
        EXPECT_EQ(view.games().contains(game(5)), row.expected == Outcome::changed) << row.what;
        EXPECT_EQ(view.games().contains(game(0)), row.expected != Outcome::changed) << row.what;
    }
}

TEST(LibraryView, refuses_more_games_than_a_library_may_have_and_keeps_what_it_had)
{
    LibraryView view;
    (void)view.apply(wire::LibrarySnapshot{.epoch = 7, .rev = 1, .games = entries(max_games)}).value();
    EXPECT_FALSE(view.apply(wire::LibrarySnapshot{.epoch = 7, .rev = 2, .games = entries(max_games + 1)}));
    EXPECT_FALSE(view.apply(wire::LibraryDelta{
        .epoch = 7, .from_rev = 1, .to_rev = 2, .upserts = {entry(max_games)}, .removals = {}}));
    EXPECT_EQ(view.games().size(), max_games);
    EXPECT_EQ(view.rev(), 1U);
}

TEST(LibraryView, forgets_the_content_that_a_new_version_replaces)
{
    LibraryView view;
    (void)view.apply(wire::LibrarySnapshot{.epoch = 7, .rev = 1, .games = {entry(1, 1)}}).value();
    (void)view
        .apply(wire::LibraryDelta{
            .epoch = 7, .from_rev = 1, .to_rev = 2, .upserts = {entry(1, 2)}, .removals = {}})
        .value();
    EXPECT_EQ(view.find(entry(1, 1).content), nullptr);
    EXPECT_NE(view.find(entry(1, 2).content), nullptr);
}

TEST(LibraryJournal, counts_a_revision_for_each_game_that_changes_and_none_for_one_that_does_not)
{
    LibraryJournal journal(7);
    EXPECT_EQ(journal.apply(entries(3), {}), 0U);
    EXPECT_EQ(journal.rev(), 3U);
    (void)journal.apply(entries(3), {game(77)});
    EXPECT_EQ(journal.rev(), 3U);
    (void)journal.apply({}, {game(1)});
    EXPECT_EQ(journal.rev(), 4U);
}

TEST(LibraryJournal, sends_only_what_changed)
{
    LibraryJournal journal(7);
    (void)journal.apply(entries(100), {});
    const auto before = journal.rev();
    (void)journal.apply({entry(5, 2)}, {game(9)});
    const auto delta = journal.delta_from(before);
    ASSERT_TRUE(delta);
    EXPECT_EQ(delta->upserts, std::vector{entry(5, 2)});
    EXPECT_EQ(delta->removals, std::vector{game(9)});
    EXPECT_EQ(delta->to_rev, journal.rev());
}

TEST(LibraryJournal, does_not_answer_for_a_revision_that_it_never_had)
{
    LibraryJournal journal(7);
    EXPECT_FALSE(journal.delta_from(1));
}

TEST(LibraryJournal, leaves_out_games_above_the_limit)
{
    LibraryJournal journal(7);
    EXPECT_EQ(journal.apply(entries(max_games + 5), {}), 5U);
    EXPECT_EQ(journal.apply({entry(max_games + 7)}, {game(0)}), 0U);
}

TEST(LibrarySync, carries_a_library_that_is_too_large_for_one_message_in_several)
{
    LibraryJournal journal(7);
    (void)journal.apply(entries(max_games), {});
    LibraryView view;
    (void)view.apply(journal.snapshot()).value();
    EXPECT_EQ(view.rev(), 0U);
    EXPECT_EQ(bring_up_to_date(journal, view), max_games / max_entries_per_message);
    EXPECT_EQ(view.games().size(), max_games);
}

TEST(LibrarySync, heals_when_removals_were_forgotten)
{
    LibraryJournal journal(7);
    (void)journal.apply(entries(10'000), {});
    LibraryView view;
    (void)view.apply(journal.snapshot()).value();
    (void)bring_up_to_date(journal, view);
    for (std::size_t number = 0; number < 9'000; ++number) {
        (void)journal.apply({}, {game(number)});
    }
    EXPECT_FALSE(journal.delta_from(view.rev()));
    (void)bring_up_to_date(journal, view);
    EXPECT_EQ(view.games().size(), 1'000U);
    EXPECT_FALSE(view.games().contains(game(0)));
}

RC_GTEST_PROP(LibrarySync, converges_whatever_is_reordered_doubled_or_lost_on_the_way,
              (const std::vector<std::uint16_t>& steps))
{
    LibraryJournal journal(7);
    LibraryView view;
    (void)view.apply(journal.snapshot()).value();
    std::map<GameId, wire::GameEntry> truth;
    std::vector<wire::LibraryDelta> on_the_way;
    for (const auto step : steps) {
        const std::size_t number = step / 8 % 6;
        switch (step % 8) {
            case 0:
            case 1:
            case 2: {
                const auto changed = entry(number, static_cast<std::uint8_t>(step / 64));
                (void)journal.apply({changed}, {});
                truth[changed.game] = changed;
                break;
            }
            case 3:
                (void)journal.apply({}, {game(number)});
                truth.erase(game(number));
                break;
            case 4:
            case 5:  // sent, from some revision that the sender believes in
                on_the_way.push_back(
                    journal.delta_from(journal.rev() - std::min<std::uint64_t>(number, journal.rev()))
                        .value());
                break;
            case 6:  // arrives in some order, and stays on the way: it may arrive again
                if (!on_the_way.empty()) {
                    (void)view.apply(on_the_way[step / 8 % on_the_way.size()]).value();
                }
                break;
            default:  // is lost
                if (!on_the_way.empty()) {
                    on_the_way.erase(on_the_way.begin() +
                                     static_cast<std::ptrdiff_t>(step / 8 % on_the_way.size()));
                }
        }
    }
    (void)bring_up_to_date(journal, view);
    RC_ASSERT(view.games() == truth);
    for (const auto& delta : on_the_way) {
        (void)view.apply(delta).value();
    }
    RC_ASSERT(view.games() == truth);
    RC_ASSERT(view.rev() == journal.rev());
}

}  // namespace
}  // namespace lanspread::party
