#pragma once

#include <expected>
#include <utility>

#include "base/error.h"

namespace lanspread::runtime {

/// The error for a question to a peer that was not answered with data. What a peer says of itself, in
/// whatever code, does not count as wrong bytes: `corrupt` is only what we have found so.
[[nodiscard]] inline std::unexpected<Error> no_data(Error error)
{
    if (error.code == ErrorCode::corrupt) {
        error.code = ErrorCode::unavailable;
    }
    return std::unexpected(std::move(error));
}

}  // namespace lanspread::runtime
