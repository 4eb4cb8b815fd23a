#include <gtest/gtest.h>

#include "swarm/testing.h"

/// Commands for downloads that are about to end.
namespace lanspread::swarm {
namespace {

class DownloadControlTest : public DownloadsTest {
protected:
    using Answer = std::shared_ptr<std::optional<Result<DownloadStatus>>>;

    /// Keeps the store busy for as long as it lives, so that what ends cannot note it.
    class Holdup {
    public:
        explicit Holdup(asio::thread_pool& store)
        {
            asio::post(store,
                       [until = std::make_shared<std::future<void>>(end_.get_future())] { until->wait(); });
        }
        ~Holdup() { end_.set_value(); }
        Holdup(const Holdup&) = delete;
        Holdup& operator=(const Holdup&) = delete;

    private:
        std::promise<void> end_;
    };

    /// Begins the command, and lets happen what can. How much that is decides only whether a defect shows.
    Answer begin(Task<Result<DownloadStatus>> command)
    {
        auto answer = std::make_shared<std::optional<Result<DownloadStatus>>>();
        asio::co_spawn(Executor(context_.get_executor()), std::move(command),
                       [answer](std::exception_ptr exception, Result<DownloadStatus> result) {
                           EXPECT_FALSE(exception);
                           *answer = std::move(result);
                       });
        settle();
        return answer;
    }

    void settle()
    {
        context_.restart();
        context_.run_for(std::chrono::milliseconds(100));
    }

    Result<DownloadStatus> end_of(const Answer& answer)
    {
        testing::run_until(context_, [&] { return answer->has_value(); });
        return **answer;
    }

    /// A download of doom of which five chunks are here and noted, and no more come.
    void fetch_some()
    {
        anna_ = &add_peer(1, "anna", {game_});
        anna_->chunks_before_pause = 5;
        start_downloads();
        get(game_);
        testing::run_until(context_, [&] {
            return network_.has_held_back && status(game_).bytes_done > 4'000'000 &&
                   records().at(0).bytes_verified == status(game_).bytes_done;
        });
    }

    /// A download of doom that has failed while it was put in place, and shall be tried again.
    void fail_to_finish()
    {
        add_peer(1, "anna", {game_});
        std::filesystem::create_directories(games_ / "doom");
        std::filesystem::create_directory_symlink(temporary_.path(), games_ / "doom/data");
        start_downloads();
        get(game_);
        wait_for(game_, DownloadState::failed);
        ASSERT_EQ(records().at(0).state, store::DownloadState::finishing);
    }

