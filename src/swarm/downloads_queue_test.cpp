#include "swarm/downloads.h"

#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>

#include "swarm/testing.h"

namespace lanspread::swarm {
namespace {

using Kind = DownloadEvent::Kind;

/// Four games of 5 MB or so, which one peer has, as fast or slow as the test lets it.
class DownloadQueueTest : public DownloadsTest {
protected:
    DownloadQueueTest()
    {
        for (const auto* name : {"chess", "doom", "elite", "quake"}) {
            packages_.push_back(Package::make(
                name, "20240101",
                {{"game.pak", library::pattern(5'000'000, static_cast<unsigned>(packages_.size()))}}));
        }
        anna_ = &add_peer(1, "anna", packages_);
    }

    void configure(std::size_t parallel) { downloads_->configure({.parallel = parallel}); }

    [[nodiscard]] const Package& game(std::size_t number) const { return packages_.at(number); }
    [[nodiscard]] GameId id(std::size_t number) const { return game(number).manifest->game(); }
    [[nodiscard]] DownloadState state(std::size_t number) const { return status(game(number)).state; }

    void wait_for_state(std::size_t number, DownloadState state)
    {
        testing::run_until(context_, [&] { return this->state(number) == state; });
    }

    /// Changes the database, between two processes or while nothing happens.
    void execute(const std::string& statement)
    {
        std::promise<void> done;
        asio::post(store_, [&] {
            database_->connection().exec(statement);
            done.set_value();
        });
        done.get_future().get();
    }

    /// The first game is fetched in part; then this process ends, and somebody deletes what was fetched.
    void begin_and_lose_the_files()
    {
        anna_->chunks_before_pause = 3;
        start_downloads();
        get(game(0));
        testing::run_until(context_, [&] { return status(game(0)).bytes_done > 0; });
        stop_downloads();
        ASSERT_GT(records().at(0).bytes_verified, 0U);
        std::filesystem::remove_all(partial(game(0)));
    }

    /// Nothing is sent any more: what is asked for is answered once this ends.
    void hold() { anna_->chunks_before_pause = anna_->chunks_sent; }
    void go_on()
    {
        anna_->chunks_before_pause = SIZE_MAX;
        network_.resumed.notify_all();
    }

    /// The games in the order of the queue, by their first letters.
    [[nodiscard]] std::string order() const
    {
        std::string text;
        for (const auto& status : downloads_->snapshot()) {
            text += status.position == 0 ? '-' : status.game.text().front();
        }
        return text;
    }

