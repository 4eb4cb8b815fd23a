#include "runtime/settings.h"

#include <gtest/gtest.h>

#include "runtime/playing.h"

namespace lanspread::runtime {

TEST(Settings, are_read_as_a_person_types_them)
{
    EXPECT_EQ(parse_setting("upload_limit", "5M"), 5'000'000);
    EXPECT_EQ(parse_setting("download_limit", "500k"), 500'000);
    EXPECT_EQ(parse_setting("upload_limit_while_playing", "off"), 0);
    EXPECT_EQ(parse_setting("parallel_downloads", "3"), 3);
    EXPECT_EQ(parse_setting("install_space", "off"), 0);
    EXPECT_EQ(parse_setting("install_space", "on"), 1);
}

TEST(Settings, refuse_what_they_cannot_be_and_say_what_they_can)
{
    for (const auto& [name, value] : std::map<std::string, std::string>{{"upload_limit", "fast"},
                                                                        {"download_limit", "-1"},
                                                                        {"parallel_downloads", "0"},
                                                                        {"parallel_downloads ", "2"},
                                                                        {"install_space", "maybe"}}) {
        EXPECT_FALSE(parse_setting(name, value)) << name;
    }
    EXPECT_EQ(parse_setting("parallel_downloads", "0").error().code, ErrorCode::invalid_input);
    const auto unknown = parse_setting("speed", "1");
    EXPECT_EQ(unknown.error().code, ErrorCode::not_found);
    EXPECT_TRUE(unknown.error().message.contains("upload_limit_while_playing")) << unknown.error().message;
}

TEST(Settings, are_as_by_default_where_the_store_has_nothing_or_nonsense)
{
    const auto settings = settings_from({{"parallel_downloads", 1000},
                                         {"upload_limit", -5},
                                         {"install_space", 7},
                                         {"download_limit", 123},
                                         {"of_a_later_version", 1}});
    EXPECT_EQ(settings.parallel_downloads, Settings().parallel_downloads);
    EXPECT_EQ(settings.upload_limit, 0U);
    EXPECT_TRUE(settings.install_space);
    EXPECT_EQ(settings.download_limit, 123U);
}

TEST(Settings, the_lower_upload_limit_holds_while_somebody_plays)
{
    Settings settings{.upload_limit = 100, .upload_limit_while_playing = 10};
    EXPECT_EQ(effective_upload_limit(settings, false), 100U);
    EXPECT_EQ(effective_upload_limit(settings, true), 10U);
    settings.upload_limit = 5;
    EXPECT_EQ(effective_upload_limit(settings, true), 5U);
    settings.upload_limit = 0;
    EXPECT_EQ(effective_upload_limit(settings, true), 10U);
    EXPECT_EQ(effective_upload_limit(settings, false), 0U);
    settings.upload_limit_while_playing = 0;
    EXPECT_EQ(effective_upload_limit(settings, true), 0U);
}

TEST(Playing, lasts_as_long_as_its_token)
{
    std::vector<std::string> told;
    auto playing = std::make_unique<Playing>([&](const std::string& program, bool has_begun) {
        told.push_back(program + (has_begun ? " began" : " ended"));
    });
    auto doom = playing->begin("doom");
    auto quake = playing->begin("quake");
    EXPECT_EQ(playing->programs(), (std::vector<std::string>{"doom", "quake"}));
    doom.reset();
    EXPECT_EQ(playing->programs(), std::vector<std::string>{"quake"});
    playing.reset();
    quake.reset();
    EXPECT_EQ(told, (std::vector<std::string>{"doom began", "quake began", "doom ended"}));
}

}  // namespace lanspread::runtime
