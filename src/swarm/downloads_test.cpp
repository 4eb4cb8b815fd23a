#include "swarm/downloads.h"

#include <gtest/gtest.h>

#include "swarm/testing.h"

namespace lanspread::swarm {
namespace {

using Kind = DownloadEvent::Kind;

TEST_F(DownloadsTest, fetch_verify_and_show_a_game_before_they_say_so)
{
    const auto game = doom();
    add_peer(1, "anna", {game});
    start_downloads();
    get(game);
    wait_for(game, DownloadState::done);
    expect_tree(game);
    EXPECT_EQ(told(Kind::started), 1);
    EXPECT_EQ(told(Kind::done), 1);
    EXPECT_EQ(ends_told(), 1);
    EXPECT_TRUE(shown_at_event_.back());
    EXPECT_EQ(find("doom")->content, game.content());
    EXPECT_FALSE(std::filesystem::exists(games_ / "doom/.lanspread"));
    const auto status = this->status(game);
    EXPECT_EQ(status.bytes_done, game.manifest->total_size());
    EXPECT_EQ(status.bytes_fetched, game.manifest->total_size());
    EXPECT_EQ(status.sources.at(0).bytes, game.manifest->total_size());
    EXPECT_EQ(chunks_sent(), game.manifest->chunk_count());
    EXPECT_TRUE(records().empty());
}

TEST_F(DownloadsTest, fetch_from_two_sources_at_once)
{
    const auto game = doom();
    add_peer(1, "anna", {game});
    add_peer(2, "ben", {game});
    start_downloads();
    get(game);
    wait_for(game, DownloadState::done);
    expect_tree(game);
    ASSERT_EQ(status(game).sources.size(), 2U);
    EXPECT_GT(status(game).sources[0].bytes, 0U);
    EXPECT_GT(status(game).sources[1].bytes, 0U);
}

TEST_F(DownloadsTest, ban_a_source_with_wrong_bytes_and_fetch_them_elsewhere)
{
    const auto game = doom();
    add_peer(1, "liar", {game}).lies_in_chunks = true;
    add_peer(2, "ben", {game});
    start_downloads();
    get(game);
    wait_for(game, DownloadState::done);
    expect_tree(game);
    ASSERT_TRUE(network_.bans.contains(peer(1)));
    EXPECT_TRUE(network_.bans.at(peer(1)).contains("wrong bytes"));
    EXPECT_EQ(network_.bans.size(), 1U);
    EXPECT_EQ(told(Kind::all_sources_gone), 0);
}

TEST_F(DownloadsTest, fail_and_name_the_only_source_when_it_sends_wrong_bytes)
{
    const auto game = doom();
    add_peer(1, "liar", {game}).lies_in_chunks = true;
    start_downloads();
    get(game);
    wait_for(game, DownloadState::failed);
    EXPECT_TRUE(status(game).reason.contains("liar")) << status(game).reason;
    EXPECT_EQ(ends_told(), 1);
    EXPECT_EQ(status(game).bytes_done, 0U);
    EXPECT_FALSE(std::filesystem::exists(games_ / "doom/version.ini"));

    add_peer(2, "ben", {game});
    get(game);
    wait_for(game, DownloadState::done);
    expect_tree(game);
    EXPECT_EQ(ends_told(), 2);
}

TEST_F(DownloadsTest, keep_what_was_verified_when_the_only_source_begins_to_lie)
{
    const auto game = doom();
    auto& liar = add_peer(1, "liar", {game});
    liar.chunks_before_pause = 8;
    start_downloads();
    get(game);
    testing::run_until(context_, [&] { return status(game).bytes_done >= 6'000'000; });
    liar.lies_in_chunks = true;
    liar.chunks_before_pause = SIZE_MAX;
    network_.resumed.notify_all();
    wait_for(game, DownloadState::failed);
    const auto kept = status(game).bytes_done;
    add_peer(2, "ben", {game});
    get(game);
    wait_for(game, DownloadState::done);
    EXPECT_EQ(status(game).bytes_fetched, game.manifest->total_size() - kept);
    expect_tree(game);
}

TEST_F(DownloadsTest, ban_a_source_with_a_wrong_manifest_and_ask_the_next)
{
    const auto game = doom();
    add_peer(1, "liar", {game}).lies_in_manifests = true;
    add_peer(2, "ben", {game});
    start_downloads();
    get(game);
    wait_for(game, DownloadState::done);
    expect_tree(game);
    EXPECT_TRUE(network_.bans.at(peer(1)).contains("wrong manifest"));
}

TEST_F(DownloadsTest, ban_a_source_whose_manifest_is_too_large_and_ask_the_next)
{
    const auto game = doom();
    add_peer(1, "liar", {game}).sends_wrong_sizes = true;
    add_peer(2, "ben", {game});
    start_downloads();
    get(game);
    wait_for(game, DownloadState::done);
    expect_tree(game);
    ASSERT_EQ(network_.bans.size(), 1U);
    EXPECT_TRUE(network_.bans.at(peer(1)).contains("wrong manifest"));
}

TEST_F(DownloadsTest, ban_a_source_with_chunks_of_wrong_sizes_and_fail_where_nobody_else_has_them)
{
    const auto game = doom();
    auto& liar = add_peer(1, "liar", {game});
    liar.chunks_before_pause = 4;
    start_downloads();
    get(game);
    wait_for_chunks(4);
    liar.sends_wrong_sizes = true;
    liar.chunks_before_pause = SIZE_MAX;
    network_.resumed.notify_all();
    wait_for(game, DownloadState::failed);
    EXPECT_TRUE(status(game).reason.contains("liar")) << status(game).reason;
    ASSERT_TRUE(network_.bans.contains(peer(1)));
    EXPECT_TRUE(network_.bans.at(peer(1)).contains("wrong bytes"));
}

TEST_F(DownloadsTest, fail_when_the_only_source_sends_a_wrong_manifest)
{
    const auto game = doom();
    add_peer(1, "liar", {game}).lies_in_manifests = true;
    start_downloads();
    get(game);
    wait_for(game, DownloadState::failed);
    EXPECT_TRUE(status(game).reason.contains("liar")) << status(game).reason;
    EXPECT_EQ(ends_told(), 1);
}

TEST_F(DownloadsTest, refuse_a_manifest_of_another_game_without_blaming_its_holder)
{
    const auto quake = Package::make("quake", "20230505", {{"a", "b"}});
    add_peer(1, "anna", {quake});
    start_downloads();
    ASSERT_TRUE(wait(downloads_->start(library::game_id("doom"), "20240101", quake.content(), games_)));
    testing::run_until(context_, [&] { return ends_told() == 1; });
    const auto status = downloads_->find(library::game_id("doom"));
    EXPECT_EQ(status->state, DownloadState::failed);
    EXPECT_TRUE(status->reason.contains("quake")) << status->reason;
    EXPECT_TRUE(network_.bans.empty());
}

TEST_F(DownloadsTest, wait_for_a_source_and_go_on_when_one_returns)
{
    const auto game = doom();
    add_peer(1, "anna", {game}).chunks_left = 7;
    start_downloads();
    get(game);
    wait_for(game, DownloadState::waiting_for_source);
    EXPECT_EQ(told(Kind::all_sources_gone), 1);
    EXPECT_EQ(told(Kind::waiting), 1);
    EXPECT_EQ(ends_told(), 0);
    add_peer(2, "ben", {game});
    downloads_->sources_changed();
    wait_for(game, DownloadState::done);
    EXPECT_EQ(told(Kind::all_sources_gone), 1);
    EXPECT_EQ(chunks_sent(), game.manifest->chunk_count());
    expect_tree(game);
}

TEST_F(DownloadsTest, wait_for_the_first_source_without_calling_it_lost)
{
    const auto game = doom();
    start_downloads();
    get(game);
    wait_for(game, DownloadState::waiting_for_source);
    EXPECT_EQ(told(Kind::all_sources_gone), 0);
    add_peer(1, "anna", {game});
    downloads_->sources_changed();
    wait_for(game, DownloadState::done);
}

TEST_F(DownloadsTest, are_one_for_each_game)
{
    const auto game = doom();
    const auto other = doom("20250101", 9);
    add_peer(1, "anna", {game, other}).chunks_before_pause = 3;
    start_downloads();
    get(game);
    get(game);
    const auto second = wait(downloads_->start(other.manifest->game(), "20250101", other.content(), games_));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::exists);
    EXPECT_EQ(told(Kind::started), 1);
    EXPECT_EQ(downloads_->snapshot().size(), 1U);
}

}  // namespace
}  // namespace lanspread::swarm
