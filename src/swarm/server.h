#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <variant>

#include <boost/asio/thread_pool.hpp>

#include "async/task.h"
#include "base/buffer_pool.h"
#include "library/chunk_reader.h"
#include "library/library.h"
#include "swarm/fair_queue.h"
#include "transport/stream.h"
#include "wire/messages.h"

namespace lanspread::swarm {

/// Answers what other peers ask of our games: manifests and chunks of those that are complete, fairly between
/// the peers. A bounded number of chunks is in memory at once; how fast one goes out is the stream's
/// back-pressure. Lives on the library's thread; library and disk pool outlive it, and it outlives its
/// coroutines.
class Server {
public:
    using Question = std::variant<wire::GetManifest, wire::GetChunk>;

    struct Options {
        FairQueue::Limits limits{};
        Duration write_timeout = std::chrono::seconds(30);
        /// A game's files are not what they were when they were hashed: it wants a rescan.
        std::function<void(const GameId&)> on_changed_on_disk;
    };

    Server(const library::Library& library, asio::thread_pool& disk_pool, Options options);

    /// Writes the answer to `question` on `stream`, on which it was read: wire::Data and the bytes, or
    /// wire::Failure
    /// (`not_found`: we do not have that; `unavailable`: its file has changed). Ends when the peer has all of
    /// it, is gone, or takes nothing for too long.
    [[nodiscard]] Task<void> serve(PeerId peer, transport::Stream stream, Question question);

    /// Closes the files that are kept open below a game root, when the game is gone or has been replaced:
    /// what is deleted takes its room on the disk until it is closed.
    void forget(const std::filesystem::path& root) { reader_.forget(root); }

private:
    class Turn;
    struct Payload;

    [[nodiscard]] Task<Result<Payload>> load(wire::GetManifest question);
    [[nodiscard]] Task<Result<Payload>> load(wire::GetChunk question);
    void admit();

    const library::Library& library_;
    asio::thread_pool& disk_pool_;
    Options options_;
    library::ChunkReader reader_;
    BufferPool buffers_;
    FairQueue queue_;
    std::map<FairQueue::Ticket, Turn*> turns_;  // of the coroutines that wait or serve
};

}  // namespace lanspread::swarm
