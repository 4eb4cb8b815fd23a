#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "base/clock.h"
#include "platform/files.h"

namespace lanspread::catalog {

/// How files look, by their names: what tells whether they are still what was read.
using Stamp = std::map<std::string, platform::FileStat>;

/// Decides when files are to be read that somebody may be writing just now. At first at once; after a change
/// as soon as two looks in a row show the same, or when they have not come to rest for long. Pure.
class Settling {
public:
    static constexpr std::chrono::seconds longest_unrest{10};

    /// What was read and is not sure is read again after that time.
    explicit Settling(Duration until_next_try) : until_next_try_(until_next_try) {}

    /// Files show `stamp`: whether they are to be read now.
    [[nodiscard]] bool look(const Stamp& stamp, TimePoint now);
    /// They were read as they were at the last look. `is_sure` is false where that may pass by itself, or
    /// where they may have changed in a way that does not show: they are read again after a while, unless
    /// they change before.
    void was_read(bool is_sure, TimePoint now);

    /// Whether the next look is wanted soon.
    [[nodiscard]] bool is_unsettled() const { return unrest_since_.has_value(); }

private:
    Duration until_next_try_;
    std::optional<Stamp> read_;
    Stamp seen_;
    std::optional<TimePoint> unrest_since_;
    std::optional<TimePoint> again_at_;
};

}  // namespace lanspread::catalog
