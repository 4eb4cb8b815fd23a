#include "swarm/put_in_place.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "swarm/chunk_store.h"
#include "swarm/testing.h"

namespace lanspread::swarm {
namespace {

/// A partial download with every chunk, over an old version that was adopted by hand.
class PutInPlaceTest : public ::testing::Test {
protected:
    PutInPlaceTest()
    {
        std::filesystem::create_directories(games_);
        for (const auto& [path, file] : old_.files) {
            library::write_file(root_ / path, file.text);
        }
        const auto store = ChunkStore::open(games_, new_.manifest).value();
        static_cast<void>(store->prepare(ChunkSet::none_of(new_.manifest->chunk_count())).value());
        for (std::uint32_t chunk = 0; chunk < new_.manifest->chunk_count(); ++chunk) {
            EXPECT_TRUE(store->verify_and_write(chunk, as_bytes(new_.chunk(chunk))));
        }
        EXPECT_TRUE(store->sync());
        EXPECT_TRUE(note_replaced(games_, *new_.manifest, *old_.manifest));
    }

    void expect_new() const
    {
        std::set<std::string> found;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root_)) {
            if (!entry.is_directory()) {
                found.insert(std::filesystem::relative(entry.path(), root_).string());
            }
        }
        EXPECT_EQ(found, (std::set<std::string>{"both.txt", "new/b.txt", "version.ini"}));
        EXPECT_FALSE(std::filesystem::exists(root_ / "old"));
        EXPECT_FALSE(std::filesystem::exists(root_ / ".lanspread"));
    }

    platform::TemporaryFolder temporary_;
    std::filesystem::path games_ = temporary_.path() / "games";
    std::filesystem::path root_ = games_ / "doom";
    Package old_ = Package::make("doom", "20230101", {{"both.txt", "12"}, {"old/a.txt", "a"}});
    Package new_ = Package::make("doom", "20240101", {{"both.txt", "34"}, {"new/b.txt", "b"}});
    std::filesystem::path partial_ = root_ / ".lanspread/download" / new_.content().hex();
};

TEST_F(PutInPlaceTest, makes_the_partial_download_the_game_root)
{
    ASSERT_TRUE(put_in_place(games_, *new_.manifest));
    expect_new();
}

TEST_F(PutInPlaceTest, can_be_done_again_from_wherever_it_was_cut_short)
{
    // The steps in their order; the crash comes after each of them in turn.
    const std::vector<std::function<void()>> steps{
        [this] { std::filesystem::remove(root_ / "version.ini"); },
        [this] { std::filesystem::remove(root_ / "old/a.txt"); },
        [this] { std::filesystem::remove(root_ / "old"); },
        [this] { std::filesystem::rename(partial_ / "files/both.txt", root_ / "both.txt"); },
        [this] { std::filesystem::create_directory(root_ / "new"); },
        [this] { std::filesystem::rename(partial_ / "files/new/b.txt", root_ / "new/b.txt"); },
        [this] { std::filesystem::rename(partial_ / "files/version.ini", root_ / "version.ini"); },
        [this] { std::filesystem::remove_all(partial_); },
    };
    const auto backup = temporary_.path() / "backup";
    std::filesystem::copy(root_, backup, std::filesystem::copy_options::recursive);
    for (std::size_t crash = 0; crash <= steps.size(); ++crash) {
        std::filesystem::remove_all(root_);
        std::filesystem::copy(backup, root_, std::filesystem::copy_options::recursive);
        for (std::size_t step = 0; step < crash; ++step) {
            steps[step]();
        }
        const auto placed = put_in_place(games_, *new_.manifest);
        ASSERT_TRUE(placed) << crash << ": " << placed.error().message;
        expect_new();
    }
}

TEST_F(PutInPlaceTest, does_not_take_the_old_version_for_the_new_one_when_the_partial_download_is_gone)
{
    std::filesystem::remove_all(root_ / ".lanspread");
    const auto placed = put_in_place(games_, *new_.manifest);
    ASSERT_FALSE(placed);
    EXPECT_EQ(placed.error().code, ErrorCode::not_found);
}

TEST_F(PutInPlaceTest, removes_the_old_sentinel_before_it_touches_anything_else)
{
    std::filesystem::remove(partial_ / "files/new/b.txt");  // so that it fails on its way
    EXPECT_FALSE(put_in_place(games_, *new_.manifest));
    EXPECT_FALSE(std::filesystem::exists(root_ / "version.ini"));
}

