#include "base/safe_path.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace lanspread {

namespace {

testing::AssertionResult is_refused(std::string_view text, std::string_view reason)
{
    const auto path = SafePath::parse(text);
    if (path) {
        return testing::AssertionFailure() << "'" << text << "' was accepted";
    }
    if (path.error().code != ErrorCode::invalid_input || !path.error().message.contains(reason)) {
        return testing::AssertionFailure() << "refused for another reason: " << path.error().message;
    }
    return testing::AssertionSuccess();
}

}  // namespace

TEST(SafePath, takes_ordinary_names)
{
    for (const auto* text :
         {"version.ini", "data/maps/e1m1.bsp", "Ünïcödé/日本語 – €.txt", ".hidden/x", "a..b", "..a", "-x",
          "a b", "console.txt", "com", "com10", "lpt", "nullen", "conin", "~", "🎮"}) {
        const auto path = SafePath::parse(text);
        ASSERT_TRUE(path) << path.error().message;
        EXPECT_EQ(path->text(), text);
    }
}

TEST(SafePath, refuses_what_is_empty)
{
    EXPECT_TRUE(is_refused("", "empty"));
    EXPECT_TRUE(is_refused("a//b", "empty component"));
    EXPECT_TRUE(is_refused("a/", "empty component"));
    EXPECT_TRUE(is_refused("/", "empty component"));
}

TEST(SafePath, refuses_to_leave_its_folder)
{
    EXPECT_TRUE(is_refused("..", "'..'"));
    EXPECT_TRUE(is_refused("a/../../b", "'..'"));
    EXPECT_TRUE(is_refused("a/.", "'.'"));
    EXPECT_TRUE(is_refused("/etc/passwd", "empty component"));
}

TEST(SafePath, refuses_what_is_special_on_windows)
{
    for (const auto* text : {"C:", "C:/x", "a\\..\\b", "\\\\host\\share", "a:stream", "a<b", "a>b", "a\"b",
                             "a|b", "a?b", "a*b"}) {
        EXPECT_TRUE(is_refused(text, "has one of"));
    }
    for (const auto* text : {"a.", "a./b", "a ", "a /b", "...", " "}) {
        EXPECT_TRUE(is_refused(text, "dot or a space"));
    }
    for (const auto* text : {"CON", "prn", "x/Aux", "NUL.txt", "nul .txt", "com1", "COM9.tar.gz", "LPT0",
                             "com¹", "LPT².x", "CONIN$", "conout$", "a/con/b"}) {
        EXPECT_TRUE(is_refused(text, "device"));
    }
}

TEST(SafePath, refuses_control_characters)
{
    for (const auto text :
         {std::string_view("a\nb"), std::string_view("a\0b", 3), std::string_view("\x1b[2J"),
          std::string_view("a\x7f"), std::string_view("a\xc2\x85")}) {
        EXPECT_TRUE(is_refused(text, "control character"));
    }
}

TEST(SafePath, refuses_what_is_not_composed_utf8)
{
    for (const auto* text : {"\xff", "a\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe0\x80\xaf",
                             "u\xcc\x88", "\xe2\x84\xab"}) {
        EXPECT_TRUE(is_refused(text, "composed UTF-8"));
    }
}

TEST(SafePath, refuses_what_is_too_long)
{
    const auto repeated = [](int count, const std::string& text) {
        std::string all = text;
        for (int i = 1; i < count; ++i) {
            all += "/" + text;
        }
        return all;
    };
    EXPECT_TRUE(SafePath::parse(std::string(255, 'x')));
    EXPECT_TRUE(is_refused(std::string(256, 'x'), "over 255 bytes"));
    EXPECT_TRUE(SafePath::parse(repeated(32, "x")));
    EXPECT_TRUE(is_refused(repeated(33, "x"), "32 components"));
    EXPECT_TRUE(SafePath::parse(repeated(5, std::string(204, 'x'))));
    EXPECT_TRUE(is_refused(repeated(5, std::string(204, 'x')) + "x", "1024 bytes"));
}

TEST(SafePath, knows_its_first_component)
{
    EXPECT_EQ(SafePath::parse("local/a/b")->first_component(), "local");
    EXPECT_EQ(SafePath::parse("local")->first_component(), "local");
    EXPECT_EQ(SafePath().first_component(), "");
}

TEST(SafePath, folds_case_beyond_ascii)
{
    const auto folded = [](std::string_view text) { return SafePath::parse(text).value().case_folded(); };
    EXPECT_EQ(folded("Data/READ.me"), "data/read.me");
    EXPECT_EQ(folded("ÜBER"), folded("über"));
    EXPECT_EQ(folded("Straße"), folded("STRASSE"));
    EXPECT_EQ(folded("ΣΑΣ"), folded("σας"));
    EXPECT_EQ(folded("a\u200db"), folded("ab"));
    EXPECT_NE(folded("u"), folded("ü"));
}

RC_GTEST_PROP(SafePath, stays_below_its_folder_whatever_it_is_read_from, ())
{
    using Pieces = std::vector<std::string>;
    const Pieces harmless{"/a", "/b", "a", "B", "ü", "x.y", "~", "version.ini"};
    const Pieces harmful{"/", ".", "..", " ", "\\", "C:", "con", "\xff", std::string(1, '\0')};
    const auto pieces = *rc::gen::container<Pieces>(rc::gen::weightedOneOf<std::string>(
        {{20, rc::gen::elementOf(harmless)}, {1, rc::gen::elementOf(harmful)}}));
    std::string text;
    for (const auto& piece : pieces) {
        text += piece;
    }
    const auto path = SafePath::parse(text);
    RC_CLASSIFY(path.has_value());
    if (path) {
        const auto joined = std::filesystem::path("/games/doom") / path->text();
        RC_ASSERT(joined.lexically_normal() == joined);
        RC_ASSERT(joined.string().starts_with("/games/doom/"));
        RC_ASSERT(joined.string().size() > std::string_view("/games/doom/").size());
    }
}

}  // namespace lanspread
