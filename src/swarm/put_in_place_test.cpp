#include "swarm/put_in_place.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace lanspread::swarm
