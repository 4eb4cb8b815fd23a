#include "catalog/thumbnail.h"
#include "check.h"

using namespace lanspread;

/// Whatever a file holds, it gives a small picture that can be read again, or a reason.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr std::uint32_t width = 64;
    const auto thumbnail = catalog::make_thumbnail(input(data, size), width);
    if (!thumbnail) {
        check(!thumbnail.error().message.empty(), "a refusal has a reason");
        return 0;
    }
    check(thumbnail->width >= 1 && thumbnail->width <= width, "its width is what was asked for at most");
    check(thumbnail->height >= 1 && thumbnail->height <= 2 * width, "it is twice as high at most");
    check(catalog::format_of(thumbnail->bytes) == thumbnail->format, "it is in the format that it says");
    const auto again = catalog::read_picture(thumbnail->bytes, width);
    check(again && again->width == thumbnail->width && again->height == thumbnail->height,
          "what was written can be read");
    return 0;
}
