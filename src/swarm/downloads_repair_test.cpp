#include <gtest/gtest.h>

#include "swarm/take_apart.h"
#include "swarm/testing.h"

/// Damaged games that become downloads of themselves.
namespace lanspread::swarm {
namespace {

namespace fs = std::filesystem;

class RepairTest : public DownloadsTest {
protected:
    /// The game is here, and was hashed; a peer has it, too.
    void have()
    {
        install(game_);
        library::write_file(root_ / "local/saved.dat", "mine");
        add_peer(1, "anna", {game_});
        start_downloads();
        ASSERT_TRUE(library_->find(game_.content()));
    }

    void set_executable(const std::string& path, bool executable) const
    {
        fs::permissions(root_ / path, fs::perms::owner_exec,
                        executable ? fs::perm_options::add : fs::perm_options::remove);
    }

    /// Flips a byte of chunk `chunk` of the large file, unnoticed by its times.
    void flip(std::uint32_t chunk) const
    {
        const auto path = root_ / "data/large.pak";
        const auto time = fs::last_write_time(path);
        auto text = read_text(path);
        text[chunk * content::max_chunk_size + 5] ^= 1;
        library::write_file(path, text);
        fs::last_write_time(path, time);
    }

    library::VerifyReport verify() { return wait(library_->verify(game_.manifest->game())).value(); }

    Result<DownloadStatus> repair()
    {
        const auto report = verify();
        auto good = ChunkSet::all_of(report.manifest->chunk_count());
        for (const auto chunk : report.bad_chunks) {
            good.erase(chunk);
        }
        return wait(downloads_->repair(report.manifest, report.games_folder, good));
    }

    /// A repair that goes no further than to wait for the only bad chunk.
    void begin_repair()
    {
        have();
        flip(3);
        network_.peers.at(peer(1)).chunks_before_pause = 0;
        ASSERT_TRUE(repair());
        testing::run_until(context_, [&] { return partials_.find(game_.content()) != nullptr; });
    }

    /// Ends everything as if a repair had just been noted, of a game in which only that chunk is bad.
    void crash_with_a_repair_noted(std::uint32_t bad)
    {
        stop_downloads();
        stop();
        auto good = ChunkSet::all_of(game_.manifest->chunk_count());
        good.erase(bad);
        const auto database = store::Database::open(temporary_.path() / "state.db").value();
        ASSERT_TRUE(store::Downloads(*database).save({.game = game_.manifest->game(),
                                                      .version = game_.manifest->version(),
                                                      .content = game_.content(),
                                                      .games_folder = games_,
                                                      .state = store::DownloadState::repairing,
                                                      .verified = good.to_bytes()}));
    }

    void expect_repaired(const std::set<std::string>& also = {})
    {
        wait_for(game_, DownloadState::done);
        auto others = also;
        others.insert("local/saved.dat");
        expect_tree(game_, others);
        ASSERT_TRUE(library_->find(game_.content()));
        EXPECT_TRUE(verify().is_good());
        EXPECT_TRUE(records().empty());
        EXPECT_EQ(problems(), "");
    }

