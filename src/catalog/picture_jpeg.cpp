#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <turbojpeg.h>

#include "catalog/picture.h"

namespace lanspread::catalog {

namespace {

constexpr int quality = 85;
/// A progressive picture is as many passes over all of it as it has scans; programs make about ten.
constexpr std::size_t max_scans = 100;
constexpr std::uint64_t max_scanned_pixels = 512ULL * 1024 * 1024;

using Handle = std::unique_ptr<void, decltype(&tjDestroy)>;

std::unexpected<Error> failed(const Handle& handle, std::string_view doing)
{
    return fail(ErrorCode::invalid_input, fmt::format("{}: {}", doing, tjGetErrorStr2(handle.get())));
}

struct Header {
    int width = 0;
    int height = 0;
    bool is_cmyk = false;
};

/// The places at which a marker stands, the code after an 0xFF.
struct Markers {
    std::size_t count = 0;
    std::size_t last = 0;
};

Markers find_markers(ByteSpan file, std::byte code)
{
    Markers found;
    for (std::size_t i = 1; i < file.size(); ++i) {
        if (file[i] == code && file[i - 1] == std::byte{0xFF}) {
            ++found.count;
            found.last = i;
        }
    }
    return found;
}

/// Refuses what is cut off, and what has more scans than a program would make for its size.
Result<void> check_scans(ByteSpan file, const Header& header)
{
    constexpr std::byte start_of_scan{0xDA};
    constexpr std::byte end_of_image{0xD9};
    const auto scans = find_markers(file, start_of_scan);
    if (scans.count == 0 || find_markers(file, end_of_image).last < scans.last) {
        return fail(ErrorCode::invalid_input, "the JPEG file is cut off");
    }
    const auto pixels = static_cast<std::uint64_t>(header.width) * static_cast<std::uint64_t>(header.height);
    if (scans.count > max_scans || scans.count * pixels > max_scanned_pixels) {
        return fail(ErrorCode::invalid_input,
                    fmt::format("the JPEG file has {} scans, more than a picture needs", scans.count));
    }
    return {};
}

Result<Header> read_header(const Handle& handle, ByteSpan file)
{
    Header header;
    int subsampling = 0;
    int colours = 0;
    if (tjDecompressHeader3(handle.get(), reinterpret_cast<const unsigned char*>(file.data()),
                            static_cast<unsigned long>(file.size()), &header.width, &header.height,
                            &subsampling, &colours) != 0) {
        return failed(handle, "the JPEG file's header");
    }
    header.is_cmyk = colours == TJCS_CMYK || colours == TJCS_YCCK;
    auto checked = check_dimensions(static_cast<std::uint64_t>(std::max(header.width, 0)),
                                    static_cast<std::uint64_t>(std::max(header.height, 0)));
    if (checked) {
        checked = check_scans(file, header);
    }
    return checked ? Result<Header>(header) : fail(checked.error());
}

/// The smallest of the sizes 1, 1/2, 1/4 and 1/8 that has that width.
tjscalingfactor scaling_for(const Header& header, std::uint32_t enough_width)
{
    tjscalingfactor best{1, 1};
    for (const int divisor : {2, 4, 8}) {
        const tjscalingfactor factor{1, divisor};
        if (static_cast<std::uint32_t>(TJSCALED(header.width, factor)) >= enough_width) {
            best = factor;
        }
    }
    return best;
}

/// Ink to light: in such files 255 is no ink, as Adobe's programs write them.
void make_rgba(std::vector<std::uint8_t>& pixels)
{
    constexpr unsigned full = 255;
    for (std::size_t i = 0; i < pixels.size(); i += Picture::channels) {
        for (std::size_t colour = 0; colour < 3; ++colour) {
            pixels[i + colour] = static_cast<std::uint8_t>(pixels[i + colour] * pixels[i + 3] / full);
        }
        pixels[i + 3] = full;
    }
}

}  // namespace

Result<Picture> read_jpeg(ByteSpan file, std::uint32_t enough_width)
{
    const Handle handle(tjInitDecompress(), &tjDestroy);
    if (!handle) {
        return fail(ErrorCode::internal, "libturbojpeg cannot be used");
    }
    const auto header = read_header(handle, file);
    if (!header) {
        return fail(header.error());
    }
    const auto scaling = scaling_for(*header, enough_width);
    Picture picture{.width = static_cast<std::uint32_t>(TJSCALED(header->width, scaling)),
                    .height = static_cast<std::uint32_t>(TJSCALED(header->height, scaling))};
    picture.rgba.resize(std::size_t{picture.width} * picture.height * Picture::channels);
    const int result = tjDecompress2(handle.get(), reinterpret_cast<const unsigned char*>(file.data()),
                                     static_cast<unsigned long>(file.size()), picture.rgba.data(),
                                     static_cast<int>(picture.width), 0, static_cast<int>(picture.height),
                                     header->is_cmyk ? TJPF_CMYK : TJPF_RGBA, TJFLAG_LIMITSCANS);
    // A warning is what every other picture of a catalog has: bytes too many between two of its parts.
    if (result != 0 && tjGetErrorCode(handle.get()) == TJERR_FATAL) {
        return failed(handle, "the JPEG file");
    }
    if (header->is_cmyk) {
        make_rgba(picture.rgba);
    }
    return picture;
}

Result<Bytes> write_jpeg(const Picture& picture)
{
    const Handle handle(tjInitCompress(), &tjDestroy);
    if (!handle) {
        return fail(ErrorCode::internal, "libturbojpeg cannot be used");
    }
    unsigned char* buffer = nullptr;
    unsigned long size = 0;
    const int result =
        tjCompress2(handle.get(), picture.rgba.data(), static_cast<int>(picture.width), 0,
                    static_cast<int>(picture.height), TJPF_RGBX, &buffer, &size, TJSAMP_420, quality, 0);
    const std::unique_ptr<unsigned char, decltype(&tjFree)> owned(buffer, &tjFree);
    if (result != 0) {
        return failed(handle, "writing a JPEG file");
    }
    const auto bytes = std::as_bytes(std::span(buffer, size));
    return Bytes(bytes.begin(), bytes.end());
}

}  // namespace lanspread::catalog
