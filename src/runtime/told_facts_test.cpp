#include "runtime/told_facts.h"

#include <gtest/gtest.h>

namespace lanspread::runtime {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Outcome = ToldFacts::Outcome;

template <class Id>
Id id(unsigned number)
{
    Id result;
    result.bytes[0] = std::byte(number >> 16);
    result.bytes[1] = std::byte(number >> 8);
    result.bytes[2] = std::byte(number);
    return result;
}

PeerId peer(unsigned number) { return id<PeerId>(number); }
wire::FactsHash facts(unsigned number) { return id<wire::FactsHash>(number); }
GameId game(std::string_view name) { return GameId::parse(name).value(); }

class ToldFactsTest : public testing::Test {
protected:
    [[nodiscard]] ToldFacts with(const ToldFacts::Parameters& parameters = {})
    {
        return {[this](const GameId& one) { return known_.contains(one); }, parameters};
    }

    /// All that is asked for now.
    static std::vector<ToldFacts::Fetch> asked(ToldFacts& told, TimePoint now)
    {
        std::vector<ToldFacts::Fetch> fetches;
        while (auto fetch = told.next(now)) {
            fetches.push_back(*std::move(fetch));
        }
        return fetches;
    }

    /// Answers all that is asked for until nothing is any more; gives how often it was asked.
    std::size_t answer_all(ToldFacts& told, Outcome outcome, std::size_t size = 100)
    {
        std::size_t count = 0;
        for (auto fetches = asked(told, now_); !fetches.empty(); fetches = asked(told, now_)) {
            for (const auto& fetch : fetches) {
                ++count;
                told.finish(fetch, outcome, now_,
                            outcome == Outcome::got
                                ? std::optional(wire::GameFacts{.title = fetch.facts.hex()})
                                : std::nullopt,
                            size);
            }
        }
        return count;
    }

    std::set<GameId> known_;
    TimePoint now_ = TimePoint() + seconds(1000);
    GameId doom_ = game("doom");
};

}  // namespace

TEST_F(ToldFactsTest, are_those_that_most_peers_tell)
{
    auto told = with();
    told.set(peer(1), doom_, facts(1));
    told.set(peer(2), doom_, facts(2));
    EXPECT_EQ(told.best(doom_), facts(1)) << "the smallest hash where they tie";
    told.set(peer(3), doom_, facts(2));
    EXPECT_EQ(told.best(doom_), facts(2));
    EXPECT_EQ(told.tellers(doom_), (std::vector{peer(3), peer(2)}));
    told.remove(peer(3));
    told.set(peer(2), doom_, std::nullopt);
    EXPECT_EQ(told.best(doom_), facts(1));
    told.remove(peer(1));
    EXPECT_EQ(told.best(doom_), std::nullopt);
}

TEST_F(ToldFactsTest, are_fetched_once_and_kept_while_somebody_tells_them)
{
    auto told = with();
    told.set(peer(1), doom_, facts(1));
    told.set(peer(2), doom_, facts(1));
    const auto fetch = told.next(now_);
    ASSERT_TRUE(fetch);
    EXPECT_FALSE(told.next(now_)) << "they are under way";
    EXPECT_EQ(told.find(doom_), nullptr);
    (void)told.take_changes();
    told.finish(*fetch, Outcome::got, now_, wire::GameFacts{.title = "Doom"}, 100);
    ASSERT_NE(told.find(doom_), nullptr);
    EXPECT_EQ(told.find(doom_)->title, "Doom");
    EXPECT_EQ(told.take_changes(), (std::set{doom_}));
    EXPECT_FALSE(told.next(now_));
    EXPECT_FALSE(told.is_waiting());

    told.remove(fetch->peer);
    EXPECT_NE(told.find(doom_), nullptr) << "the other one still tells them";
    told.remove(peer(1));
    told.remove(peer(2));
    EXPECT_EQ(told.find(doom_), nullptr);
    EXPECT_EQ(told.size(), 0U);
}

TEST_F(ToldFactsTest, that_are_told_of_several_games_are_fetched_once)
{
    auto told = with();
    told.set(peer(1), doom_, facts(1));
    told.set(peer(1), game("quake"), facts(1));
    EXPECT_EQ(answer_all(told, Outcome::got), 1U);
    EXPECT_NE(told.find(doom_), nullptr);
    EXPECT_NE(told.find(game("quake")), nullptr);
}

TEST_F(ToldFactsTest, are_not_fetched_of_a_game_that_we_know_better)
{
    auto told = with();
    known_.insert(doom_);
    told.set(peer(1), doom_, facts(1));
    EXPECT_FALSE(told.next(now_));
    known_.clear();
    told.reconsider(doom_);
    EXPECT_TRUE(told.next(now_));
}

TEST_F(ToldFactsTest, that_the_teller_does_not_have_are_asked_of_another_and_then_count_no_more)
{
    auto told = with();
    told.set(peer(1), doom_, facts(1));
    told.set(peer(2), doom_, facts(1));
    told.set(peer(3), doom_, facts(9));
    EXPECT_EQ(answer_all(told, Outcome::missing), 3U);
    EXPECT_EQ(told.best(doom_), std::nullopt);
    EXPECT_FALSE(told.is_waiting());
    told.set(peer(1), doom_, facts(1));  // that is no news
    EXPECT_FALSE(told.next(now_));
    told.set(peer(1), doom_, facts(2));
    EXPECT_TRUE(told.next(now_));
}

