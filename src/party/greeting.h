#pragma once

#include "async/task.h"
#include "base/error.h"
#include "transport/connection.h"
#include "wire/messages.h"

namespace lanspread::party {

/// What a connection begins with: both Hellos.
struct Greeting {
    wire::Hello theirs;
    std::uint64_t sent_rev = 0;  ///< of our library, as far as our Hello carried it
};

/// Exchanges Hellos on a fresh connection: the dialler's is the request, the other's the answer. Ends within
/// 5 s; `refused` where the other side speaks another version of the protocol, with a message that says who
/// must update. The caller closes the connection after an error.
[[nodiscard]] Task<Result<Greeting>> exchange_hellos(transport::SharedConnection connection,
                                                     wire::Hello ours);

}  // namespace lanspread::party
