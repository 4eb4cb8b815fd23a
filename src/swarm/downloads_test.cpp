#include "swarm/downloads.h"

#include <gtest/gtest.h>

#include "swarm/chunk_set.h"
#include "swarm/testing.h"

namespace lanspread::swarm {
namespace {

using Kind = DownloadEvent::Kind;
using library::pattern;

/// A game of 20 chunks or so: one large file, small ones, an empty one, a program.
Package doom(const std::string& version = "20240101", unsigned seed = 1)
{
    return Package::make("doom", version,
                         {{"data/large.pak", pattern(16'500'000, seed)},
                          {"data/levels/one.map", pattern(400'000, 2)},
                          {"data/levels/two ü.map", pattern(900'000, 3)},
                          {"empty.txt", ""},
                          {"game_start.sh", "#!/bin/sh\n", true}});
}

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
    ASSERT_TRUE(downloads_->start(library::game_id("doom"), "20240101", quake.content(), games_));
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

TEST_F(DownloadsTest, go_on_after_a_restart_without_fetching_verified_chunks_again)
{
    const auto game = doom();
    auto& anna = add_peer(1, "anna", {game});
    anna.chunks_before_pause = 9;
    start_downloads();
    get(game);
    testing::run_until(context_, [&] { return status(game).bytes_done >= 7'000'000; });
    stop_downloads();
    const auto before = network_.sent;
    EXPECT_EQ(ends_told(), 0);
    anna.chunks_before_pause = SIZE_MAX;
    restart_all();
    wait_for(game, DownloadState::done);
    expect_tree(game);
    EXPECT_LE(before.size() + network_.sent.size(), game.manifest->chunk_count() + 2) << "two were in flight";
    EXPECT_EQ(status(game).bytes_done, game.manifest->total_size());
    EXPECT_LT(status(game).bytes_fetched, game.manifest->total_size() - 6'000'000);
    EXPECT_EQ(network_.manifests_sent, 1U);
    EXPECT_EQ(ends_told(), 1);
}

TEST_F(DownloadsTest, note_what_is_verified_while_they_run)
{
    const auto game = doom();
    add_peer(1, "anna", {game}).chunks_before_pause = 9;
    start_downloads();
    get(game);
    testing::run_until(context_, [&] {
        const auto all = records();
        const auto noted =
            all.empty() ? std::nullopt : ChunkSet::from_bytes(all[0].verified, game.manifest->chunk_count());
        return noted && noted->count() >= 7;
    });
    EXPECT_EQ(status(game).state, DownloadState::running);
}

TEST_F(DownloadsTest, fetch_again_what_somebody_deleted_meanwhile)
{
    const auto game = doom();
    auto& anna = add_peer(1, "anna", {game});
    anna.chunks_before_pause = 9;
    start_downloads();
    get(game);
    wait_for_chunks(9);
    stop_downloads();
    std::filesystem::remove(partial(game) / "files/data/large.pak");
    std::filesystem::resize_file(partial(game) / "files/data/levels/one.map", 17);
    anna.chunks_before_pause = SIZE_MAX;
    restart_all();
    wait_for(game, DownloadState::done);
    expect_tree(game);
}

TEST_F(DownloadsTest, keep_what_was_fetched_when_they_are_cancelled_and_go_on_when_asked_again)
{
    const auto game = doom();
    auto& anna = add_peer(1, "anna", {game});
    anna.chunks_before_pause = 9;
    start_downloads();
    get(game);
    testing::run_until(context_, [&] { return status(game).bytes_done >= 7'000'000; });
    const auto cancelled = wait(downloads_->cancel(game.manifest->game(), false));
    ASSERT_TRUE(cancelled);
    EXPECT_EQ(cancelled->state, DownloadState::cancelled);
    EXPECT_EQ(ends_told(), 1);
    EXPECT_TRUE(std::filesystem::exists(partial(game)));

    anna.chunks_before_pause = SIZE_MAX;
    restart_all();
    EXPECT_FALSE(downloads_->find(game.manifest->game())) << "cancelled is cancelled, also after a restart";
    get(game);
    wait_for(game, DownloadState::done);
    expect_tree(game);
    EXPECT_LT(status(game).bytes_fetched, game.manifest->total_size() - 6'000'000);
}

TEST_F(DownloadsTest, leave_nothing_when_they_are_cancelled_and_deleted)
{
    const auto game = doom();
    add_peer(1, "anna", {game}).chunks_before_pause = 5;
    start_downloads();
    get(game);
    wait_for_chunks(5);
    const auto cancelled = wait(downloads_->cancel(game.manifest->game(), true));
    ASSERT_TRUE(cancelled);
    EXPECT_EQ(cancelled->state, DownloadState::cancelled);
    EXPECT_FALSE(std::filesystem::exists(games_ / "doom"));
    EXPECT_TRUE(records().empty());
    EXPECT_EQ(ends_told(), 1);
}

TEST_F(DownloadsTest, delete_what_a_cancelled_one_left_in_an_earlier_process)
{
    const auto game = doom();
    add_peer(1, "anna", {game}).chunks_before_pause = 5;
    start_downloads();
    get(game);
    wait_for_chunks(5);
    ASSERT_TRUE(wait(downloads_->cancel(game.manifest->game(), false)));
    restart_all();
    ASSERT_TRUE(wait(downloads_->cancel(game.manifest->game(), true)));
    EXPECT_FALSE(std::filesystem::exists(games_ / "doom"));
    const auto again = wait(downloads_->cancel(game.manifest->game(), true));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::not_found);
}

TEST_F(DownloadsTest, wait_for_space_and_go_on_when_there_is_some)
{
    const auto game = doom();
    add_peer(1, "anna", {game});
    free_space_ = 1'000'000;
    start_downloads();
    get(game);
    wait_for(game, DownloadState::waiting_for_space);
    EXPECT_EQ(told(Kind::waiting), 1);
    EXPECT_EQ(chunks_sent(), 0U);
    free_space_ = std::uint64_t{1} << 40;
    wait_for(game, DownloadState::done);
    expect_tree(game);
}

TEST_F(DownloadsTest, are_cancelled_also_while_they_wait_for_space)
{
    const auto game = doom();
    add_peer(1, "anna", {game});
    free_space_ = 0;
    start_downloads();
    get(game);
    wait_for(game, DownloadState::waiting_for_space);
    ASSERT_TRUE(wait(downloads_->cancel(game.manifest->game(), true)));
    EXPECT_FALSE(std::filesystem::exists(games_ / "doom"));
}

TEST_F(DownloadsTest, replace_an_old_version_and_delete_what_only_that_had)
{
    const auto old = Package::make("doom", "20230101", {{"data/old/a.txt", "a"}, {"data/same.txt", "old"}, {"gone.txt", "x"}});
    const auto game = Package::make("doom", "20240101", {{"data/same.txt", "new"}, {"gone.txt/now a folder.txt", "y"}});
    add_peer(1, "anna", {old, game});
    start_downloads();
    get(old);
    wait_for(old, DownloadState::done);
    library::write_file(games_ / "doom/local/save.dat", "mine");
    get(game);
    wait_for(game, DownloadState::done);
    expect_tree(game, {"local/save.dat"});
    EXPECT_FALSE(std::filesystem::exists(games_ / "doom/data/old"));
    EXPECT_EQ(find("doom")->version, "20240101");
    EXPECT_EQ(ends_told(), 2);
}

TEST_F(DownloadsTest, leave_the_old_version_whole_where_a_planted_link_is_in_the_way_of_the_new_one)
{
    const auto old = Package::make("doom", "20230101", {{"a.txt", "a"}});
    const auto game = Package::make("doom", "20240101", {{"data/same.txt", "new"}});
    add_peer(1, "anna", {old, game});
    start_downloads();
    get(old);
    wait_for(old, DownloadState::done);
    const auto outside = temporary_.path() / "outside";
    std::filesystem::create_directory(outside);
    std::filesystem::create_directory_symlink(outside, games_ / "doom/data");
    get(game);
    wait_for(game, DownloadState::failed);
    EXPECT_TRUE(status(game).reason.contains("data")) << status(game).reason;
    EXPECT_TRUE(std::filesystem::is_empty(outside));
    EXPECT_EQ(read_text(games_ / "doom/version.ini"), "20230101\n");
    EXPECT_EQ(read_text(games_ / "doom/a.txt"), "a");

    std::filesystem::remove(games_ / "doom/data");
    get(game);
    wait_for(game, DownloadState::done);
    expect_tree(game);
}

TEST_F(DownloadsTest, never_write_through_a_link_in_place_of_the_game_root)
{
    const auto game = doom();
    add_peer(1, "anna", {game});
    const auto outside = temporary_.path() / "outside";
    std::filesystem::create_directory(outside);
    std::filesystem::create_directory_symlink(outside, games_ / "doom");
    start_downloads();
    get(game);
    wait_for(game, DownloadState::failed);
    EXPECT_TRUE(std::filesystem::is_empty(outside));
}

TEST_F(DownloadsTest, are_one_for_each_game)
{
    const auto game = doom();
    const auto other = doom("20250101", 9);
    add_peer(1, "anna", {game, other}).chunks_before_pause = 3;
    start_downloads();
    get(game);
    get(game);
    const auto second = downloads_->start(other.manifest->game(), "20250101", other.content(), games_);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::exists);
    EXPECT_EQ(told(Kind::started), 1);
    EXPECT_EQ(downloads_->snapshot().size(), 1U);
}

TEST_F(DownloadsTest, drop_the_partial_download_of_another_version)
{
    const auto game = doom();
    const auto other = doom("20250101", 9);
    add_peer(1, "anna", {game, other});
    network_.peers[peer(1)].chunks_before_pause = 3;
    start_downloads();
    get(game);
    wait_for_chunks(3);
    ASSERT_TRUE(wait(downloads_->cancel(game.manifest->game(), false)));
    network_.peers[peer(1)].chunks_before_pause = SIZE_MAX;
    get(other);
    wait_for(other, DownloadState::done);
    expect_tree(other);
    EXPECT_FALSE(std::filesystem::exists(games_ / "doom/.lanspread"));
}

TEST_F(DownloadsTest, fetch_thousands_of_small_files)
{
    std::vector<PackageFile> files;
    for (int index = 0; index < 1000; ++index) {
        files.push_back({"folder " + std::to_string(index % 70) + "/" + std::to_string(index),
                         pattern(static_cast<std::size_t>(index), static_cast<unsigned>(index))});
    }
    const auto game = Package::make("many", "20240101", std::move(files));
    add_peer(1, "anna", {game});
    start_downloads();
    get(game);
    wait_for(game, DownloadState::done);
    expect_tree(game);
}

}  // namespace
}  // namespace lanspread::swarm
