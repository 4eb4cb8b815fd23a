#include "catalog/thumbnail.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace lanspread::catalog {

namespace {

/// The largest size of the picture's shape, but no larger than it, that is within both.
std::pair<std::uint32_t, std::uint32_t> fit(const Picture& picture, std::uint32_t width, std::uint32_t height)
{
    const double factor = std::min(
        {1.0, static_cast<double>(width) / picture.width, static_cast<double>(height) / picture.height});
    const auto scaled = [factor](std::uint32_t side) {
        return std::max(1U, static_cast<std::uint32_t>(std::lround(side * factor)));
    };
    return {scaled(picture.width), scaled(picture.height)};
}

}  // namespace

Result<std::uint32_t> thumbnail_width(std::uint32_t asked)
{
    const auto* found = std::ranges::lower_bound(thumbnail_widths, asked);
    if (asked < thumbnail_widths.front() || found == thumbnail_widths.end()) {
        return fail(ErrorCode::invalid_input, fmt::format("a width of {}: expected {} to {} pixels", asked,
                                                          thumbnail_widths.front(), thumbnail_widths.back()));
    }
    return *found;
}

Result<Thumbnail> make_thumbnail(ByteSpan file, std::uint32_t width)
{
    auto picture = read_picture(file, width);
    if (!picture) {
        return fail(picture.error());
    }
    const auto [new_width, new_height] = fit(*picture, width, 2 * width);
    if (new_width != picture->width || new_height != picture->height) {
        *picture = resized(*picture, new_width, new_height);
    }
    const auto format = picture->is_opaque() ? PictureFormat::jpg : PictureFormat::png;
    auto bytes = format == PictureFormat::jpg ? write_jpeg(*picture) : write_png(*picture);
    if (!bytes) {
        return fail(bytes.error());
    }
    return Thumbnail{.format = format, .width = new_width, .height = new_height, .bytes = *std::move(bytes)};
}

}  // namespace lanspread::catalog
