#include <algorithm>
#include <cmath>

#include "catalog/picture.h"

namespace lanspread::catalog {

namespace {

/// How much of each old pixel falls into a new one, along one side.
struct Share {
    std::uint32_t first = 0;     ///< old pixel
    std::vector<float> weights;  ///< of it and those that follow; together 1
};

std::vector<Share> shares(std::uint32_t before, std::uint32_t after)
{
    const double ratio = static_cast<double>(before) / after;
    std::vector<Share> result(after);
    for (std::uint32_t i = 0; i < after; ++i) {
        const double begin = i * ratio;
        const double end = (i + 1) * ratio;
        auto& share = result[i];
        share.first = std::min(static_cast<std::uint32_t>(begin), before - 1);
        for (auto old = share.first; old < before && old < end; ++old) {
            const double covered = std::min<double>(end, old + 1.0) - std::max<double>(begin, old);
            share.weights.push_back(static_cast<float>(covered / ratio));
        }
    }
    return result;
}

/// Adds an old row to a new one, narrowed to its width and weighted. Colours count by their opacity: what
/// nobody sees has none.
void add_row(std::vector<float>& sum, const std::uint8_t* row, const std::vector<Share>& columns,
             float weight)
{
    constexpr float full = 255;
    float* out = sum.data();
    for (const auto& column : columns) {
        const auto* pixel = row + std::size_t{column.first} * Picture::channels;
        for (const float part : column.weights) {
            const float opacity = part * weight * static_cast<float>(pixel[3]);
            out[0] += opacity * static_cast<float>(pixel[0]) / full;
            out[1] += opacity * static_cast<float>(pixel[1]) / full;
            out[2] += opacity * static_cast<float>(pixel[2]) / full;
            out[3] += opacity;
            pixel += Picture::channels;
        }
        out += Picture::channels;
    }
}

std::uint8_t to_byte(float value)
{
    return static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
}

void write_row(std::uint8_t* row, const std::vector<float>& sum)
{
    constexpr float full = 255;
    for (std::size_t i = 0; i < sum.size(); i += Picture::channels) {
        const float opacity = sum[i + 3];
        for (std::size_t colour = 0; colour < 3; ++colour) {
            row[i + colour] = opacity > 0 ? to_byte(sum[i + colour] * full / opacity) : std::uint8_t{0};
        }
        row[i + 3] = to_byte(opacity);
    }
}

}  // namespace

Picture resized(const Picture& picture, std::uint32_t width, std::uint32_t height)
{
    Picture result{.width = width, .height = height};
    const auto columns = shares(picture.width, width);
    const auto rows = shares(picture.height, height);
    const std::size_t old_stride = std::size_t{picture.width} * Picture::channels;
    const std::size_t new_stride = std::size_t{width} * Picture::channels;
    result.rgba.resize(new_stride * height);
    std::vector<float> sum(new_stride);
    for (std::uint32_t y = 0; y < height; ++y) {
        std::ranges::fill(sum, 0.0F);
        const auto& row = rows[y];
        for (std::size_t i = 0; i < row.weights.size(); ++i) {
            add_row(sum, picture.rgba.data() + (row.first + i) * old_stride, columns, row.weights[i]);
        }
        write_row(result.rgba.data() + y * new_stride, sum);
    }
    return result;
}

}  // namespace lanspread::catalog
