#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

/// Pictures: from the bytes of a file that nobody vouches for to pixels, and back. Everything here takes CPU
/// time: for a pool.
namespace lanspread::catalog {

/// Limits on a picture: with them the worst one (a progressive JPEG) takes about 200 MiB while it is read,
/// and some seconds.
inline constexpr std::uint32_t max_side = 8192;
inline constexpr std::uint64_t max_pixels = 32ULL * 1024 * 1024;

/// Pixels, row by row from the top, four bytes each: red, green, blue, opacity.
struct Picture {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::vector<std::uint8_t> rgba;

    static constexpr std::size_t channels = 4;
    [[nodiscard]] bool is_opaque() const;
};

enum class PictureFormat { jpg, png };

/// "jpg", "png": as in wire::CoverRef, and as the names of such files end.
[[nodiscard]] std::string_view to_string(PictureFormat format);
/// By the first bytes, whatever the file is called.
[[nodiscard]] std::optional<PictureFormat> format_of(ByteSpan file);

/// Reads a JPEG or PNG file. A JPEG may come out smaller than it is, by a power of two, as long as it is
/// still at least `enough_width` wide: that saves most of the work. `invalid_input` where it is no such file,
/// cut off, too large, or made to cost more time than a picture does.
[[nodiscard]] Result<Picture> read_picture(ByteSpan file, std::uint32_t enough_width);

/// The bytes of a JPEG file (without the opacity) or of a PNG file.
[[nodiscard]] Result<Bytes> write_jpeg(const Picture& picture);
[[nodiscard]] Result<Bytes> write_png(const Picture& picture);

// What read_picture is made of; one file for each library.
[[nodiscard]] Result<Picture> read_jpeg(ByteSpan file, std::uint32_t enough_width);
[[nodiscard]] Result<Picture> read_png(ByteSpan file);
/// Refuses sides of 0 and what is beyond the limits.
[[nodiscard]] Result<void> check_dimensions(std::uint64_t width, std::uint64_t height);

/// The picture in another size, each pixel the average of the area that it covers. No side is 0.
[[nodiscard]] Picture resized(const Picture& picture, std::uint32_t width, std::uint32_t height);

}  // namespace lanspread::catalog
