#include <gtest/gtest.h>

#include "swarm/testing.h"

/// What the player writes, by the game.toml of the package, while games are fetched, updated and repaired.
namespace lanspread::swarm {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view keeping = "title = 'Doom'\nkeeps = ['saves', 'data/doom.cfg']\n";

Package doom_that_keeps(const std::string& version, unsigned seed, std::string_view toml = keeping)
{
    return Package::make("doom", version,
                         {{"data/large.pak", library::pattern(3'500'000, seed)},
                          {"readme.txt", "of " + version},
                          {"game.toml", std::string(toml)}});
}

class KeptTest : public DownloadsTest {
protected:
    void play()
    {
        library::write_file(root_ / "saves/1.sav", "mine");
        library::write_file(root_ / "data/doom.cfg", "mine, too");
    }

    void expect_played() const
    {
        EXPECT_EQ(read_text(root_ / "saves/1.sav"), "mine");
        EXPECT_EQ(read_text(root_ / "data/doom.cfg"), "mine, too");
        EXPECT_FALSE(fs::exists(root_ / ".lanspread/extra"));
    }

    void fetch(const Package& package)
    {
        get(package);
        wait_for(package, DownloadState::done);
    }

    Package old_ = doom_that_keeps("20240101", 1);
    Package new_ = doom_that_keeps("20250101", 2);
    fs::path root_ = games_ / "doom";
};

TEST_F(KeptTest, a_game_that_was_played_is_still_the_version_that_was_fetched)
{
    add_peer(1, "anna", {old_});
    start_downloads();
    fetch(old_);
    play();
    scan();
    ASSERT_TRUE(library_->find(old_.content()));
    EXPECT_TRUE(wait(library_->verify(old_.manifest->game()))->is_good());
}

TEST_F(KeptTest, an_update_leaves_it_where_it_is)
{
    add_peer(1, "anna", {old_, new_});
    start_downloads();
    fetch(old_);
    play();
    fetch(new_);
    expect_played();
    EXPECT_TRUE(library_->find(new_.content()));
}

TEST_F(KeptTest, a_version_that_keeps_what_the_old_one_had_as_a_file_leaves_it)
{
    const auto with_config = Package::make("doom", "20230101", {{"data/doom.cfg", "as it comes"}});
    add_peer(1, "anna", {with_config, new_});
    start_downloads();
    fetch(with_config);
    library::write_file(root_ / "data/doom.cfg", "mine, too");
    fetch(new_);
    EXPECT_EQ(read_text(root_ / "data/doom.cfg"), "mine, too");
}

TEST_F(KeptTest, what_only_the_old_version_keeps_is_moved_aside)
{
    const auto other = doom_that_keeps("20250101", 2, "title = 'Doom'\n");
    add_peer(1, "anna", {old_, other});
    start_downloads();
    fetch(old_);
    play();
    fetch(other);
    EXPECT_EQ(read_text(root_ / ".lanspread/extra/saves/1.sav"), "mine");
    EXPECT_TRUE(library_->find(other.content()));
}

TEST_F(KeptTest, a_repair_leaves_it_also_where_the_game_toml_itself_is_damaged)
{
    add_peer(1, "anna", {old_});
    start_downloads();
    fetch(old_);
    play();
    library::write_file(root_ / "game.toml", "title = 'Doom'\nkeeps = ['data', 'readme.txt']\n");
    library::write_file(root_ / "data/virus.exe", "not of the game");
    const auto report = wait(library_->verify(old_.manifest->game()));
    ASSERT_TRUE(report);
    EXPECT_EQ(report->damaged, (std::vector<std::string>{"game.toml"}));
    EXPECT_TRUE(report->missing.empty());
    auto good = ChunkSet::all_of(report->manifest->chunk_count());
    for (const auto chunk : report->bad_chunks) {
        good.erase(chunk);
    }
    ASSERT_TRUE(wait(downloads_->repair(report->manifest, report->games_folder, good)));
    wait_for(old_, DownloadState::done);
    EXPECT_EQ(read_text(root_ / "saves/1.sav"), "mine");
    EXPECT_EQ(read_text(root_ / "data/doom.cfg"), "mine, too");
    EXPECT_EQ(read_text(root_ / ".lanspread/extra/data/virus.exe"), "not of the game");
    EXPECT_TRUE(library_->find(old_.content()));
    EXPECT_EQ(chunks_sent(), old_.manifest->chunk_count() + report->bad_chunks.size());
}

TEST_F(KeptTest, a_game_that_was_removed_is_fetched_again_beside_what_is_left)
{
    add_peer(1, "anna", {old_});
    play();
    start_downloads();
    fetch(old_);
    expect_played();
    EXPECT_TRUE(library_->find(old_.content()));
}

TEST_F(KeptTest, what_is_left_of_a_removed_game_is_moved_aside_where_another_version_has_a_file)
{
    const auto with_config = Package::make("doom", "20260101", {{"data/doom.cfg", "as it comes"}});
    library::write_file(root_ / "data/doom.cfg", "mine, too");
    add_peer(1, "anna", {with_config});
    start_downloads();
    fetch(with_config);
    EXPECT_EQ(read_text(root_ / "data/doom.cfg"), "as it comes");
    EXPECT_EQ(read_text(root_ / ".lanspread/extra/data/doom.cfg"), "mine, too");
}

TEST_F(KeptTest, a_package_with_a_file_where_the_player_has_a_folder_is_refused)
{
    const auto odd = Package::make(
        "doom", "20260101", {{"saves", "a file"}, {"game.toml", "title = 'Doom'\nkeeps = ['saves/mine']\n"}});
    add_peer(1, "anna", {old_, odd});
    start_downloads();
    fetch(old_);
    library::write_file(root_ / "saves/mine/1.sav", "mine");
    get(odd);
    wait_for(odd, DownloadState::failed);
    EXPECT_TRUE(status(odd).reason.contains("saves is a file of the package")) << status(odd).reason;
    EXPECT_EQ(read_text(root_ / "version.ini"), "20240101\n") << "the old version is whole";
}

TEST_F(KeptTest, a_package_with_a_file_that_by_its_own_game_toml_is_none_is_refused)
{
    const auto hiding = doom_that_keeps("20250101", 2, "title = 'Doom'\nkeeps = ['DATA']\n");
    add_peer(1, "anna", {old_, hiding});
    start_downloads();
    fetch(old_);
    get(hiding);
    wait_for(hiding, DownloadState::failed);
    EXPECT_TRUE(status(hiding).reason.contains("data/large.pak")) << status(hiding).reason;
    EXPECT_TRUE(library_->find(old_.content())) << "the old version is whole";
    expect_tree(old_, {".lanspread/download/" + hiding.content().hex() + "/files/data/large.pak",
                       ".lanspread/download/" + hiding.content().hex() + "/files/game.toml",
                       ".lanspread/download/" + hiding.content().hex() + "/files/readme.txt",
                       ".lanspread/download/" + hiding.content().hex() + "/files/version.ini"});
}

}  // namespace
}  // namespace lanspread::swarm
