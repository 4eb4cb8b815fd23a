#include "catalog/thumbnails.h"

#include <memory>
#include <utility>

#include "async/offload.h"
#include "facts/encoded_facts.h"

namespace lanspread::catalog {

namespace {

/// Whose turn it is, given back at the end, however that comes.
class Turn {
public:
    Turn(bool& is_taken, Signal& given_back) : is_taken_(is_taken), given_back_(given_back)
    {
        is_taken_ = true;
    }
    ~Turn()
    {
        is_taken_ = false;
        given_back_.notify_all();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

private:
    bool& is_taken_;
    Signal& given_back_;
};

}  // namespace

Task<Result<CachedThumbnail>> Thumbnails::get(wire::CoverHash cover, std::uint32_t width,
                                              std::function<Task<Result<Bytes>>()> bytes)
{
    auto found = co_await offload(pool_, [this, cover, width] { return cache_.find(cover, width); });
    if (found) {
        co_return *std::move(found);
    }
    auto file = co_await bytes();
    if (!file) {
        co_return fail(file.error());
    }
    co_return co_await make(cover, width, *std::move(file));
}

Task<Result<CachedThumbnail>> Thumbnails::make(wire::CoverHash cover, std::uint32_t width, Bytes bytes)
{
    while (is_making_) {
        co_await made_.wait();
    }
    const Turn turn(is_making_, made_);
    auto file = std::make_shared<const Bytes>(std::move(bytes));
    co_return co_await offload(pool_, [this, cover, width, file]() -> Result<CachedThumbnail> {
        if (auto found = cache_.find(cover, width)) {
            return *std::move(found);  // somebody asked for the same just before
        }
        if (facts::hash_cover(*file) != cover) {
            return fail(ErrorCode::unavailable, "it has changed just now; try again");
        }
        const auto thumbnail = make_thumbnail(*file, width);
        return thumbnail ? cache_.put(cover, width, *thumbnail) : fail(thumbnail.error());
    });
}

}  // namespace lanspread::catalog
