#pragma once

#include <string_view>

#include <boost/asio/thread_pool.hpp>

#include "base/buffer_pool.h"
#include "faulty/fault.h"
#include "library/chunk_reader.h"
#include "library/library.h"
#include "party/party.h"

namespace lanspread::faulty {

/// Answers what others ask of the games, wrongly in the way of its fault, and logs each time that it did:
/// "fault wrong-bytes for PEER: chunk 7". Lives on the library's thread; library and disk pool outlive it,
/// and it outlives its coroutines.
class FaultyServer {
public:
    FaultyServer(const library::Library& library, asio::thread_pool& disk_pool, Fault fault);

    /// Answers on `stream`, on which `request` was read.
    [[nodiscard]] Task<void> serve(PeerId peer, transport::Stream stream, party::ContentRequest request);

    /// Answers a question about the network, whatever it is, or drops it.
    [[nodiscard]] Task<void> diagnose(PeerId peer, transport::Stream stream);

private:
    [[nodiscard]] Task<void> answer(PeerId peer, transport::Stream stream, wire::GetManifest question);
    [[nodiscard]] Task<void> answer(PeerId peer, transport::Stream stream, wire::GetChunk question);
    [[nodiscard]] Task<void> answer(PeerId peer, transport::Stream stream, wire::Follow question);
    [[nodiscard]] bool does(Fault fault, const PeerId& peer, std::string_view with) const;

    const library::Library& library_;
    Fault fault_;
    library::ChunkReader reader_;
    BufferPool buffers_;
};

}  // namespace lanspread::faulty
