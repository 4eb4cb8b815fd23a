#include "catalog/picture.h"

#include <fmt/format.h>

#include "facts/picture.h"

namespace lanspread::catalog {

bool Picture::is_opaque() const
{
    for (std::size_t i = channels - 1; i < rgba.size(); i += channels) {
        if (rgba[i] != 0xFF) {
            return false;
        }
    }
    return true;
}

std::string_view to_string(PictureFormat format) { return format == PictureFormat::jpg ? "jpg" : "png"; }

std::optional<PictureFormat> format_of(ByteSpan file)
{
    for (const auto format : {PictureFormat::jpg, PictureFormat::png}) {
        if (facts::picture_format(file) == to_string(format)) {
            return format;
        }
    }
    return std::nullopt;
}

Result<void> check_dimensions(std::uint64_t width, std::uint64_t height)
{
    if (width == 0 || height == 0 || width > max_side || height > max_side || width * height > max_pixels) {
        return fail(
            ErrorCode::invalid_input,
            fmt::format("the picture has {} x {} pixels; it may have {} on a side, and {} million in all",
                        width, height, max_side, max_pixels / 1'000'000));
    }
    return {};
}

Result<Picture> read_picture(ByteSpan file, std::uint32_t enough_width)
{
    const auto format = format_of(file);
    if (!format) {
        return fail(ErrorCode::invalid_input, "neither a JPEG nor a PNG file");
    }
    return *format == PictureFormat::jpg ? read_jpeg(file, enough_width) : read_png(file);
}

}  // namespace lanspread::catalog
