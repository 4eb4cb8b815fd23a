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
    const auto settings = settings_from({.numbers = {{"parallel_downloads", 1000},
                                                     {"upload_limit", -5},
                                                     {"install_space", 7},
                                                     {"download_limit", 123},
                                                     {"of_a_later_version", 1}},
                                         .texts = {{"of_a_later_version", "x"}}});
    EXPECT_EQ(settings.parallel_downloads, Settings().parallel_downloads);
    EXPECT_EQ(settings.upload_limit, 0U);
    EXPECT_TRUE(settings.install_space);
    EXPECT_EQ(settings.download_limit, 123U);
}

TEST(Settings, take_addresses_as_a_person_lists_them)
{
    EXPECT_TRUE(is_text_setting("connect"));
    EXPECT_FALSE(is_text_setting("upload_limit"));
    EXPECT_EQ(parse_text_setting("connect", " pc7.lan  10.0.0.5:7000, pc7.lan [2001:db8::1]:7000"),
              "pc7.lan 10.0.0.5:7000 [2001:db8::1]:7000");
    EXPECT_EQ(parse_text_setting("connect", "off"), "");
    EXPECT_EQ(settings_from({.numbers = {}, .texts = {{"connect", "pc7.lan"}}}).connect, "pc7.lan");
}

TEST(Settings, take_a_language_or_that_of_the_environment)
{
    EXPECT_TRUE(is_text_setting("language"));
    EXPECT_EQ(parse_text_setting("language", "de"), "de");
    EXPECT_EQ(parse_text_setting("language", "auto"), "");
    EXPECT_EQ(parse_text_setting("language", "klingon").error().code, ErrorCode::invalid_input);
    EXPECT_EQ(settings_from({.numbers = {}, .texts = {{"language", "fr"}}}).language, "fr");
}

TEST(Settings, refuse_a_list_of_which_one_address_cannot_be_and_name_it)
{
    const auto refused = parse_text_setting("connect", "pc7.lan 10.0.0.5:70000");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_input);
    EXPECT_TRUE(refused.error().message.contains("10.0.0.5:70000")) << refused.error().message;
    std::string many;
    for (int number = 0; number < 65; ++number) {
        many += "pc" + std::to_string(number) + ' ';
    }
    EXPECT_FALSE(parse_text_setting("connect", many));
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