TEST_F(ToldFactsTest, of_the_next_most_count_where_the_first_cannot_be_had)
{
    auto told = with();
    told.set(peer(1), doom_, facts(1));
    told.set(peer(2), doom_, facts(1));
    told.set(peer(3), doom_, facts(9));
    for (int i = 0; i < 2; ++i) {
        const auto fetch = told.next(now_).value();
        EXPECT_EQ(fetch.facts, facts(1));
        told.finish(fetch, Outcome::missing, now_);
    }
    EXPECT_EQ(told.best(doom_), facts(9));
    EXPECT_EQ(answer_all(told, Outcome::got), 1U);
    EXPECT_NE(told.find(doom_), nullptr);
}

TEST_F(ToldFactsTest, that_are_none_are_not_asked_for_again)
{
    auto told = with();
    told.set(peer(1), doom_, facts(1));
    told.set(peer(2), doom_, facts(1));
    told.set(peer(3), doom_, facts(9));
    EXPECT_EQ(told.next(now_)->facts, facts(1));
    told.finish({.peer = peer(1), .game = doom_, .facts = facts(1)}, Outcome::unusable, now_);
    EXPECT_EQ(told.best(doom_), facts(9));
}

TEST_F(ToldFactsTest, a_peer_that_does_not_answer_has_a_rest_and_is_given_up_in_the_end)
{
    auto told = with();
    told.set(peer(1), doom_, facts(1));
    for (int i = 0; i < 3; ++i) {
        const auto fetch = told.next(now_);
        ASSERT_TRUE(fetch) << i;
        told.finish(*fetch, Outcome::failed, now_);
        EXPECT_FALSE(told.next(now_ + seconds(4)));
        now_ += seconds(5);
    }
    EXPECT_FALSE(told.next(now_));
    EXPECT_FALSE(told.is_waiting());
}

TEST_F(ToldFactsTest, are_asked_for_a_few_at_a_time)
{
    auto told = with({.max_asked = 3, .max_asked_of_peer = 2});
    for (unsigned number = 0; number < 600; ++number) {
        told.set(peer(1), game("game-" + std::to_string(number)), facts(number));
    }
    const auto first = asked(told, now_);
    EXPECT_EQ(first.size(), 2U);
    told.set(peer(2), doom_, facts(1000));
    EXPECT_EQ(asked(told, now_).size() + asked(told, now_).size() + asked(told, now_).size(), 1U)
        << "a search goes on where the last one ended";
    told.finish(first[0], Outcome::got, now_, wire::GameFacts{.title = "x"}, 1);
    EXPECT_EQ(asked(told, now_).size(), 1U);
}

TEST_F(ToldFactsTest, of_a_peer_that_changes_them_all_the_time_are_asked_for_at_a_rate)
{
    auto told = with({.burst = 10, .interval = milliseconds(100)});
    std::size_t count = 0;
    for (unsigned number = 0; number < 1000; ++number) {
        told.set(peer(1), doom_, facts(number));
        count += answer_all(told, Outcome::got);
        now_ += milliseconds(10);
    }
    EXPECT_LE(count, 10U + 100U + 1U);
    EXPECT_GE(count, 100U);
    EXPECT_LE(told.size(), 1000U) << "of what is told no more nothing is kept";
}

TEST_F(ToldFactsTest, of_one_peer_take_so_much_room_and_no_more)
{
    auto told = with({.max_size = 100'000, .max_size_of_peer = 30'000});
    for (unsigned number = 0; number < 1000; ++number) {
        told.set(peer(1), game("game-" + std::to_string(number)), facts(number));
    }
    answer_all(told, Outcome::got, 1000);
    EXPECT_GE(told.size(), 30'000U);
    EXPECT_LE(told.size(), 40'000U);
    told.set(peer(2), doom_, facts(5000));
    for (int i = 0; i < 5 && told.find(doom_) == nullptr; ++i) {
        answer_all(told, Outcome::got, 1000);
    }
    EXPECT_NE(told.find(doom_), nullptr) << "there is room for others";
    told.remove(peer(1));
    EXPECT_LE(told.size(), 2000U);
}

TEST_F(ToldFactsTest, a_peer_that_left_while_it_was_asked_leaves_nothing)
{
    auto told = with();
    told.set(peer(1), doom_, facts(1));
    const auto fetch = told.next(now_).value();
    told.remove(peer(1));
    told.finish(fetch, Outcome::got, now_, wire::GameFacts{.title = "Doom"}, 100);
    EXPECT_EQ(told.size(), 0U);
    EXPECT_EQ(told.find(doom_), nullptr);
    told.set(peer(1), doom_, facts(1));
    EXPECT_TRUE(told.next(now_)) << "back again, it is asked again";
}

}  // namespace lanspread::runtime
