#include "facts/packing_testing.h"

/// `pack` where a game root is there already: of the same game, of another one, or the folder itself.
namespace lanspread::facts {

TEST_F(Pack, again_with_the_same_content_changes_nothing)
{
    ASSERT_TRUE(pack(options()));
    const auto before = fs::last_write_time(root() / "version.ini");
    const auto again = pack(options());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_FALSE(again->is_new);
    EXPECT_EQ(again->version, "20240131");
    EXPECT_EQ(fs::last_write_time(root() / "version.ini"), before);
}

TEST_F(Pack, again_with_other_content_makes_a_newer_version)
{
    ASSERT_TRUE(pack(options()));
    put(root() / "local/save", "the user's");
    put(source() / "data/map", "the MAP");  // of the same size
    const auto second = pack(options());
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_TRUE(second->is_new);
    EXPECT_EQ(second->version, "20240132");
    EXPECT_EQ(text_of(root() / "data/map"), "the MAP");
    EXPECT_EQ(text_of(root() / "local/save"), "the user's") << "what is installed stays";

    fs::remove(source() / "data/map");
    auto later = options();
    later.today = "20240301";
    EXPECT_EQ(pack(later)->version, "20240301");
    EXPECT_FALSE(fs::exists(root() / "data"));
    later.version = "20240301";
    put(source() / "new", "x");
    EXPECT_TRUE(is_refused(later, ErrorCode::exists, "not newer"));
}

TEST_F(Pack, again_leaves_what_the_player_wrote)
{
    auto keeping = options();
    keeping.keeps = {"saves", "data/config"};
    ASSERT_TRUE(pack(keeping));
    put(root() / "saves/1", "a save");
    put(root() / "data/config/x", "a setting");
    EXPECT_FALSE(pack(keeping)->is_new) << "that is no other package";
    put(source() / "data/map", "another map");
    const auto again = pack(keeping);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_TRUE(again->is_new);
    EXPECT_EQ(text_of(root() / "saves/1"), "a save");
    EXPECT_EQ(text_of(root() / "data/config/x"), "a setting");
    EXPECT_EQ(text_of(root() / "data/map"), "another map");
}

TEST_F(Pack, again_does_not_look_at_what_the_player_wrote)
{
    auto keeping = options();
    keeping.keeps = {"saves"};
    ASSERT_TRUE(pack(keeping));
    auto deep = root() / "saves";
    for (int depth = 0; depth < 70; ++depth) {  // deeper than any package may be
        deep /= "deeper";
    }
    put(deep / "1", "a save");
    EXPECT_FALSE(pack(keeping)->is_new);
}

TEST_F(Pack, leaves_out_what_the_player_writes)
{
    put(source() / "Saves/odd: name", "the packer's own");
    put(source() / "data/config", "the packer's own");
    auto keeping = options();
    keeping.keeps = {"saves", "data/config"};
    const auto packed = pack(keeping);
    ASSERT_TRUE(packed) << packed.error().message;
    EXPECT_EQ(packed->left_out, (std::vector<std::string>{"Saves", "data/config"}));
    EXPECT_EQ(packed->files, 4U);
    EXPECT_FALSE(fs::exists(root() / "Saves"));
    EXPECT_FALSE(fs::exists(root() / "data/config"));
}

TEST_F(Pack, again_still_keeps_what_the_package_that_is_there_keeps)
{
    auto keeping = options();
    keeping.keeps = {"saves"};
    ASSERT_TRUE(pack(keeping));
    put(root() / "saves/1", "a save");
    put(source() / "data/map", "another map");
    put(source() / "saves", "a file");
    const auto again = pack(options());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->left_out, (std::vector<std::string>{"saves"}));
    EXPECT_EQ(text_of(root() / "saves/1"), "a save");
    EXPECT_TRUE(text_of(root() / "game.toml").contains("keeps = [\"saves\"]"));
}

TEST_F(Pack, refuses_to_add_what_the_player_writes)
{
    put(temporary_.path() / "file", "x");
    auto keeping = options();
    keeping.keeps = {"saves"};
    keeping.added = {{.from = temporary_.path() / "file", .path = SafePath::parse("saves/1").value()}};
    EXPECT_TRUE(is_refused(keeping, ErrorCode::invalid_input, "the player writes 'saves/1'"));
}

TEST_F(Pack, refuses_a_file_where_the_player_writes_in_a_folder)
{
    auto keeping = options();
    keeping.keeps = {"data/config"};
    ASSERT_TRUE(pack(keeping));
    put(root() / "data/config/x", "a setting");
    fs::remove_all(source() / "data");
    put(source() / "data", "a file");
    EXPECT_TRUE(is_refused(options(), ErrorCode::invalid_input, "the player writes in 'data'"));
    EXPECT_EQ(text_of(root() / "version.ini"), "20240131\n");
    EXPECT_EQ(text_of(root() / "data/config/x"), "a setting");
}