TEST_F(PutInPlaceTest, moves_aside_what_was_written_beside_the_old_version_and_deletes_none_of_it)
{
    library::write_file(root_ / "saves/level 3.sav", "mine");
    library::write_file(root_ / "old/log.txt", "mine, too");
    library::write_file(root_ / "local/game.exe", "installed");
    ASSERT_TRUE(put_in_place(games_, *new_.manifest));
    EXPECT_EQ(read_text(root_ / ".lanspread/extra/saves/level 3.sav"), "mine");
    EXPECT_EQ(read_text(root_ / ".lanspread/extra/old/log.txt"), "mine, too");
    EXPECT_EQ(read_text(root_ / "local/game.exe"), "installed");
    EXPECT_FALSE(std::filesystem::exists(root_ / "saves/level 3.sav"));
    EXPECT_EQ(read_text(root_ / "both.txt"), "34");
}

TEST_F(PutInPlaceTest, moves_aside_what_was_written_where_the_new_version_has_a_file)
{
    library::write_file(root_ / "new/b.txt", "mine");
    ASSERT_TRUE(put_in_place(games_, *new_.manifest));
    EXPECT_EQ(read_text(root_ / ".lanspread/extra/new/b.txt"), "mine");
    EXPECT_EQ(read_text(root_ / "new/b.txt"), "b");
}

TEST_F(PutInPlaceTest, moves_aside_what_is_in_the_way_also_where_there_is_no_old_version)
{
    std::filesystem::remove_all(root_ / "old");
    std::filesystem::remove(root_ / "version.ini");
    std::filesystem::remove(partial_ / "replaced");
    library::write_file(root_ / "both.txt", "mine");
    library::write_file(root_ / "saves/1.sav", "mine, too");
    ASSERT_TRUE(put_in_place(games_, *new_.manifest));
    EXPECT_EQ(read_text(root_ / ".lanspread/extra/both.txt"), "mine");
    EXPECT_EQ(read_text(root_ / "both.txt"), "34");
    EXPECT_EQ(read_text(root_ / ".lanspread/extra/saves/1.sav"), "mine, too");
}

TEST_F(PutInPlaceTest, moves_aside_what_lies_in_a_folder_where_the_new_version_has_a_file)
{
    library::write_file(root_ / "new/b.txt/deep/mine.txt", "mine");
    std::filesystem::create_directories(root_ / "new/b.txt/empty/folder");
    ASSERT_TRUE(put_in_place(games_, *new_.manifest));
    EXPECT_EQ(read_text(root_ / ".lanspread/extra/new/b.txt/deep/mine.txt"), "mine");
    EXPECT_EQ(read_text(root_ / "new/b.txt"), "b");
}

TEST_F(PutInPlaceTest, leaves_the_old_version_whole_where_something_in_the_way_cannot_be_moved)
{
    library::write_file(root_ / "new/b.txt/a:b", "mine");
    const auto placed = put_in_place(games_, *new_.manifest);
    ASSERT_FALSE(placed);
    EXPECT_EQ(placed.error().code, ErrorCode::refused);
    EXPECT_EQ(read_text(root_ / "version.ini"), "20230101\n");
    EXPECT_EQ(read_text(root_ / "old/a.txt"), "a");
}

TEST_F(PutInPlaceTest, replaces_a_planted_link_and_does_not_write_through_it)
{
    const auto outside = temporary_.path() / "outside.txt";
    library::write_file(outside, "untouched");
    std::filesystem::remove(root_ / "both.txt");
    std::filesystem::create_symlink(outside, root_ / "both.txt");
    ASSERT_TRUE(put_in_place(games_, *new_.manifest));
    EXPECT_FALSE(std::filesystem::is_symlink(root_ / "both.txt"));
    std::ifstream file(outside);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "untouched");
}

TEST_F(PutInPlaceTest, moves_a_folder_that_the_game_root_has_not_as_it_is)
{
    struct stat before = {};
    ASSERT_EQ(::stat((partial_ / "files/new").c_str(), &before), 0);
    ASSERT_TRUE(put_in_place(games_, *new_.manifest));
    struct stat after = {};
    ASSERT_EQ(::stat((root_ / "new").c_str(), &after), 0);
    EXPECT_EQ(before.st_ino, after.st_ino);
}

TEST_F(PutInPlaceTest, leaves_behind_what_somebody_put_into_the_partial_download)
{
    library::write_file(partial_ / "files/new/stray.txt", "x");
    library::write_file(partial_ / "files/new/stray/a.txt", "x");
    library::write_file(partial_ / "files/stray.txt", "x");
    ASSERT_TRUE(put_in_place(games_, *new_.manifest));
    expect_new();
}

TEST_F(PutInPlaceTest, does_not_take_a_file_that_was_cut_short)
{
    std::filesystem::resize_file(partial_ / "files/new/b.txt", 0);
    const auto placed = put_in_place(games_, *new_.manifest);
    ASSERT_FALSE(placed);
    EXPECT_EQ(placed.error().code, ErrorCode::not_found);
    EXPECT_FALSE(std::filesystem::exists(root_ / "version.ini"));
}

