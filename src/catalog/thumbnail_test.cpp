#include "catalog/thumbnail.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace lanspread::catalog {

namespace {

/// A picture of one colour on the left half, another on the right.
Picture two_colours(std::uint32_t width, std::uint32_t height, std::array<std::uint8_t, 4> left,
                    std::array<std::uint8_t, 4> right)
{
    Picture picture{.width = width, .height = height};
    for (std::uint32_t y = 0; y < height; ++y) {
        for (std::uint32_t x = 0; x < width; ++x) {
            const auto& colour = x < width / 2 ? left : right;
            picture.rgba.insert(picture.rgba.end(), colour.begin(), colour.end());
        }
    }
    return picture;
}

constexpr std::array<std::uint8_t, 4> red = {255, 0, 0, 255};
constexpr std::array<std::uint8_t, 4> blue = {0, 0, 255, 255};
constexpr std::array<std::uint8_t, 4> nothing = {0, 255, 0, 0};

std::array<int, 4> pixel(const Picture& picture, std::uint32_t x, std::uint32_t y)
{
    std::array<int, 4> values{};
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = picture.rgba[(std::size_t{y} * picture.width + x) * 4 + i];
    }
    return values;
}

Picture read_back(const Thumbnail& thumbnail)
{
    auto picture = read_picture(thumbnail.bytes, thumbnail.width);
    EXPECT_TRUE(picture) << picture.error().message;
    return picture ? *picture : Picture();
}

Bytes with_u32(Bytes bytes, std::size_t at, std::uint32_t value)
{
    for (std::size_t i = 0; i < 4; ++i) {
        bytes.at(at + i) = static_cast<std::byte>(value >> (24 - 8 * i));
    }
    return bytes;
}

}  // namespace

TEST(Thumbnail, has_the_width_that_was_asked_for_and_the_shape_of_the_picture)
{
    const auto jpeg = write_jpeg(two_colours(600, 900, red, blue));
    ASSERT_TRUE(jpeg);
    const auto thumbnail = make_thumbnail(*jpeg, 128);
    ASSERT_TRUE(thumbnail) << thumbnail.error().message;
    EXPECT_EQ(thumbnail->format, PictureFormat::jpg);
    EXPECT_EQ(thumbnail->width, 128);
    EXPECT_EQ(thumbnail->height, 192);
    const auto picture = read_back(*thumbnail);
    EXPECT_EQ(picture.width, 128);
    EXPECT_GT(pixel(picture, 10, 90)[0], 200);
    EXPECT_GT(pixel(picture, 118, 90)[2], 200);
}

TEST(Thumbnail, stays_transparent_as_a_png)
{
    const auto png = write_png(two_colours(300, 300, red, nothing));
    ASSERT_TRUE(png);
    const auto thumbnail = make_thumbnail(*png, 64);
    ASSERT_TRUE(thumbnail) << thumbnail.error().message;
    EXPECT_EQ(thumbnail->format, PictureFormat::png);
    const auto picture = read_back(*thumbnail);
    EXPECT_EQ(pixel(picture, 0, 0), (std::array<int, 4>{255, 0, 0, 255}));
    EXPECT_EQ(pixel(picture, 63, 63)[3], 0);
}

TEST(Thumbnail, makes_a_jpeg_of_a_png_that_hides_nothing)
{
    const auto thumbnail = make_thumbnail(*write_png(two_colours(300, 300, red, blue)), 64);
    ASSERT_TRUE(thumbnail);
    EXPECT_EQ(thumbnail->format, PictureFormat::jpg);
}

TEST(Thumbnail, is_never_larger_than_the_picture)
{
    const auto thumbnail = make_thumbnail(*write_png(two_colours(40, 20, red, blue)), 256);
    ASSERT_TRUE(thumbnail);
    EXPECT_EQ(thumbnail->width, 40);
    EXPECT_EQ(thumbnail->height, 20);
}

TEST(Thumbnail, of_a_tower_is_at_most_twice_as_high_as_wide)
{
    const auto thumbnail = make_thumbnail(*write_png(two_colours(2, 8000, red, blue)), 128);
    ASSERT_TRUE(thumbnail);
    EXPECT_EQ(thumbnail->width, 1);
    EXPECT_EQ(thumbnail->height, 256);
}

