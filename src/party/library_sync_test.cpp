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

/// A version of game `number`; `content` tells them apart.
wire::GameEntry entry(std::size_t number, std::uint8_t content = 1)
{
    wire::GameEntry result{
        .game = game(number), .version = "20240101", .content = {}, .size = 10, .chunks = 1, .files = 1};
    result.content.bytes[0] = std::byte{content};
    result.content.bytes[1] = std::byte(number & 0xff);
    result.content.bytes[2] = std::byte(number >> 8);
    return result;
}

ContentId content(std::size_t number) { return entry(number).content; }

/// By content id, as in a snapshot.
std::vector<wire::GameEntry> entries(std::size_t count)
{
    std::vector<wire::GameEntry> result;
    for (std::size_t number = 0; number < count; ++number) {
        result.push_back(entry(number));
    }
    std::ranges::sort(result, {}, &wire::GameEntry::content);
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
    EXPECT_EQ(view.entries().size(), 3U);
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
                                       .removals = {content(0)}};
        EXPECT_EQ(view.apply(delta).value(), row.expected) << row.what;
        EXPECT_EQ(view.entries().contains(content(5)), row.expected == Outcome::changed) << row.what;
        EXPECT_EQ(view.entries().contains(content(0)), row.expected != Outcome::changed) << row.what;
    }
}

TEST(LibraryView, tells_what_a_delta_has_touched_and_nothing_after_a_snapshot)
{
    LibraryView view;
    (void)view.apply(wire::LibrarySnapshot{.epoch = 7, .rev = 1, .games = entries(3)}).value();
    EXPECT_EQ(view.last_changes(), std::nullopt);
    const wire::LibraryDelta delta{
        .epoch = 7, .from_rev = 1, .to_rev = 3, .upserts = {entry(5)}, .removals = {content(0)}};
    (void)view.apply(delta).value();
    EXPECT_EQ(view.last_changes(), (std::set{content(5), content(0)}));
    (void)view.apply(wire::LibrarySnapshot{.epoch = 7, .rev = 4, .games = entries(2)}).value();
    EXPECT_EQ(view.last_changes(), std::nullopt);
}

TEST(LibraryView, refuses_more_entries_than_a_library_may_have_and_keeps_what_it_had)
{
    LibraryView view;
    (void)view.apply(wire::LibrarySnapshot{.epoch = 7, .rev = 1, .games = entries(max_entries)}).value();
    EXPECT_FALSE(view.apply(wire::LibrarySnapshot{.epoch = 7, .rev = 2, .games = entries(max_entries + 1)}));
    EXPECT_FALSE(view.apply(wire::LibraryDelta{
        .epoch = 7, .from_rev = 1, .to_rev = 2, .upserts = {entry(max_entries)}, .removals = {}}));
    EXPECT_EQ(view.entries().size(), max_entries);
    EXPECT_EQ(view.rev(), 1U);
}

TEST(LibraryView, that_is_full_takes_a_new_version_for_an_old_one)
{
    LibraryView view;
    (void)view.apply(wire::LibrarySnapshot{.epoch = 7, .rev = 1, .games = entries(max_entries)}).value();
    const wire::LibraryDelta update{
        .epoch = 7, .from_rev = 1, .to_rev = 3, .upserts = {entry(5, 2)}, .removals = {content(5)}};
    EXPECT_EQ(view.apply(update).value(), Outcome::changed);
    EXPECT_EQ(view.entries().size(), max_entries);
    const wire::LibraryDelta doubled{.epoch = 7,
                                     .from_rev = 3,
                                     .to_rev = 6,
                                     .upserts = {entry(6, 2), entry(7, 2)},
                                     .removals = {content(6), content(6)}};
    EXPECT_FALSE(view.apply(doubled));
    EXPECT_EQ(view.entries().size(), max_entries);
}

TEST(LibraryView, takes_a_content_for_what_was_said_of_it_last)
{
    LibraryView view;
    auto renamed = entry(1);
    renamed.game = game(2);
    (void)view.apply(wire::LibrarySnapshot{.epoch = 7, .rev = 1, .games = {entry(1)}}).value();
    (void)view
        .apply(
            wire::LibraryDelta{.epoch = 7, .from_rev = 1, .to_rev = 2, .upserts = {renamed}, .removals = {}})
        .value();
    EXPECT_TRUE(view.find(game(1)).empty());
    EXPECT_EQ(view.find(game(2)).size(), 1U);
    EXPECT_EQ(view.entries().size(), 1U);
}

TEST(LibraryView, finds_all_that_a_peer_has_of_a_game)
{
    LibraryView view;
    (void)view
        .apply(wire::LibrarySnapshot{
            .epoch = 7, .rev = 1, .games = {entry(1, 1), entry(2, 1), entry(1, 2), entry(10, 2)}})
        .value();
    const auto found = view.find(game(1));
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(*found[0], entry(1, 1));
    EXPECT_EQ(*found[1], entry(1, 2));
    EXPECT_TRUE(view.find(game(3)).empty());
}

TEST(LibraryView, forgets_the_content_that_a_new_version_replaces)
{
    LibraryView view;
    (void)view.apply(wire::LibrarySnapshot{.epoch = 7, .rev = 1, .games = {entry(1, 1)}}).value();
    (void)view
        .apply(wire::LibraryDelta{.epoch = 7,
                                  .from_rev = 1,
                                  .to_rev = 3,
                                  .upserts = {entry(1, 2)},
                                  .removals = {entry(1, 1).content}})
        .value();
    EXPECT_EQ(view.find(entry(1, 1).content), nullptr);
    ASSERT_EQ(view.find(game(1)).size(), 1U);
    EXPECT_EQ(*view.find(game(1)).front(), entry(1, 2));
}

