#include <string_view>

#include <fmt/format.h>
#include <png.h>

#include "catalog/picture.h"

namespace lanspread::catalog {

namespace {

/// libpng's "simplified" state, freed at the end.
class Image {
public:
    Image() { image_.version = PNG_IMAGE_VERSION; }
    ~Image() { png_image_free(&image_); }
    Image(const Image&) = delete;
    Image& operator=(const Image&) = delete;

    png_image* operator->() { return &image_; }
    png_image* get() { return &image_; }
    [[nodiscard]] std::unexpected<Error> failed(std::string_view doing) const
    {
        return fail(ErrorCode::invalid_input,
                    fmt::format("{}: {}", doing, std::string_view(static_cast<const char*>(image_.message))));
    }

private:
    png_image image_{};
};

}  // namespace

Result<Picture> read_png(ByteSpan file)
{
    Image image;
    if (png_image_begin_read_from_memory(image.get(), file.data(), file.size()) == 0) {
        return image.failed("the PNG file's header");
    }
    if (const auto checked = check_dimensions(image->width, image->height); !checked) {
        return fail(checked.error());
    }
    image->format = PNG_FORMAT_RGBA;
    Picture picture{.width = image->width, .height = image->height};
    picture.rgba.resize(PNG_IMAGE_SIZE(*image.get()));
    if (png_image_finish_read(image.get(), nullptr, picture.rgba.data(), 0, nullptr) == 0) {
        return image.failed("the PNG file");
    }
    return picture;
}

Result<Bytes> write_png(const Picture& picture)
{
    Image image;
    image->width = picture.width;
    image->height = picture.height;
    image->format = PNG_FORMAT_RGBA;
    png_alloc_size_t size = 0;
    if (png_image_write_get_memory_size(*image.get(), size, 0, picture.rgba.data(), 0, nullptr) == 0) {
        return image.failed("writing a PNG file");
    }
    Bytes bytes(size);
    if (png_image_write_to_memory(image.get(), bytes.data(), &size, 0, picture.rgba.data(), 0, nullptr) ==
        0) {
        return image.failed("writing a PNG file");
    }
    bytes.resize(size);
    return bytes;
}

}  // namespace lanspread::catalog
