#include <gtest/gtest.h>

#include "swarm/testing.h"

/// Downloads from peers that are downloading themselves, and what is offered to them.
namespace lanspread::swarm {
namespace {

class PartialHoldersTest : public DownloadsTest {
protected:
    /// A peer that fetches `package` and has the chunks from `first` to before `end`.
    FakePeer& add_partial(std::uint8_t number, const Package& package, std::uint32_t first, std::uint32_t end)
    {
        auto& added = add_peer(number, "partial", {});
        network_.add(package);
        auto& has = added.partial[package.content()];
        for (auto chunk = first; chunk < end; ++chunk) {
            has.insert(chunk);
        }
        return added;
    }
};

TEST_F(PartialHoldersTest, a_game_is_put_together_from_peers_that_have_parts_of_it)
{
    const auto game = doom();
    const auto chunks = game.manifest->chunk_count();
    add_partial(1, game, 0, chunks / 2 + 2);
    add_partial(2, game, chunks / 2, chunks);
    start_downloads();
    get(game);
    wait_for(game, DownloadState::done);
    expect_tree(game);
    EXPECT_EQ(status(game).sources.size(), 2U);
    EXPECT_TRUE(network_.bans.empty());
}

TEST_F(PartialHoldersTest, what_nobody_has_yet_is_waited_for_and_fetched_when_somebody_gets_it)
{
    const auto game = doom();
    const auto chunks = game.manifest->chunk_count();
    auto& ben = add_partial(1, game, 0, chunks - 1);
    start_downloads();
    get(game);
    wait_for(game, DownloadState::waiting_for_source);
    EXPECT_EQ(chunks_sent(), chunks - 1);
    ben.partial.at(game.content()).insert(chunks - 1);
    network_.partials_changed.notify_all();
    wait_for(game, DownloadState::done);
    EXPECT_EQ(chunks_sent(), chunks);
}

TEST_F(PartialHoldersTest, a_peer_that_finishes_is_asked_for_the_rest)
{
    const auto game = doom();
    auto& ben = add_partial(1, game, 0, 5);
    start_downloads();
    get(game);
    wait_for_chunks(5);
    ben.partial.clear();
    ben.holds.insert(game.content());
    network_.partials_changed.notify_all();
    downloads_->sources_changed();
    wait_for(game, DownloadState::done);
    EXPECT_EQ(chunks_sent(), game.manifest->chunk_count());
}

TEST_F(PartialHoldersTest, a_peer_that_names_chunks_that_there_are_not_is_banned)
{
    const auto game = doom();
    add_partial(1, game, 0, 5).lies_in_bitfields = true;
    add_peer(2, "anna", {game});
    start_downloads();
    get(game);
    wait_for(game, DownloadState::done);
    ASSERT_TRUE(network_.bans.contains(peer(1)));
    EXPECT_TRUE(network_.bans.at(peer(1)).contains("that there are not"));
}

TEST_F(PartialHoldersTest, a_chunk_that_a_busy_source_does_not_send_now_is_asked_for_again)
{
    const auto game = doom();
    add_peer(1, "anna", {game}).sent_elsewhere = {0, 7, 19};
    start_downloads();
    get(game);
    wait_for(game, DownloadState::done);
    expect_tree(game);
    EXPECT_EQ(chunks_sent(), game.manifest->chunk_count());
}

TEST_F(PartialHoldersTest, what_is_verified_is_offered_to_others_until_the_game_is_here)
{
    const auto game = doom();
    add_peer(1, "anna", {game}).chunks_before_pause = 8;
    start_downloads();
    get(game);
    wait_for_chunks(8);
    testing::run_until(context_, [&] {
        const auto offered = partials_.find(game.content());
        return offered && offered->verified().count() == 8;
    });
    const auto offered = partials_.find(game.content());
    EXPECT_EQ(offered->history().size(), 8U);
    network_.peers.at(peer(1)).chunks_before_pause = SIZE_MAX;
    network_.resumed.notify_all();
    wait_for(game, DownloadState::done);
    testing::run_until(context_, [&] { return partials_.find(game.content()) == nullptr; });
    EXPECT_TRUE(offered->is_closed());
}

}  // namespace
}  // namespace lanspread::swarm
