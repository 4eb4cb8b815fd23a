#pragma once

#include <vector>

#include "async/task.h"
#include "base/address.h"
#include "base/error.h"
#include "party/addresses.h"

namespace lanspread::party {

/// The addresses of a host, in the order in which the system prefers them (RFC 6724). A numeric one needs no
/// look-up; a name is looked up on a thread of its own, which is left to itself when the caller is cancelled
/// or `deadline` passes: no system call ends a look-up early, and it may take half a minute.
[[nodiscard]] Task<Result<std::vector<Address>>> resolve(HostPort target, TimePoint deadline);

}  // namespace lanspread::party
