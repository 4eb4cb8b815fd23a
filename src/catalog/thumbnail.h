#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/error.h"
#include "catalog/picture.h"

namespace lanspread::catalog {

/// The widths that thumbnails are made in: few, so that few are kept of each cover.
inline constexpr std::array<std::uint32_t, 5> thumbnail_widths = {64, 128, 256, 512, 1024};

/// The least of these that is at least `asked`. `invalid_input` beyond 64 to 1024.
[[nodiscard]] Result<std::uint32_t> thumbnail_width(std::uint32_t asked);

/// A small picture as a file: PNG where it is transparent somewhere, else JPEG.
struct Thumbnail {
    PictureFormat format = PictureFormat::jpg;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    Bytes bytes;
};

/// Makes it of the bytes of a picture file that nobody vouches for: `width` wide, or as wide as the picture
/// where that is less, and at most twice as high. For a pool: a bad one takes what picture.h says.
[[nodiscard]] Result<Thumbnail> make_thumbnail(ByteSpan file, std::uint32_t width);

}  // namespace lanspread::catalog
