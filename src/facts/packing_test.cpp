#include "facts/packing.h"

#include <sys/stat.h>

#include "base/utf8.h"
#include "facts/packing_testing.h"
#include "facts/root_facts.h"

namespace lanspread::facts {

TEST_F(Pack, makes_a_game_root_of_a_folder)
{
    auto all = options();
    all.players = "2-16";
    all.genre = "Shooter";
    all.start = {{.platform = "linux", .kind = "game", .command = "doom --lan"}};
    all.keeps = {"saves"};
    put(temporary_.path() / "picture.png", png);
    all.cover = temporary_.path() / "picture.png";
    const auto packed = pack(all);
    ASSERT_TRUE(packed) << packed.error().message;
    EXPECT_EQ(packed->root, fs::canonical(root()));
    EXPECT_EQ(packed->version, "20240131");
    EXPECT_TRUE(packed->is_new);
    auto files = tree(root());
    EXPECT_EQ(packed->files, files.size());
    EXPECT_EQ(files.at("version.ini"), "20240131\n");
    EXPECT_EQ(files.at("data/map"), "the map");
    EXPECT_EQ(files.at("doom*"), "#!/bin/sh");
    EXPECT_EQ(files.at("cover.png"), png);

    const auto read = read_root_facts(root());
    ASSERT_TRUE(read && *read) << read.error().message;
    const auto& facts = (*read)->facts;
    EXPECT_EQ(facts.title, "Doom");
    EXPECT_EQ(facts.players, "2-16");
    EXPECT_EQ(facts.max_players, 16U);
    EXPECT_EQ(facts.genre.en, "Shooter");
    EXPECT_EQ(facts.start, all.start);
    EXPECT_EQ(facts.keeps, all.keeps);
    ASSERT_TRUE(facts.cover);
    EXPECT_EQ(as_text(read_root_cover(root(), *(*read)->cover, *facts.cover).value()), png);
}

TEST_F(Pack, leaves_nothing_else_behind)
{
    ASSERT_TRUE(pack(options()));
    std::vector<fs::path> names;
    for (const auto& entry : fs::directory_iterator(games())) {
        names.push_back(entry.path().filename());
    }
    EXPECT_EQ(names, (std::vector<fs::path>{"doom"}));
    EXPECT_EQ(tree(source()).size(), 2U) << "the folder itself is left alone";
}

TEST_F(Pack, takes_files_from_elsewhere_also_in_place_of_others)
{
    put(temporary_.path() / "bin/doom2", "program", true);
    auto with = options();
    with.added = {{.from = temporary_.path() / "bin/doom2", .path = SafePath::parse("bin/doom2").value()},
                  {.from = temporary_.path() / "bin/doom2", .path = SafePath::parse("data/map").value()}};
    with.start = {{.platform = "linux", .kind = "game", .command = "bin/doom2"}};
    const auto packed = pack(with);
    ASSERT_TRUE(packed) << packed.error().message;
    const auto files = tree(root());
    EXPECT_EQ(files.at("bin/doom2*"), "program");
    EXPECT_EQ(files.at("data/map*"), "program");
}

TEST_F(Pack, keeps_what_the_folder_says_of_itself)
{
    put(source() / "game.toml",
        "title = 'Old'\npublisher = 'id'\ncover = 'art.png'\nkeeps = ['a']\n[start.linux]\ngame = 'doom'\n");
    put(source() / "art.png", png);
    put(source() / "version.ini", "19930101\n");
    auto less = options();
    less.title = std::nullopt;
    less.keeps = {"a", "b"};
    less.start = {{.platform = "linux", .kind = "server", .command = "doom --serve"}};
    const auto packed = pack(less);
    ASSERT_TRUE(packed) << packed.error().message;
    EXPECT_EQ(packed->title, "Old");
    EXPECT_EQ(packed->version, "20240131");
    const auto facts = read_root_facts(root()).value()->facts;
    EXPECT_EQ(facts.publisher, "id");
    EXPECT_EQ(facts.keeps, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(facts.start.size(), 2U);
    EXPECT_TRUE(facts.cover);
}

TEST_F(Pack, copies_what_links_inside_point_to)
{
    fs::create_symlink("data/map", source() / "link");
    fs::create_directory_symlink("data", source() / "folder");
    const auto packed = pack(options());
    ASSERT_TRUE(packed) << packed.error().message;
    EXPECT_EQ(text_of(root() / "link"), "the map");
    EXPECT_EQ(text_of(root() / "folder/map"), "the map");
    EXPECT_FALSE(fs::is_symlink(root() / "link"));
}

TEST_F(Pack, refuses_links_that_lead_out_in_a_circle_or_nowhere)
{
    put(temporary_.path() / "secret", "x");
    for (const auto* target : {"../secret", "nothing", ".", "data/.."}) {
        fs::create_symlink(target, source() / "link");
        EXPECT_TRUE(is_refused(options(), ErrorCode::refused, "link")) << target;
        fs::remove(source() / "link");
    }
    fs::create_symlink("../secret", source() / "link");
    EXPECT_TRUE(is_refused(options(), ErrorCode::refused, "secret=link'"));
    auto with = options();
    with.added = {{.from = temporary_.path() / "secret", .path = SafePath::parse("link").value()}};
    EXPECT_TRUE(pack(with)) << "what it says to do helps";

    fs::remove_all(root());
    auto all = options();
    all.follows_links = true;
    ASSERT_TRUE(pack(all));
    EXPECT_EQ(text_of(root() / "link"), "x");
    fs::create_directory_symlink("../..", source() / "above");
    EXPECT_TRUE(is_refused(all, ErrorCode::refused, "a folder that it lies in"));
}

TEST_F(Pack, refuses_what_no_package_can_hold)
{
    ASSERT_EQ(::mkfifo((source() / "pipe").c_str(), 0600), 0);
    EXPECT_TRUE(is_refused(options(), ErrorCode::refused, "pipe"));
    fs::remove(source() / "pipe");
    for (const auto* name : {"aux.txt", "a:b", "end.", "\xff"}) {
        put(source() / name, "x");
        EXPECT_TRUE(is_refused(options(), ErrorCode::refused, "other systems cannot hold that name"))
            << mend_utf8(name);
        fs::remove(source() / name);
    }
    put(source() / "DATA/map", "x");
    EXPECT_TRUE(is_refused(options(), ErrorCode::invalid_input, "map"));
    fs::remove_all(source() / "DATA");
    put(source() / "local/x", "x");
    EXPECT_TRUE(is_refused(options(), ErrorCode::refused, "local"));
}

TEST_F(Pack, refuses_a_folder_that_is_empty_missing_or_around_the_games_folder)
{
    fs::create_directories(temporary_.path() / "empty/folder");
    auto wrong = options();
    wrong.folder = temporary_.path() / "empty";
    EXPECT_TRUE(is_refused(wrong, ErrorCode::invalid_input, "no file in it"));
    wrong.folder = temporary_.path() / "missing";
    EXPECT_TRUE(is_refused(wrong, ErrorCode::not_found, "missing"));
    wrong.folder = temporary_.path();
    EXPECT_TRUE(is_refused(wrong, ErrorCode::invalid_input, "the games folder"));
    EXPECT_FALSE(fs::exists(root()));
}

TEST_F(Pack, refuses_a_start_command_without_its_program)
{
    auto wrong = options();
    wrong.start = {{.platform = "linux", .kind = "game", .command = "missing --lan"}};
    EXPECT_TRUE(is_refused(wrong, ErrorCode::invalid_input, "there is no 'missing'"));
    wrong.start = {{.platform = "linux", .kind = "game", .command = "data/map"}};
    EXPECT_TRUE(is_refused(wrong, ErrorCode::invalid_input, "not executable"));
    wrong.start = {{.platform = "windows", .kind = "game", .command = "data/map"}};
    EXPECT_TRUE(pack(wrong));
}

TEST_F(Pack, refuses_a_description_that_breaks_the_rules)
{
    auto wrong = options();
    wrong.title = std::nullopt;
    EXPECT_TRUE(is_refused(wrong, ErrorCode::invalid_input, "--title"));
    wrong.title = "\x1b[2J";
    EXPECT_TRUE(is_refused(wrong, ErrorCode::invalid_input, "title"));
    wrong = options();
    wrong.version = "1.0";
    EXPECT_TRUE(is_refused(wrong, ErrorCode::invalid_input, "8 digits"));
    wrong = options();
    wrong.cover = source() / "doom";
    EXPECT_TRUE(is_refused(wrong, ErrorCode::invalid_input, "no JPEG or PNG"));
    put(source() / "game.toml", "title = 'x'\nplayers = []\n");
    EXPECT_TRUE(is_refused(options(), ErrorCode::invalid_input, "line 2"));
}

TEST_F(Pack, takes_a_cover_of_the_folder_as_it_is)
{
    put(source() / "art/box.png", png);
    auto with = options();
    with.cover = source() / "art/box.png";
    ASSERT_TRUE(pack(with));
    EXPECT_FALSE(fs::exists(root() / "cover.png"));
    EXPECT_TRUE(read_root_facts(root()).value()->facts.cover);

    put(source() / "cover.png", "the game's own");
    put(temporary_.path() / "picture.png", png);
    with.cover = temporary_.path() / "picture.png";
    EXPECT_TRUE(is_refused(with, ErrorCode::exists, "cover.png of its own"));
}

}  // namespace lanspread::facts
