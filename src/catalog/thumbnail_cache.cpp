#include "catalog/thumbnail_cache.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include <fmt/format.h>

#include "platform/files.h"
#include "platform/folder.h"

namespace lanspread::catalog {

namespace {

constexpr std::size_t hash_digits = 2 * wire::CoverHash::size;

/// Takes a number and the character behind it from the front of `text`.
std::optional<std::uint32_t> take_number(std::string_view& text, char behind)
{
    std::uint32_t number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || rest == text.data() + text.size() || *rest != behind) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()) + 1);
    return number;
}

std::int64_t now_ns()
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

}  // namespace

ThumbnailCache::ThumbnailCache(std::filesystem::path folder, Limits limits)
    : folder_(std::move(folder)), limits_(limits)
{
}

/// Nothing where the name is none of ours.
std::optional<std::pair<ThumbnailCache::Key, ThumbnailCache::Kept>> ThumbnailCache::parse(
    std::string_view name)
{
    const auto hash = wire::CoverHash::parse(name.substr(0, hash_digits));
    if (!hash || name.size() <= hash_digits || name[hash_digits] != '-') {
        return std::nullopt;
    }
    auto rest = name.substr(hash_digits + 1);
    const auto asked = take_number(rest, '-');
    const auto width = asked ? take_number(rest, 'x') : std::nullopt;
    const auto height = width ? take_number(rest, '.') : std::nullopt;
    if (!height || (rest != "jpg" && rest != "png")) {
        return std::nullopt;
    }
    return std::pair(Key{*hash, *asked},
                     Kept{.name = std::string(name),
                          .format = rest == "jpg" ? PictureFormat::jpg : PictureFormat::png,
                          .width = *width,
                          .height = *height});
}

/// Finds what an earlier process kept. A folder that cannot be read is an empty one.
void ThumbnailCache::load()
{
    if (std::exchange(is_loaded_, true)) {
        return;
    }
    const auto folder = platform::Folder::open(folder_);
    const auto entries = folder ? folder->list() : fail(folder.error());
    for (const auto& entry : entries.value_or(std::vector<platform::Entry>())) {
        auto found = entry.kind == platform::EntryKind::file ? parse(entry.name) : std::nullopt;
        if (found) {
            found->second.size = entry.stat.size;
            found->second.made_ns = entry.stat.mtime_ns;
            bytes_ += kept_.insert(*std::move(found)).second ? entry.stat.size : 0;
        }
    }
}

std::optional<CachedThumbnail> ThumbnailCache::find(const wire::CoverHash& cover, std::uint32_t width)
{
    const std::scoped_lock lock(mutex_);
    load();
    const auto found = kept_.find(Key{cover, width});
    if (found == kept_.end()) {
        return std::nullopt;
    }
    auto path = folder_ / found->second.name;
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (error || size != found->second.size) {
        forget(found);
        return std::nullopt;
    }
    return CachedThumbnail{.path = std::move(path),
                           .format = found->second.format,
                           .width = found->second.width,
                           .height = found->second.height};
}

Result<CachedThumbnail> ThumbnailCache::put(const wire::CoverHash& cover, std::uint32_t width,
                                            const Thumbnail& thumbnail)
{
    const std::scoped_lock lock(mutex_);
    load();
    Kept kept{.name = fmt::format("{}-{}-{}x{}.{}", cover.hex(), width, thumbnail.width, thumbnail.height,
                                  to_string(thumbnail.format)),
              .format = thumbnail.format,
              .width = thumbnail.width,
              .height = thumbnail.height,
              .size = thumbnail.bytes.size(),
              .made_ns = now_ns()};
    auto path = folder_ / kept.name;
    auto written = platform::make_folders(folder_, platform::FileAccess::owner_only);
    if (written) {
        written = platform::write_atomically(path, thumbnail.bytes, platform::FileAccess::owner_only);
    }
    if (!written) {
        return fail(written.error().in("covers that were made smaller"));
    }
    if (const auto old = kept_.find(Key{cover, width}); old != kept_.end()) {
        bytes_ -= old->second.size;
        kept_.erase(old);
    }
    bytes_ += kept.size;
    kept_.emplace(Key{cover, width}, std::move(kept));
    make_room();
    return CachedThumbnail{.path = std::move(path),
                           .format = thumbnail.format,
                           .width = thumbnail.width,
                           .height = thumbnail.height};
}

void ThumbnailCache::make_room()
{
    while (kept_.size() > 1 && (bytes_ > limits_.bytes || kept_.size() > limits_.files)) {
        forget(std::ranges::min_element(kept_, {}, [](const auto& kept) { return kept.second.made_ns; }));
    }
}

void ThumbnailCache::forget(std::map<Key, Kept>::iterator kept)
{
    std::error_code ignored;
    std::filesystem::remove(folder_ / kept->second.name, ignored);
    bytes_ -= kept->second.size;
    kept_.erase(kept);
}

}  // namespace lanspread::catalog
