#include "swarm/downloads.h"

#include <gtest/gtest.h>

#include "swarm/chunk_set.h"
#include "swarm/testing.h"

namespace lanspread::swarm {
namespace {

using Kind = DownloadEvent::Kind;
using library::pattern;

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
    library::write_file(partial(game) / "files/data/levels/one.map", "of another length");
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
    const auto old = Package::make("doom", "20230101",
                                   {{"data/old/a.txt", "a"}, {"data/same.txt", "old"}, {"gone.txt", "x"}});
    const auto game =
        Package::make("doom", "20240101", {{"data/same.txt", "new"}, {"gone.txt/now a folder.txt", "y"}});
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