    Package game_ = doom();
    fs::path root_ = games_ / "doom";
};

TEST_F(RepairTest, only_the_bad_chunks_are_fetched)
{
    have();
    flip(3);
    flip(11);
    ASSERT_TRUE(repair());
    expect_repaired();
    EXPECT_EQ(chunks_sent(), 2U);
}

TEST_F(RepairTest, missing_files_come_back_and_extra_ones_are_moved_aside)
{
    have();
    fs::remove(root_ / "empty.txt");
    fs::remove(root_ / "data/levels/one.map");
    library::write_file(root_ / "data/mods/virus.exe", "x");
    ASSERT_TRUE(repair());
    expect_repaired({".lanspread/extra/data/mods/virus.exe"});
    EXPECT_LE(chunks_sent(), 2U);
    EXPECT_FALSE(fs::exists(root_ / "data/mods"));
}

TEST_F(RepairTest, what_was_moved_aside_before_is_not_replaced)
{
    have();
    library::write_file(root_ / "a.txt", "first");
    ASSERT_TRUE(repair());
    expect_repaired({".lanspread/extra/a.txt"});
    library::write_file(root_ / "a.txt", "second");
    ASSERT_TRUE(repair());
    expect_repaired({".lanspread/extra/a.txt", ".lanspread/extra-2/a.txt"});
    EXPECT_EQ(read_text(root_ / ".lanspread/extra/a.txt"), "first");
}

TEST_F(RepairTest, wrong_executable_bits_cost_no_fetch)
{
    have();
    set_executable("game_start.sh", false);
    set_executable("data/large.pak", true);
    ASSERT_TRUE(repair());
    expect_repaired();
    EXPECT_EQ(chunks_sent(), 0U);
}

TEST_F(RepairTest, of_a_file_that_was_cut_short_or_grew_the_good_chunks_stay)
{
    have();
    fs::resize_file(root_ / "data/large.pak", 5 * content::max_chunk_size + 17);
    ASSERT_TRUE(repair());
    expect_repaired();
    EXPECT_EQ(chunks_sent(), 11U);
    fs::resize_file(root_ / "data/large.pak", 20 * content::max_chunk_size);
    ASSERT_TRUE(repair());
    expect_repaired();
    EXPECT_EQ(chunks_sent(), 11U);
}

TEST_F(RepairTest, a_game_that_is_being_repaired_is_offered_without_its_bad_chunks)
{
    have();
    flip(3);
    network_.peers.at(peer(1)).chunks_before_pause = 0;
    ASSERT_TRUE(repair());
    EXPECT_FALSE(library_->find(game_.content()));
    testing::run_until(context_, [&] { return partials_.find(game_.content()) != nullptr; });
    const auto offered = partials_.find(game_.content());
    EXPECT_EQ(offered->verified().count(), game_.manifest->chunk_count() - 1);
    EXPECT_EQ(status(game_).bytes_done, game_.manifest->total_size() - content::max_chunk_size);
    network_.peers.at(peer(1)).chunks_before_pause = SIZE_MAX;
    network_.resumed.notify_all();
    expect_repaired();
}

TEST_F(RepairTest, a_repair_that_was_cut_short_goes_on_by_itself)
{
    have();
    flip(3);
    flip(11);
    network_.peers.at(peer(1)).chunks_before_pause = 1;
    ASSERT_TRUE(repair());
    wait_for_chunks(1);
    restart_all();
    network_.peers.at(peer(1)).chunks_before_pause = SIZE_MAX;
    network_.resumed.notify_all();
    expect_repaired();
    EXPECT_LE(chunks_sent(), 2U);
}

TEST_F(RepairTest, a_game_that_is_being_repaired_is_not_deleted_as_a_download_would_be)
{
    begin_repair();
    const auto refused = wait(downloads_->cancel(game_.manifest->game(), true));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::refused);
    ASSERT_TRUE(wait(downloads_->cancel(game_.manifest->game(), false)));
    EXPECT_FALSE(wait(downloads_->cancel(game_.manifest->game(), true)));
    EXPECT_TRUE(fs::exists(partial(game_) / "files/data/large.pak"));
}

TEST_F(RepairTest, what_was_being_repaired_stays_until_another_version_is_here)
{
    begin_repair();
    ASSERT_TRUE(wait(downloads_->cancel(game_.manifest->game(), false)));
    const auto other = doom("20250101", 9);
    add_peer(2, "ben", {other}).chunks_before_pause = 2;
    get(other);
    wait_for_chunks(2);
    EXPECT_TRUE(fs::exists(partial(game_) / "files/data/large.pak"));
    network_.peers.at(peer(2)).chunks_before_pause = SIZE_MAX;
    network_.resumed.notify_all();
    wait_for(other, DownloadState::done);
    expect_tree(other, {"local/saved.dat"});
    EXPECT_TRUE(records().empty());
}

TEST_F(RepairTest, a_version_that_somebody_put_there_meanwhile_is_left_alone)
{
    have();
    flip(3);
    const auto report = verify();
    library::write_file(root_ / "version.ini", "20260101\n");
    auto good = ChunkSet::all_of(report.manifest->chunk_count());
    ASSERT_TRUE(wait(downloads_->repair(report.manifest, report.games_folder, good)));
    wait_for(game_, DownloadState::failed);
    EXPECT_EQ(read_text(root_ / "version.ini"), "20260101\n");
    EXPECT_TRUE(fs::exists(root_ / "data/large.pak"));
}

TEST_F(RepairTest, files_that_nobody_may_write_are_repaired_too)
{
    have();
    flip(3);
    const auto path = root_ / "data/large.pak";
    fs::permissions(path, fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write,
                    fs::perm_options::remove);
    ASSERT_TRUE(repair());
    expect_repaired();
    EXPECT_NE(fs::status(path).permissions() & fs::perms::owner_write, fs::perms::none);
}

TEST_F(RepairTest, what_changed_since_a_crash_is_not_believed)
{
    have();
    flip(3);
    network_.peers.at(peer(1)).chunks_before_pause = 0;
    EXPECT_FALSE(verify().is_good());
    crash_with_a_repair_noted(3);
    flip(7);
    network_.peers.at(peer(1)).chunks_before_pause = SIZE_MAX;
    start();
    start_downloads();
    expect_repaired();
    EXPECT_EQ(chunks_sent(), 2U);
}

TEST_F(RepairTest, is_refused_while_the_game_is_being_downloaded)
{
    have();
    flip(3);
    const auto other = doom("20250101", 9);
    network_.add(other);
    auto& anna = network_.peers.at(peer(1));
    anna.holds.insert(other.content());
    anna.chunks_before_pause = 0;
    get(other);
    const auto refused = repair();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::exists);
}

