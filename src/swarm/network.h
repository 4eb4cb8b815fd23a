#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "async/task.h"
#include "base/buffer_pool.h"
#include "base/digest.h"
#include "base/error.h"

namespace lanspread::swarm {

/// A peer that says it holds a content id completely.
struct Holder {
    PeerId id;
    std::string name;
};

/// All that the swarm knows of other peers: who holds what, and two things to ask of them. The runtime makes
/// one out of the party; tests make one without a network.
class Network {
public:
    virtual ~Network() = default;

    /// The connected peers that hold `content` completely, in no particular order.
    [[nodiscard]] virtual std::vector<Holder> holders(const ContentId& content) const = 0;
    /// The bytes that `peer` calls the manifest of `content`. Not checked. `corrupt` where it is too large to
    /// be any, and only then: it counts as wrong bytes.
    [[nodiscard]] virtual Task<Result<Bytes>> fetch_manifest(PeerId peer, ContentId content,
                                                             TimePoint deadline) = 0;
    /// Fills the first `size` bytes of `buffer` with what `peer` calls the chunk. Not checked. `corrupt`
    /// where it has another size, and only then: it counts as wrong bytes. Cancelling the caller ends the
    /// request and leaves `buffer` alone from the other side's view.
    [[nodiscard]] virtual Task<Result<void>> fetch_chunk(PeerId peer, ContentId content, std::uint32_t chunk,
                                                         SharedBuffer buffer, std::uint32_t size,
                                                         TimePoint deadline) = 0;
    /// Ends the connection to a peer that sent wrong bytes, and keeps it out for as long as this process
    /// runs.
    virtual void ban(const PeerId& peer, const std::string& reason) = 0;
};

}  // namespace lanspread::swarm
