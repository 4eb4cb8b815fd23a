#include "catalog/settling.h"

namespace lanspread::catalog {

bool Settling::look(const Stamp& stamp, TimePoint now)
{
    const bool is_still = stamp == seen_;
    seen_ = stamp;
    if (!read_) {
        return true;
    }
    if (stamp == *read_) {
        unrest_since_.reset();
        return again_at_ && now >= *again_at_;
    }
    if (!unrest_since_) {
        unrest_since_ = now;
        return false;
    }
    return is_still || now - *unrest_since_ >= longest_unrest;
}

void Settling::was_read(bool is_sure, TimePoint now)
{
    read_ = seen_;
    unrest_since_.reset();
    again_at_ = is_sure ? std::nullopt : std::optional(now + until_next_try_);
}

}  // namespace lanspread::catalog