TEST_F(RepairTest, a_file_in_whose_place_there_is_a_folder_comes_back)
{
    have();
    fs::remove(root_ / "game_start.sh");
    fs::create_directories(root_ / "game_start.sh/empty");
    library::write_file(root_ / "game_start.sh/deep/mine.txt", "mine");
    ASSERT_TRUE(repair());
    expect_repaired({".lanspread/extra/game_start.sh/deep/mine.txt"});
}

TEST_F(RepairTest, that_failed_half_way_goes_on_when_it_is_asked_for_again)
{
    have();
    flip(3);
    EXPECT_FALSE(wait(downloads_->is_taken_apart(game_.manifest->game())).value());
    // Where the large file has to go, something is in the way, once the sentinel has gone there.
    library::write_file(partial(game_) / "files/data/large.pak/in the way", "x");
    ASSERT_TRUE(repair());
    wait_for(game_, DownloadState::failed);
    EXPECT_TRUE(wait(downloads_->is_taken_apart(game_.manifest->game())).value());
    fs::remove_all(partial(game_) / "files/data/large.pak");
    ASSERT_TRUE(wait(downloads_->resume_repair(game_.manifest->game())));
    EXPECT_TRUE(status(game_).repair);
    expect_repaired();
    EXPECT_EQ(chunks_sent(), 1U);
    EXPECT_FALSE(wait(downloads_->is_taken_apart(game_.manifest->game())).value());
}

TEST_F(RepairTest, that_was_cancelled_goes_on_in_another_process)
{
    begin_repair();
    ASSERT_TRUE(wait(downloads_->cancel(game_.manifest->game(), false)));
    network_.peers.at(peer(1)).chunks_before_pause = SIZE_MAX;
    restart_all();
    ASSERT_TRUE(wait(downloads_->resume_repair(game_.manifest->game())));
    expect_repaired();
    EXPECT_TRUE(status(game_).repair);
    EXPECT_EQ(chunks_sent(), 1U);
}

TEST_F(RepairTest, is_not_resumed_where_somebody_put_another_version_there)
{
    begin_repair();
    ASSERT_TRUE(wait(downloads_->cancel(game_.manifest->game(), false)));
    library::write_file(root_ / "version.ini", "20260101\n");
    EXPECT_FALSE(wait(downloads_->is_taken_apart(game_.manifest->game())).value());
    const auto resumed = wait(downloads_->resume_repair(game_.manifest->game()));
    ASSERT_FALSE(resumed);
    EXPECT_EQ(resumed.error().code, ErrorCode::not_found);
}

/// What a crash in the middle leaves: a record, and some of the files moved.
TEST_F(RepairTest, goes_on_where_a_crash_cut_the_moving_of_files)
{
    for (const auto moved : {0, 1, 2, 4}) {
        have();
        flip(3);
        EXPECT_FALSE(verify().is_good());
        crash_with_a_repair_noted(3);
        const std::vector<std::string> files{"version.ini", "data/large.pak", "empty.txt",
                                             "data/levels/one.map"};
        for (const auto& name : std::span(files).first(static_cast<std::size_t>(moved))) {
            const auto to = partial(game_) / "files" / name;
            fs::create_directories(to.parent_path());
            fs::rename(root_ / name, to);
        }
        network_.sent.clear();
        start();
        start_downloads();
        expect_repaired();
        EXPECT_EQ(chunks_sent(), 1U) << moved;
        stop_downloads();
        stop();
        fs::remove_all(root_);
        fs::remove(temporary_.path() / "state.db");
        library_.reset();
        network_.peers.clear();
    }
}

TEST_F(RepairTest, a_root_that_cannot_be_taken_apart_is_tried_again_and_nothing_is_forgotten)
{
    have();
    flip(3);
    // Where the large file has to go, something is in the way.
    library::write_file(partial(game_) / "files/data/large.pak/in the way", "x");
    ASSERT_TRUE(repair());
    wait_for(game_, DownloadState::failed);
    EXPECT_EQ(records().at(0).state, store::DownloadState::repairing);
    fs::remove_all(partial(game_) / "files/data/large.pak");
    get(game_);
    expect_repaired();
    EXPECT_EQ(chunks_sent(), 1U);
}

}  // namespace
}  // namespace lanspread::swarm