TEST(Thumbnail, comes_in_few_widths)
{
    EXPECT_EQ(thumbnail_width(64), 64);
    EXPECT_EQ(thumbnail_width(65), 128);
    EXPECT_EQ(thumbnail_width(300), 512);
    EXPECT_EQ(thumbnail_width(1024), 1024);
    EXPECT_FALSE(thumbnail_width(63));
    EXPECT_FALSE(thumbnail_width(1025));
    EXPECT_FALSE(thumbnail_width(0));
}

TEST(Resized, averages_what_a_pixel_covers)
{
    const auto small = resized(two_colours(3, 1, red, blue), 1, 1);
    EXPECT_EQ(pixel(small, 0, 0), (std::array<int, 4>{85, 0, 170, 255}));
}

TEST(Resized, gives_colours_that_nobody_sees_no_weight)
{
    const auto small = resized(two_colours(2, 2, red, nothing), 1, 1);
    EXPECT_EQ(pixel(small, 0, 0), (std::array<int, 4>{255, 0, 0, 128}));
}

RC_GTEST_PROP(Resized, keeps_one_colour_whatever_the_sizes, ())
{
    const auto side = rc::gen::inRange<std::uint32_t>(1, 60);
    const auto picture = two_colours(*side, *side, red, red);
    const auto other = resized(picture, *side, *side);
    for (std::uint32_t y = 0; y < other.height; ++y) {
        for (std::uint32_t x = 0; x < other.width; ++x) {
            RC_ASSERT(pixel(other, x, y) == (std::array<int, 4>{255, 0, 0, 255}));
        }
    }
}

TEST(HostilePicture, is_recognized_by_its_bytes_and_nothing_else)
{
    for (const std::string_view bytes : {"", "\xFF\xD8", "GIF89a", "<svg/>", "\x89PNG\r\n"}) {
        const auto thumbnail = make_thumbnail(as_bytes(bytes), 64);
        ASSERT_FALSE(thumbnail);
        EXPECT_EQ(thumbnail.error().code, ErrorCode::invalid_input);
    }
}

TEST(HostilePicture, may_say_that_it_is_huge)
{
    constexpr std::size_t width_at = 16;
    const auto png = *write_png(two_colours(8, 8, red, blue));
    for (const std::uint32_t width : {0U, 8193U, 0x7FFFFFFFU, 0xFFFFFFFFU}) {
        EXPECT_FALSE(make_thumbnail(with_u32(png, width_at, width), 64)) << width;
    }
    EXPECT_FALSE(check_dimensions(8192, 8192));
    EXPECT_FALSE(check_dimensions(8193, 1));
    EXPECT_TRUE(check_dimensions(8192, 4096));
}

TEST(HostilePicture, may_be_cut_off_anywhere)
{
    const auto whole = two_colours(64, 64, red, blue);
    for (const auto& file : {*write_png(whole), *write_jpeg(whole)}) {
        for (std::size_t size = 0; size < file.size() - 16; size += 3) {
            EXPECT_FALSE(make_thumbnail(ByteSpan(file).first(size), 64)) << size;
        }
    }
}

TEST(HostilePicture, may_have_more_scans_than_a_picture_needs)
{
    auto file = *write_jpeg(two_colours(64, 64, red, blue));
    file.resize(file.size() - 2);
    for (int i = 0; i < 200; ++i) {
        file.push_back(std::byte{0xFF});
        file.push_back(std::byte{0xDA});
    }
    file.push_back(std::byte{0xFF});
    file.push_back(std::byte{0xD9});
    const auto thumbnail = make_thumbnail(file, 64);
    ASSERT_FALSE(thumbnail);
    EXPECT_TRUE(thumbnail.error().message.contains("scans")) << thumbnail.error().message;
}

RC_GTEST_PROP(HostilePicture, with_any_byte_changed_gives_a_picture_or_a_reason, ())
{
    auto file = *rc::gen::element(*write_png(two_colours(16, 16, red, nothing)),
                                  *write_jpeg(two_colours(16, 16, red, blue)));
    for (int i = 0; i < 3; ++i) {
        file[*rc::gen::inRange<std::size_t>(0, file.size())] =
            static_cast<std::byte>(*rc::gen::arbitrary<std::uint8_t>());
    }
    const auto thumbnail = make_thumbnail(file, 64);
    const bool is_good =
        thumbnail ? thumbnail->width <= 64 && thumbnail->height <= 128 : !thumbnail.error().message.empty();
    RC_ASSERT(is_good);
}

}  // namespace lanspread::catalog