    std::vector<Package> packages_;
    FakePeer* anna_ = nullptr;
};

TEST_F(DownloadQueueTest, runs_as_many_as_it_may_and_the_next_when_one_is_done)
{
    hold();
    start_downloads();
    configure(2);
    for (std::size_t number = 0; number < 4; ++number) {
        get(game(number));
    }
    wait_for_state(0, DownloadState::running);
    wait_for_state(1, DownloadState::running);
    wait_for_state(2, DownloadState::queued);
    EXPECT_EQ(state(3), DownloadState::queued);
    EXPECT_EQ(status(game(3)).position, 4U);
    EXPECT_FALSE(std::filesystem::exists(games_ / "elite")) << "no files before its turn";
    go_on();
    std::size_t most = 0;
    testing::run_until(context_, [&] {
        std::size_t running = 0;
        for (std::size_t number = 0; number < 4; ++number) {
            running += state(number) == DownloadState::running ? 1 : 0;
        }
        most = std::max(most, running);
        return told(Kind::done) == 4;
    });
    EXPECT_EQ(most, 2U);
    EXPECT_EQ(order(), "----");
}

TEST_F(DownloadQueueTest, lets_a_high_priority_take_the_place_of_a_running_one)
{
    hold();
    start_downloads();
    configure(1);
    get(game(0));
    get(game(1));
    wait_for_state(0, DownloadState::running);
    const auto raised = wait(downloads_->set_priority(id(1), Priority::high));
    ASSERT_TRUE(raised);
    EXPECT_EQ(raised->position, 1U);
    wait_for_state(1, DownloadState::running);
    wait_for_state(0, DownloadState::queued);
    go_on();
    testing::run_until(context_, [&] { return told(Kind::done) == 2; });
    expect_tree(game(0));
}

TEST_F(DownloadQueueTest, moves_within_a_priority)
{
    hold();
    start_downloads();
    configure(1);
    for (std::size_t number = 0; number < 4; ++number) {
        get(game(number));
    }
    EXPECT_EQ(order(), "cdeq");
    ASSERT_TRUE(wait(downloads_->move(id(3), 1)));
    EXPECT_EQ(order(), "qcde");
    wait_for_state(3, DownloadState::running);
    EXPECT_EQ(wait(downloads_->move(library::game_id("unknown"), 1)).error().code, ErrorCode::not_found);
}

TEST_F(DownloadQueueTest, passes_over_one_that_waits_for_a_source)
{
    const auto lonely = Package::make("alone", "20240101", {{"a", "b"}});
    hold();
    start_downloads();
    configure(1);
    get(lonely);
    get(game(0));
    testing::run_until(context_, [&] { return status(lonely).state == DownloadState::waiting_for_source; });
    wait_for_state(0, DownloadState::running);
    EXPECT_EQ(status(lonely).position, 1U);
    add_peer(2, "ben", {lonely});
    downloads_->sources_changed();
    testing::run_until(context_, [&] { return status(lonely).state == DownloadState::done; });
    go_on();
    testing::run_until(context_, [&] { return told(Kind::done) == 2; });
}

TEST_F(DownloadQueueTest, pauses_at_the_next_chunk_and_goes_on_without_fetching_anything_twice)
{
    anna_->chunks_before_pause = 2;
    start_downloads();
    get(game(0));
    testing::run_until(context_, [&] { return status(game(0)).bytes_done > 0; });
    const auto paused = wait(downloads_->set_paused(id(0), true));
    ASSERT_TRUE(paused);
    EXPECT_EQ(paused->state, DownloadState::paused);
    EXPECT_EQ(told(Kind::paused), 1);
    EXPECT_TRUE(partials_.find(game(0).content())) << "others can fetch what it has";
    // What was under way comes to its end, and nothing follows.
    go_on();
    testing::run_until(context_,
                       [&] { return records().at(0).bytes_verified == status(game(0)).bytes_done; });
    ASSERT_TRUE(wait(downloads_->set_paused(id(0), false)));
    testing::run_until(context_, [&] { return state(0) == DownloadState::done; });
    EXPECT_EQ(chunks_sent(), game(0).manifest->chunk_count());
    expect_tree(game(0));
}

TEST_F(DownloadQueueTest, asks_for_nothing_while_it_is_paused)
{
    start_downloads();
    configure(1);
    hold();
    get(game(0));
    get(game(1));
    ASSERT_TRUE(wait(downloads_->set_paused(id(1), true)));
    go_on();
    testing::run_until(context_, [&] { return state(0) == DownloadState::done; });
    EXPECT_EQ(state(1), DownloadState::paused);
    EXPECT_EQ(chunks_sent(), game(0).manifest->chunk_count());
    get(game(1));
    testing::run_until(context_, [&] { return state(1) == DownloadState::done; });
}

TEST_F(DownloadQueueTest, survives_a_restart_with_its_order_and_what_is_paused)
{
    anna_->chunks_before_pause = 2;
    start_downloads();
    get(game(0));
    testing::run_until(context_, [&] { return status(game(0)).bytes_done > 0; });
    for (std::size_t number = 1; number < 4; ++number) {
        get(game(number));
    }
    ASSERT_TRUE(wait(downloads_->set_paused(id(0), true)));
    ASSERT_TRUE(wait(downloads_->set_paused(id(2), true)));
    ASSERT_TRUE(wait(downloads_->set_priority(id(3), Priority::high)));
    ASSERT_TRUE(wait(downloads_->move(id(2), 2)));
    ASSERT_EQ(order(), "qecd");
    testing::run_until(context_,
                       [&] { return records().at(2).bytes_verified == status(game(0)).bytes_done; });
    const auto before = status(game(0));
    hold();
    restart_all();
    EXPECT_EQ(order(), "qecd");
    EXPECT_EQ(status(game(0)).bytes_done, before.bytes_done) << "shown before anything has run";
    EXPECT_EQ(status(game(0)).bytes_total, before.bytes_total);
    EXPECT_EQ(state(0), DownloadState::paused);
    EXPECT_EQ(state(2), DownloadState::paused);
    EXPECT_EQ(status(game(3)).priority, Priority::high);
    testing::run_until(context_, [&] { return partials_.find(game(0).content()) != nullptr; });
    go_on();
    testing::run_until(context_, [&] { return told(Kind::done) == 2; });
    EXPECT_EQ(state(0), DownloadState::paused);
    ASSERT_TRUE(wait(downloads_->set_paused(id(0), false)));
    ASSERT_TRUE(wait(downloads_->set_paused(id(2), false)));
    testing::run_until(context_, [&] { return told(Kind::done) == 4; });
    EXPECT_EQ(told(Kind::set_back), 0);
}

TEST_F(DownloadQueueTest, cancels_what_is_queued_or_paused)
{
    hold();
    start_downloads();
    configure(1);
    for (std::size_t number = 0; number < 3; ++number) {
        get(game(number));
    }
    ASSERT_TRUE(wait(downloads_->set_paused(id(2), true)));
    ASSERT_TRUE(wait(downloads_->cancel(id(1), true)));
    ASSERT_TRUE(wait(downloads_->cancel(id(2), false)));
    EXPECT_EQ(order(), "c--");
    EXPECT_EQ(wait(downloads_->set_paused(id(1), true)).error().code, ErrorCode::not_found);
    EXPECT_EQ(told(Kind::cancelled), 2);
}

TEST_F(DownloadQueueTest, does_not_promise_the_same_room_to_two)
{
    hold();
    can_clone_ = false;
    free_space_ = 14'500'000;  // for one game, a copy of it and 4 MiB to spare
    start_downloads();
    configure(3);
    get(game(0));
    wait_for_state(0, DownloadState::running);
    testing::run_until(context_, [&] { return network_.has_held_back; });
    get(game(1));
    wait_for_state(1, DownloadState::waiting_for_space);
    EXPECT_TRUE(status(game(1)).reason.contains("14.2 MB are needed")) << status(game(1)).reason;
    EXPECT_TRUE(status(game(1)).reason.contains("14.5 MB are free")) << status(game(1)).reason;
    EXPECT_TRUE(status(game(1)).reason.contains("other downloads will take")) << status(game(1)).reason;
    EXPECT_EQ(state(0), DownloadState::running);
    go_on();
    testing::run_until(context_, [&] { return told(Kind::done) == 2; });
}

TEST_F(DownloadQueueTest, wants_room_for_installing_too_unless_told_otherwise)
{
    can_clone_ = false;
    free_space_ = 12'000'000;  // for the game and 4 MiB to spare, but not for a copy of it as well
    start_downloads();
    get(game(0));
    wait_for_state(0, DownloadState::waiting_for_space);
    EXPECT_TRUE(status(game(0)).reason.contains("5.00 MB to install: an estimate")) << status(game(0)).reason;
    downloads_->configure({.leaves_room_to_install = false});
    wait_for_state(0, DownloadState::done);
}

TEST_F(DownloadQueueTest, says_so_when_what_was_fetched_has_vanished)
{
    begin_and_lose_the_files();
    anna_->chunks_before_pause = SIZE_MAX;
    restart_all();
    testing::run_until(context_, [&] { return state(0) == DownloadState::done; });
    EXPECT_EQ(told(Kind::set_back), 1);
    expect_tree(game(0));
}

TEST_F(DownloadQueueTest, does_not_believe_after_another_restart_what_was_made_anew_for_what_has_vanished)
{
    begin_and_lose_the_files();
    anna_->holds.clear();
    restart_all();
    wait_for_state(0, DownloadState::waiting_for_source);
    EXPECT_EQ(told(Kind::set_back), 1);
    ASSERT_EQ(std::filesystem::file_size(partial(game(0)) / "files/game.pak"), 5'000'000U);
    EXPECT_EQ(records().at(0).bytes_verified, 0U);
    restart_all();
    wait_for_state(0, DownloadState::waiting_for_source);
    EXPECT_EQ(status(game(0)).bytes_done, 0U);
    EXPECT_EQ(partials_.find(game(0).content())->verified().count(), 0U);
    anna_->holds.insert(game(0).content());
    go_on();
    downloads_->sources_changed();
    wait_for_state(0, DownloadState::done);
    expect_tree(game(0));
}

TEST_F(DownloadQueueTest, makes_nothing_anew_before_it_is_noted_that_it_had_vanished)
{
    begin_and_lose_the_files();
    execute(
        "CREATE TRIGGER stuck BEFORE UPDATE OF verified ON downloads BEGIN "
        "SELECT RAISE(ABORT, 'stuck'); END");
    restart_all();
    wait_for_state(0, DownloadState::failed);
    EXPECT_FALSE(std::filesystem::exists(partial(game(0)) / "files/game.pak"));
    execute("DROP TRIGGER stuck");
    go_on();
    get(game(0));
    wait_for_state(0, DownloadState::done);
    expect_tree(game(0));
}

TEST_F(DownloadQueueTest, keeps_to_the_download_limit)
{
    start_downloads();
    const auto before = Clock::now();
    downloads_->configure({.parallel = 2, .bytes_per_second = 10'000'000});
    get(game(0));
    get(game(1));
    testing::run_until(context_, [&] { return told(Kind::done) == 2; });
    // 10 MB; the last chunk of each may go before it is paid, and a tenth of a second may have been saved up.
    EXPECT_GE(Clock::now() - before, std::chrono::milliseconds(650));
    EXPECT_GT(status(game(0)).sources.at(0).bytes, 0U);
}

}  // namespace
}  // namespace lanspread::swarm