TEST(LibraryView, counts_a_game_once_it_is_complete)
{
    LibraryView view;
    auto part = entry(1);
    part.complete = false;
    (void)view.apply(wire::LibrarySnapshot{.epoch = 7, .rev = 1, .games = {entry(0), part}}).value();
    EXPECT_EQ(view.entries().size(), 2U);
    EXPECT_EQ(view.complete_count(), 1U);
    (void)view
        .apply(
            wire::LibraryDelta{.epoch = 7, .from_rev = 1, .to_rev = 2, .upserts = {entry(1)}, .removals = {}})
        .value();
    EXPECT_EQ(view.entries().size(), 2U);
    EXPECT_EQ(view.complete_count(), 2U);
    EXPECT_TRUE(view.find(content(1))->complete);
    (void)view
        .apply(wire::LibraryDelta{
            .epoch = 7, .from_rev = 2, .to_rev = 3, .upserts = {}, .removals = {content(0)}})
        .value();
    EXPECT_EQ(view.complete_count(), 1U);
}

TEST(LibraryJournal, counts_a_revision_for_each_entry_that_changes_and_none_for_one_that_does_not)
{
    LibraryJournal journal(7);
    EXPECT_EQ(journal.apply(entries(3), {}), 0U);
    EXPECT_EQ(journal.rev(), 3U);
    (void)journal.apply(entries(3), {content(77)});
    EXPECT_EQ(journal.rev(), 3U);
    (void)journal.apply({}, {content(1)});
    EXPECT_EQ(journal.rev(), 4U);
}

TEST(LibraryJournal, sends_only_what_changed)
{
    LibraryJournal journal(7);
    (void)journal.apply(entries(100), {});
    const auto before = journal.rev();
    (void)journal.apply({entry(5, 2)}, {content(9)});
    const auto delta = journal.delta_from(before);
    ASSERT_TRUE(delta);
    EXPECT_EQ(delta->upserts, std::vector{entry(5, 2)});
    EXPECT_EQ(delta->removals, std::vector{content(9)});
    EXPECT_EQ(delta->to_rev, journal.rev());
}

TEST(LibraryJournal, does_not_answer_for_a_revision_that_it_never_had)
{
    LibraryJournal journal(7);
    EXPECT_FALSE(journal.delta_from(1));
}

TEST(LibraryJournal, tells_when_a_game_has_become_complete)
{
    LibraryJournal journal(7);
    auto part = entry(5);
    part.complete = false;
    (void)journal.apply({part}, {});
    (void)journal.apply({entry(5)}, {});
    const auto delta = journal.delta_from(1);
    ASSERT_TRUE(delta);
    EXPECT_EQ(delta->upserts, std::vector{entry(5)});
    EXPECT_TRUE(delta->removals.empty());
}

TEST(LibraryJournal, leaves_out_entries_above_the_limit)
{
    LibraryJournal journal(7);
    EXPECT_EQ(journal.apply(entries(max_entries + 5), {}), 5U);
    EXPECT_EQ(journal.apply({entry(max_entries + 7)}, {content(0)}), 0U);
}

TEST(LibrarySync, carries_a_library_that_is_too_large_for_one_message_in_several)
{
    LibraryJournal journal(7);
    (void)journal.apply(entries(max_entries), {});
    LibraryView view;
    (void)view.apply(journal.snapshot()).value();
    EXPECT_EQ(view.rev(), 0U);
    EXPECT_EQ(bring_up_to_date(journal, view), max_entries / max_entries_per_message);
    EXPECT_EQ(view.entries().size(), max_entries);
}

TEST(LibrarySync, heals_when_removals_were_forgotten)
{
    LibraryJournal journal(7);
    (void)journal.apply(entries(10'000), {});
    LibraryView view;
    (void)view.apply(journal.snapshot()).value();
    (void)bring_up_to_date(journal, view);
    for (std::size_t number = 0; number < 9'000; ++number) {
        (void)journal.apply({}, {content(number)});
    }
    EXPECT_FALSE(journal.delta_from(view.rev()));
    (void)bring_up_to_date(journal, view);
    EXPECT_EQ(view.entries().size(), 1'000U);
    EXPECT_FALSE(view.entries().contains(content(0)));
}

RC_GTEST_PROP(LibrarySync, converges_whatever_is_reordered_doubled_or_lost_on_the_way,
              (const std::vector<std::uint16_t>& steps))
{
    LibraryJournal journal(7);
    LibraryView view;
    (void)view.apply(journal.snapshot()).value();
    std::map<ContentId, wire::GameEntry> truth;
    std::vector<wire::LibraryDelta> on_the_way;
    for (const auto step : steps) {
        const std::size_t number = step / 8 % 6;
        switch (step % 8) {
            case 0:
            case 1:
            case 2: {
                auto changed = entry(number);
                changed.complete = step / 64 % 2 == 1;
                (void)journal.apply({changed}, {});
                truth[changed.content] = changed;
                break;
            }
            case 3:
                (void)journal.apply({}, {content(number)});
                truth.erase(content(number));
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
    RC_ASSERT(view.entries() == truth);
    for (const auto& delta : on_the_way) {
        (void)view.apply(delta).value();
    }
    RC_ASSERT(view.entries() == truth);
    RC_ASSERT(view.rev() == journal.rev());
    RC_ASSERT(view.complete_count() ==
              static_cast<std::size_t>(std::ranges::count_if(
                  truth, [](const auto& content_and_entry) { return content_and_entry.second.complete; })));
}

}  // namespace
}  // namespace lanspread::party
