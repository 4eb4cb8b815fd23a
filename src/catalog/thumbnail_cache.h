#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "catalog/thumbnail.h"
#include "wire/facts.h"

namespace lanspread::catalog {

/// A thumbnail that lies on the disk.
struct CachedThumbnail {
    std::filesystem::path path;
    PictureFormat format = PictureFormat::jpg;
    std::uint32_t width = 0;  ///< as it is: less than was asked for where the cover is smaller
    std::uint32_t height = 0;
};

/// The thumbnails that were made, in a folder of ours: `<hash of the cover>-<width asked>-<width>x<height>`
/// and `.jpg` or `.png`. Nothing in it is needed: whatever is missing is made again. Blocks: for a disk pool;
/// usable on several threads.
class ThumbnailCache {
public:
    struct Limits {
        std::uint64_t bytes = 256'000'000;
        std::size_t files = 10'000;
    };

    /// The folder is made when the first thumbnail is kept.
    explicit ThumbnailCache(std::filesystem::path folder) : ThumbnailCache(std::move(folder), Limits()) {}
    ThumbnailCache(std::filesystem::path folder, Limits limits);

    /// Nothing where it was not made yet, or is gone.
    [[nodiscard]] std::optional<CachedThumbnail> find(const wire::CoverHash& cover, std::uint32_t width);
    /// Keeps it; the oldest go while there is too much.
    [[nodiscard]] Result<CachedThumbnail> put(const wire::CoverHash& cover, std::uint32_t width,
                                              const Thumbnail& thumbnail);

private:
    using Key = std::pair<wire::CoverHash, std::uint32_t>;
    struct Kept {
        std::string name;
        PictureFormat format = PictureFormat::jpg;
        std::uint32_t width = 0;
        std::uint32_t height = 0;
        std::uint64_t size = 0;
        std::int64_t made_ns = 0;  ///< since the Unix epoch
    };

    static std::optional<std::pair<Key, Kept>> parse(std::string_view name);
    void load();
    void make_room();
    void forget(std::map<Key, Kept>::iterator kept);

    std::filesystem::path folder_;
    Limits limits_;
    std::mutex mutex_;  // guards what follows
    bool is_loaded_ = false;
    std::map<Key, Kept> kept_;
    std::uint64_t bytes_ = 0;
};

}  // namespace lanspread::catalog
