#pragma once

#include <string_view>

#include "base/error.h"

namespace lanspread::faulty {

/// What a peer does wrong. In all else it behaves.
enum class Fault {
    none,
    wrong_bytes,     ///< the first byte of every chunk is another
    wrong_manifest,  ///< its manifests are well-formed, and of another content
    wrong_bitfield,  ///< it claims more chunks than the game has; needs `--partial`, as nobody asks others
    not_found,       ///< it offers chunks, and says that it does not have them when it is asked
    stall_chunk,     ///< the head and half of a chunk, then nothing; the stream stays open
    wrong_reach,     ///< it says of the network what would clear the reader's terminal
    never_answer,    ///< no request for content is ever answered
};

/// By its word on the command line.
[[nodiscard]] Result<Fault> parse_fault(std::string_view word);
[[nodiscard]] std::string_view to_string(Fault fault);

}  // namespace lanspread::faulty