    const Package game_ = doom();
    const GameId id_ = game_.manifest->game();
    FakePeer* anna_ = nullptr;
};

TEST_F(DownloadControlTest, what_is_being_cancelled_is_not_paused_or_resumed_any_more)
{
    for (const bool paused : {true, false}) {
        fetch_some();
        {
            std::optional<Holdup> holdup(store_);
            const auto cancelled = begin(downloads_->cancel(id_, false));
            const auto changed = begin(downloads_->set_paused(id_, paused));
            holdup.reset();
            EXPECT_EQ(end_of(changed).error().code, ErrorCode::not_found);
            EXPECT_EQ(end_of(cancelled)->state, DownloadState::cancelled);
        }
        EXPECT_EQ(records().at(0).state, store::DownloadState::stopped);
        restart_all();
        EXPECT_FALSE(downloads_->find(id_));
        ASSERT_TRUE(wait(downloads_->cancel(id_, true)));
        stop_downloads();
        network_.peers.clear();
        network_.has_held_back = false;
    }
}

TEST_F(DownloadControlTest, what_is_being_cancelled_is_deleted_if_somebody_asks_for_that_too)
{
    fetch_some();
    std::optional<Holdup> holdup(store_);
    const auto cancelled = begin(downloads_->cancel(id_, false));
    const auto deleted = begin(downloads_->cancel(id_, true));
    holdup.reset();
    EXPECT_EQ(end_of(cancelled)->state, DownloadState::cancelled);
    EXPECT_EQ(end_of(deleted)->reason, "cancelled and deleted");
    EXPECT_FALSE(std::filesystem::exists(games_ / "doom"));
    EXPECT_TRUE(records().empty());
    EXPECT_EQ(ends_told(), 1);
}

TEST_F(DownloadControlTest, what_is_failing_is_deleted_if_somebody_asks_for_that)
{
    auto& liar = add_peer(1, "liar", {game_});
    liar.lies_in_chunks = true;
    liar.chunks_before_pause = 0;
    start_downloads();
    get(game_);
    testing::run_until(context_, [&] { return network_.has_held_back; });
    std::optional<Holdup> holdup(store_);
    liar.chunks_before_pause = SIZE_MAX;
    network_.resumed.notify_all();
    testing::run_until(context_, [&] { return !network_.bans.empty(); });
    settle();
    const auto deleted = begin(downloads_->cancel(id_, true));
    holdup.reset();
    const auto status = end_of(deleted);
    ASSERT_TRUE(status);
    EXPECT_EQ(status->state, DownloadState::failed);
    EXPECT_TRUE(status->reason.contains("what was fetched is deleted")) << status->reason;
    EXPECT_FALSE(std::filesystem::exists(games_ / "doom"));
    EXPECT_TRUE(records().empty());
}

TEST_F(DownloadControlTest, what_is_being_cancelled_begins_anew_when_it_is_asked_for)
{
    fetch_some();
    std::optional<Holdup> holdup(store_);
    const auto cancelled = begin(downloads_->cancel(id_, false));
    const auto started = begin(downloads_->start(id_, game_.manifest->version(), game_.content(), games_));
    anna_->chunks_before_pause = SIZE_MAX;
    holdup.reset();
    EXPECT_EQ(end_of(cancelled)->state, DownloadState::cancelled);
    ASSERT_TRUE(end_of(started));
    wait_for(game_, DownloadState::done);
    expect_tree(game_);
    EXPECT_LT(status(game_).bytes_fetched, game_.manifest->total_size() - 4'000'000);
}

TEST_F(DownloadControlTest, what_was_being_put_in_place_before_a_restart_is_not_cancelled_or_paused)
{
    fail_to_finish();
    restart_all();
    EXPECT_EQ(status(game_).state, DownloadState::finishing);
    EXPECT_EQ(wait(downloads_->cancel(id_, true)).error().code, ErrorCode::refused);
    wait_for(game_, DownloadState::failed);
    EXPECT_TRUE(std::filesystem::exists(partial(game_) / "files/version.ini"));

    std::filesystem::remove(games_ / "doom/data");
    restart_all();
    EXPECT_EQ(wait(downloads_->set_paused(id_, true)).error().code, ErrorCode::refused);
    wait_for(game_, DownloadState::done);
    expect_tree(game_);
    EXPECT_TRUE(network_.sent.empty());
}

TEST_F(DownloadControlTest, what_was_being_put_in_place_when_it_failed_is_not_paused_when_it_is_tried_again)
{
    fail_to_finish();
    std::filesystem::remove(games_ / "doom/data");
    std::optional<Holdup> holdup(store_);
    const auto started = begin(downloads_->start(id_, game_.manifest->version(), game_.content(), games_));
    EXPECT_EQ(status(game_).state, DownloadState::finishing);
    const auto paused = begin(downloads_->set_paused(id_, true));
    holdup.reset();
    EXPECT_EQ(end_of(paused).error().code, ErrorCode::refused);
    EXPECT_TRUE(end_of(started));
    wait_for(game_, DownloadState::done);
    expect_tree(game_);
}

TEST_F(DownloadControlTest, what_cannot_be_deleted_says_so_and_is_deleted_later)
{
    fetch_some();
    const auto away = temporary_.path() / "away";
    std::filesystem::rename(games_ / "doom", away);
    std::filesystem::create_directory_symlink(away, games_ / "doom");  // which nobody goes through
    const auto cancelled = wait(downloads_->cancel(id_, true));
    ASSERT_TRUE(cancelled);
    EXPECT_EQ(cancelled->state, DownloadState::cancelled);
    EXPECT_TRUE(cancelled->reason.contains("not all could be deleted")) << cancelled->reason;
    ASSERT_EQ(records().size(), 1U);
    EXPECT_EQ(records().at(0).state, store::DownloadState::stopped);
    EXPECT_FALSE(wait(downloads_->cancel(id_, true)));
    EXPECT_EQ(records().size(), 1U);

    std::filesystem::remove(games_ / "doom");
    std::filesystem::rename(away, games_ / "doom");
    ASSERT_TRUE(wait(downloads_->cancel(id_, true)));
    EXPECT_FALSE(std::filesystem::exists(games_ / "doom"));
    EXPECT_TRUE(records().empty());
}

}  // namespace
}  // namespace lanspread::swarm
