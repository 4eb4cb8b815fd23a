#pragma once

#include <functional>
#include <vector>

#include "async/task.h"
#include "base/address.h"
#include "base/error.h"
#include "transport/connection.h"
#include "wire/messages.h"

namespace lanspread::party {

/// What a connection begins with: both Hellos.
struct Greeting {
    wire::Hello theirs;
    std::uint64_t sent_rev = 0;               ///< of our library, as far as our Hello carried it
    std::vector<Address> our_addresses = {};  ///< as our Hello listed them
};

/// Whether a Hello is answered with ours. The error is what its sender is told instead.
using Judge = std::function<Result<void>(const wire::Hello& theirs)>;

/// Exchanges Hellos on a fresh connection: the dialler's is the request, the other's the answer. Ends within
/// 10 s; `refused` where the other side speaks another version of the protocol, with a message that says who
/// must update. Where the other side has dialled, `judge` decides before we say who we are. The caller closes
/// the connection after an error.
[[nodiscard]] Task<Result<Greeting>> exchange_hellos(transport::SharedConnection connection, wire::Hello ours,
                                                     Judge judge);

}  // namespace lanspread::party
