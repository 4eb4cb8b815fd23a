#include "swarm/download_queue.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace lanspread::swarm {
namespace {

GameId id(std::string_view name) { return GameId::parse(name).value(); }

/// The games of `text`, a letter each, in normal priority.
DownloadQueue queue_of(std::string_view text)
{
    DownloadQueue queue;
    for (const char letter : text) {
        queue.add(id(std::string(1, letter)), Priority::normal);
    }
    return queue;
}

std::string order_of(const DownloadQueue& queue)
{
    std::string text;
    for (const auto& item : queue.items()) {
        text += item.game.text();
    }
    return text;
}

std::string admitted(const DownloadQueue& queue, std::size_t places, std::string_view cannot_run = "")
{
    std::string text;
    for (const auto& game :
         queue.admit(places, [&](const GameId& one) { return !cannot_run.contains(one.text()); })) {
        text += game.text();
    }
    return text;
}

}  // namespace

TEST(DownloadQueue, keeps_the_order_in_which_games_were_asked_for)
{
    auto queue = queue_of("cab");
    queue.add(id("c"), Priority::normal);
    EXPECT_EQ(order_of(queue), "cab");
    EXPECT_EQ(queue.position(id("a")), 2U);
    EXPECT_EQ(queue.position(id("z")), 0U);
    queue.remove(id("c"));
    EXPECT_EQ(order_of(queue), "ab");
}

TEST(DownloadQueue, puts_priority_before_order)
{
    auto queue = queue_of("abc");
    queue.set_priority(id("a"), Priority::low);
    queue.set_priority(id("c"), Priority::high);
    queue.add(id("d"), Priority::normal);
    queue.add(id("e"), Priority::high);
    EXPECT_EQ(order_of(queue), "cebda");
    queue.set_priority(id("e"), Priority::high);
    EXPECT_EQ(order_of(queue), "cebda");
    EXPECT_EQ(queue.priority(id("a")), Priority::low);
}

TEST(DownloadQueue, moves_a_game_within_its_priority)
{
    auto queue = queue_of("abcd");
    queue.set_priority(id("a"), Priority::high);
    queue.move(id("d"), 2);
    EXPECT_EQ(order_of(queue), "adbc");
    queue.move(id("c"), 0);
    EXPECT_EQ(order_of(queue), "acdb") << "what has a higher priority stays before it";
    queue.move(id("c"), 100);
    EXPECT_EQ(order_of(queue), "adbc");
    queue.move(id("a"), 3);
    EXPECT_EQ(order_of(queue), "adbc");
}

TEST(DownloadQueue, lets_the_first_that_can_run)
{
    const auto queue = queue_of("abcd");
    EXPECT_EQ(admitted(queue, 2), "ab");
    EXPECT_EQ(admitted(queue, 2, "a"), "bc") << "one that waits holds no place";
    EXPECT_EQ(admitted(queue, 0), "");
    EXPECT_EQ(admitted(queue, 9, "bd"), "ac");
}

TEST(DownloadQueue, knows_its_words_of_priority)
{
    for (const auto priority : {Priority::high, Priority::normal, Priority::low}) {
        EXPECT_EQ(parse_priority(to_string(priority)), priority);
    }
    EXPECT_EQ(parse_priority("urgent"), std::nullopt);
}

RC_GTEST_PROP(DownloadQueue, stays_sorted_by_priority_and_loses_nothing, ())
{
    DownloadQueue queue;
    std::set<std::string> expected;
    const auto steps = *rc::gen::inRange(0, 60);
    for (int step = 0; step < steps; ++step) {
        const auto name = std::string(1, static_cast<char>('a' + *rc::gen::inRange(0, 8)));
        const auto priority = static_cast<Priority>(*rc::gen::inRange(1, 4));
        switch (*rc::gen::inRange(0, 4)) {
            case 0:
                queue.add(id(name), priority);
                expected.insert(name);
                break;
            case 1:
                queue.remove(id(name));
                expected.erase(name);
                break;
            case 2: queue.set_priority(id(name), priority); break;
            default: queue.move(id(name), *rc::gen::inRange<std::size_t>(0, 10)); break;
        }
    }
    std::set<std::string> found;
    for (const auto& item : queue.items()) {
        found.insert(item.game.text());
    }
    RC_ASSERT(found == expected);
    RC_ASSERT(queue.items().size() == expected.size());
    RC_ASSERT(std::ranges::is_sorted(queue.items(), {}, &DownloadQueue::Item::priority));
}

}  // namespace lanspread::swarm