TEST_F(Pack, in_place_that_fails_leaves_all_as_it_was)
{
    fs::create_directories(games());
    fs::rename(source(), root());
    put(root() / "version.ini", "20200101");
    put(temporary_.path() / "good", "good");
    auto here = options();
    here.folder = root();
    // The second one is a device by the time at which it is copied: it has a size, and no bytes come of it.
    here.added = {{.from = temporary_.path() / "good", .path = SafePath::parse("data/map").value()},
                  {.from = "/proc/self/mem", .path = SafePath::parse("more").value()}};
    EXPECT_FALSE(pack(here));
    EXPECT_EQ(text_of(root() / "data/map"), "the map");
    EXPECT_EQ(text_of(root() / "version.ini"), "20200101");
    EXPECT_FALSE(fs::exists(games() / ".doom.packing"));
}

TEST_F(Pack, repeats_what_was_interrupted)
{
    ASSERT_TRUE(pack(options()));
    // As a crash leaves it: the old sentinel gone, half of the new files there, the rest in the hidden
    // folder.
    fs::create_directories(root() / ".lanspread");
    fs::rename(root() / "version.ini", root() / ".lanspread/replaced-version.ini");
    fs::create_directories(games() / ".doom.packing/data");
    fs::rename(root() / "data/map", games() / ".doom.packing/data/map");
    const auto again = pack(options());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_TRUE(again->is_new);
    EXPECT_EQ(again->version, "20240132") << "others may have the one before with other bytes";
    EXPECT_EQ(text_of(root() / "data/map"), "the map");
    EXPECT_FALSE(fs::exists(root() / ".lanspread"));
    EXPECT_FALSE(fs::exists(games() / ".doom.packing"));
}

TEST_F(Pack, does_not_replace_another_game)
{
    put(root() / "version.ini", "20200101");
    put(root() / "doom.eti", "archive");
    EXPECT_TRUE(is_refused(options(), ErrorCode::exists, "not made by `lanspread pack`"));
    put(root() / "game.toml", "title = 'Doom II'");
    EXPECT_TRUE(is_refused(options(), ErrorCode::exists, "with the title 'Doom II'"));
    EXPECT_EQ(tree(root()).size(), 3U);
    put(root() / "game.toml", "title = 'Doom'");
    put(root() / "odd:name", "x");
    EXPECT_TRUE(is_refused(options(), ErrorCode::refused, "odd:name")) << "before anything is touched";
    EXPECT_EQ(tree(root()).size(), 4U);
}

TEST_F(Pack, completes_a_folder_that_lies_in_the_games_folder)
{
    fs::create_directories(games());
    fs::rename(source(), root());
    put(root() / "local/save", "the user's");
    auto here = options();
    here.folder = root();
    put(temporary_.path() / "picture.png", png);
    here.cover = temporary_.path() / "picture.png";
    const auto packed = pack(here);
    ASSERT_TRUE(packed) << packed.error().message;
    EXPECT_EQ(packed->root, fs::canonical(root()));
    const auto files = tree(root());
    EXPECT_EQ(files.at("version.ini"), "20240131\n");
    EXPECT_EQ(files.at("cover.png"), png);
    EXPECT_EQ(files.at("local/save"), "the user's");
    EXPECT_EQ(files.size(), 6U);
    EXPECT_EQ(pack(here)->version, "20240132") << "its files may have changed meanwhile";

    fs::rename(root(), games() / "other");
    here.folder = games() / "other";
    EXPECT_TRUE(is_refused(here, ErrorCode::invalid_input, "rename it to 'doom'"));
}

TEST_F(Pack, in_place_does_not_lose_a_file_that_is_added_to_itself)
{
    fs::create_directories(games());
    fs::rename(source(), root());
    auto here = options();
    here.folder = root();
    here.added = {{.from = root() / "data/map", .path = SafePath::parse("data/map").value()}};
    ASSERT_TRUE(pack(here));
    EXPECT_EQ(text_of(root() / "data/map"), "the map");
}

TEST_F(Pack, in_place_puts_no_file_where_there_is_a_folder)
{
    fs::create_directories(games());
    fs::rename(source(), root());
    put(root() / "version.ini", "20200101");
    put(temporary_.path() / "file", "x");
    auto here = options();
    here.folder = root();
    here.added = {{.from = temporary_.path() / "file", .path = SafePath::parse("data").value()}};
    EXPECT_TRUE(is_refused(here, ErrorCode::refused, "move it away"));
    EXPECT_EQ(text_of(root() / "data/map"), "the map");
    EXPECT_EQ(text_of(root() / "version.ini"), "20200101");
}

TEST(NextVersion, is_today_or_the_one_after_what_is_there)
{
    EXPECT_EQ(next_version("20240131", "20231231"), "20240131");
    EXPECT_EQ(next_version("20240131", "20240131"), "20240132");
    EXPECT_EQ(next_version("20240131", "20250101"), "20250102");
    EXPECT_EQ(next_version("20240131", "99999999"), std::nullopt);
}

}  // namespace lanspread::facts
