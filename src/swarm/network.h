#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "async/task.h"
#include "base/buffer_pool.h"
#include "base/digest.h"
#include "base/error.h"
#include "swarm/block_parts.h"
#include "swarm/chunk_set.h"
#include "transport/stream.h"

namespace lanspread::swarm {

/// A peer that says it holds a content id, completely or in part.
struct Holder {
    PeerId id;
    std::string name;
    bool complete = true;  ///< false: what it has of it, `follow` tells
};

/// What came of asking for a chunk. Nothing: its bytes are here. Else the peer that was asked is busy with
/// chunks that nobody else has, and says that it gave this one to that peer: a hint, not checked.
using Fetched = std::optional<PeerId>;

/// Told what a peer has of a content. All chunk numbers are below the content's count; the same one may come
/// again.
class FollowSink {
public:
    virtual ~FollowSink() = default;
    /// Once, before the rest.
    virtual void bitfield(ChunkSet has) = 0;
    /// It has these as well now.
    virtual void have(std::vector<std::uint32_t> chunks) = 0;
};

/// All that the swarm knows of other peers: who holds what, and what to ask of them. The runtime
/// makes one out of the party; tests make one without a network.
class Network {
public:
    virtual ~Network() = default;

    /// The connected peers that hold `content`, completely or in part, in no particular order.
    [[nodiscard]] virtual std::vector<Holder> holders(const ContentId& content) const = 0;
    /// The bytes that `peer` calls the manifest of `content`. Not checked. `corrupt` where it is too large to
    /// be any, and only then: it counts as wrong bytes.
    [[nodiscard]] virtual Task<Result<Bytes>> fetch_manifest(PeerId peer, ContentId content,
                                                             TimePoint deadline) = 0;
    /// The marks of groups of `items` items in what `runs` mean (wire/manifest_parts.h), as `peer` tells
    /// them: as many as one answer may have. Not checked.
    [[nodiscard]] virtual Task<Result<Bytes>> fetch_manifest_sums(PeerId peer, ContentId content,
                                                                  std::uint32_t items,
                                                                  std::vector<std::uint32_t> runs,
                                                                  TimePoint deadline) = 0;
    /// The manifest's bytes that `runs` mean, `size` of them, as `peer` tells them. Not checked.
    [[nodiscard]] virtual Task<Result<Bytes>> fetch_manifest_ranges(PeerId peer, ContentId content,
                                                                    std::vector<std::uint32_t> runs,
                                                                    std::uint32_t size,
                                                                    TimePoint deadline) = 0;
    /// Fills the first `size` bytes of `buffer` with what `peer` calls the chunk. Not checked. `corrupt`
    /// where it has another size, and only then: it counts as wrong bytes. `timed_out` where the peer has not
    /// begun to answer by `patience.first_byte`, or pauses for longer than `patience.stall` after that.
    /// Cancelling the caller ends the request and leaves `buffer` alone from the other side's view.
    [[nodiscard]] virtual Task<Result<Fetched>> fetch_chunk(PeerId peer, ContentId content,
                                                            std::uint32_t chunk, SharedBuffer buffer,
                                                            std::uint32_t size,
                                                            transport::Patience patience) = 0;
    /// The sums of the blocks (block_sums.h), `size` bytes, as `peer` tells them. Not checked. Fails as
    /// fetch_chunk does.
    [[nodiscard]] virtual Task<Result<Bytes>> fetch_sums(PeerId peer, ContentId content, BlockRuns blocks,
                                                         std::uint32_t piece, std::uint32_t size,
                                                         TimePoint deadline) = 0;
    /// The bytes of the blocks: the same.
    [[nodiscard]] virtual Task<Result<Bytes>> fetch_ranges(PeerId peer, ContentId content, BlockRuns blocks,
                                                           std::uint32_t size, TimePoint deadline) = 0;
    /// Tells `sink`, which outlives the call, what `peer` has of `content`, which has `chunks` chunks.
    /// Returns when the peer has no more to do with the content; fails where the peer cannot be followed any
    /// more, `corrupt` where it names chunks that there are not, and only then: it counts as wrong bytes.
    /// Between two answers minutes may pass, so nothing but cancelling and the connection's end ends it.
    [[nodiscard]] virtual Task<Result<void>> follow(PeerId peer, ContentId content, std::uint32_t chunks,
                                                    FollowSink* sink) = 0;
    /// Ends the connection to a peer that sent wrong bytes, and keeps it out for as long as this process
    /// runs.
    virtual void ban(const PeerId& peer, const std::string& reason) = 0;
};

}  // namespace lanspread::swarm
