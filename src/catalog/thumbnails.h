#pragma once

#include <filesystem>
#include <functional>

#include <boost/asio/thread_pool.hpp>

#include "async/signal.h"
#include "async/task.h"
#include "base/bytes.h"
#include "base/error.h"
#include "catalog/thumbnail_cache.h"

namespace lanspread::catalog {

/// Gives thumbnails of covers: the cached one, or one that is made now, once and on the pool. Lives on one
/// thread; the pool outlives it.
class Thumbnails {
public:
    Thumbnails(asio::thread_pool& pool, std::filesystem::path folder) : pool_(pool), cache_(std::move(folder))
    {
    }

    /// The thumbnail of the cover with that hash, in one of thumbnail_widths. `bytes` gives the cover's file
    /// and is called only where it is needed; `unavailable` where it gives another one, which has come in
    /// between. Pictures are made smaller one after the other, since a bad one takes much memory.
    [[nodiscard]] Task<Result<CachedThumbnail>> get(wire::CoverHash cover, std::uint32_t width,
                                                    std::function<Task<Result<Bytes>>()> bytes);

private:
    Task<Result<CachedThumbnail>> make(wire::CoverHash cover, std::uint32_t width, Bytes bytes);

    asio::thread_pool& pool_;
    ThumbnailCache cache_;
    bool is_making_ = false;
    Signal made_;
};

}  // namespace lanspread::catalog