/// A new version over an old one, with folders that one of them has and folders that both have.
class PutTreeInPlaceTest : public ::testing::Test {
protected:
    static Package package(std::string version, const std::vector<std::string>& paths)
    {
        std::vector<PackageFile> files;
        for (const auto& path : paths) {
            files.push_back({path, path + " of " + version});
        }
        return Package::make("doom", std::move(version), std::move(files));
    }

    /// The old version with the whole partial download of the new one, as it is when `finishing` begins.
    void lay_out() const
    {
        std::filesystem::remove_all(root_);
        for (const auto& [path, file] : old_.files) {
            library::write_file(root_ / path, file.text);
        }
        library::write_file(root_ / "local/save.dat", "mine");
        for (const auto& [path, file] : new_.files) {
            library::write_file(partial_ / "files" / path, file.text);
        }
        ASSERT_TRUE(note_replaced(games_, *new_.manifest, *old_.manifest));
    }

    void expect_new() const
    {
        std::map<std::string, std::string> expected{{"local/save.dat", "mine"}};
        for (const auto& [path, file] : new_.files) {
            expected.emplace(path, file.text);
        }
        std::map<std::string, std::string> found;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root_)) {
            if (!entry.is_directory()) {
                std::ifstream file(entry.path());
                found.emplace(std::filesystem::relative(entry.path(), root_).string(),
                              std::string(std::istreambuf_iterator<char>(file), {}));
            }
        }
        EXPECT_EQ(found, expected);
        EXPECT_FALSE(std::filesystem::exists(root_ / "both/old"));
    }

    platform::TemporaryFolder temporary_;
    std::filesystem::path games_ = temporary_.path() / "games";
    std::filesystem::path root_ = games_ / "doom";
    Package old_ =
        package("20230101", {"both/deep/x", "both/old/y", "both/z", "was a file", "was a folder/t/u"});
    Package new_ =
        package("20240101", {"both-/a", "both/deep/more/m", "both/deep/x", "both/new/deep/n", "both/new/o",
                             "both/z", "fresh/p", "fresh/q/r", "was a file/s", "was a folder"});
    std::filesystem::path partial_ = root_ / ".lanspread/download" / new_.content().hex();
};

TEST_F(PutTreeInPlaceTest, merges_the_folders_that_both_versions_have)
{
    lay_out();
    const auto placed = put_in_place(games_, *new_.manifest);
    ASSERT_TRUE(placed) << placed.error().message;
    expect_new();
}

TEST_F(PutTreeInPlaceTest, can_be_done_again_from_wherever_it_was_cut_short)
{
    const auto move = [this](const std::string& name) {
        return [this, name] { std::filesystem::rename(partial_ / "files" / name, root_ / name); };
    };
    const std::vector<std::function<void()>> steps{
        [this] { std::filesystem::remove(root_ / "version.ini"); },
        [this] { std::filesystem::remove(root_ / "both/old/y"); },
        [this] { std::filesystem::remove(root_ / "was a file"); },
        [this] { std::filesystem::remove(root_ / "was a folder/t/u"); },
        [this] { std::filesystem::remove(root_ / "was a folder/t"); },
        [this] { std::filesystem::remove(root_ / "was a folder"); },
        [this] { std::filesystem::remove(root_ / "both/old"); },
        move("both-"),
        move("both/deep/more"),
        move("both/deep/x"),
        move("both/new"),
        move("both/z"),
        move("fresh"),
        move("was a file"),
        move("was a folder"),
        move("version.ini"),
    };
    for (std::size_t crash = 0; crash <= steps.size(); ++crash) {
        lay_out();
        for (std::size_t step = 0; step < crash; ++step) {
            steps[step]();
        }
        const auto placed = put_in_place(games_, *new_.manifest);
        ASSERT_TRUE(placed) << crash << ": " << placed.error().message;
        expect_new();
    }
}

TEST_F(PutTreeInPlaceTest, goes_through_a_folder_of_which_a_part_was_moved_alone)
{
    lay_out();
    std::filesystem::create_directory(root_ / "fresh");
    std::filesystem::rename(partial_ / "files/fresh/q", root_ / "fresh/q");
    const auto placed = put_in_place(games_, *new_.manifest);
    ASSERT_TRUE(placed) << placed.error().message;
    expect_new();
}

TEST_F(PutTreeInPlaceTest, notices_that_a_file_in_a_folder_is_gone)
{
    lay_out();
    std::filesystem::remove(partial_ / "files/fresh/q/r");
    const auto placed = put_in_place(games_, *new_.manifest);
    ASSERT_FALSE(placed);
    EXPECT_EQ(placed.error().code, ErrorCode::not_found);
    EXPECT_TRUE(placed.error().message.contains("fresh/q/r")) << placed.error().message;
    EXPECT_FALSE(std::filesystem::exists(root_ / "version.ini"));
}

}  // namespace
}  // namespace lanspread::swarm
