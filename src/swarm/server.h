#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <variant>

#include <boost/asio/thread_pool.hpp>

#include "async/signal.h"
#include "async/task.h"
#include "base/buffer_pool.h"
#include "content/manifest_groups.h"
#include "library/chunk_reader.h"
#include "library/library.h"
#include "swarm/block_parts.h"
#include "swarm/partial_content.h"
#include "swarm/rate_limiter.h"
#include "swarm/upload_queue.h"
#include "transport/stream.h"
#include "wire/blocks.h"
#include "wire/manifest_parts.h"
#include "wire/messages.h"

namespace lanspread::swarm {

/// Answers what other peers ask of our games, the complete ones and what our downloads have so far:
/// manifests and chunks, parts of these and their sums, and which chunks there are. UploadQueue decides whose
/// turn it is; how fast a chunk goes out is the stream's back-pressure. Lives on the core thread; what it is
/// given outlives it, and it outlives its coroutines.
class Server {
public:
    using Question = std::variant<wire::GetManifest, wire::GetManifestSums, wire::GetManifestRanges,
                                  wire::GetChunk, wire::GetSums, wire::GetRanges, wire::Follow>;

    struct Options {
        UploadOptions uploads{};
        Duration write_timeout = std::chrono::seconds(30);
        /// How long what there is to tell a follower is gathered.
        Duration have_interval = std::chrono::milliseconds(50);
        RateLimiter* upload_limit = nullptr;  ///< of chunks; outlives the server; null: none
        /// A game's files are not what they were when they were hashed: it wants a rescan.
        std::function<void(const GameId&)> on_changed_on_disk;
    };

    Server(const library::Library& library, const PartialContents& partials, asio::thread_pool& disk_pool,
           Options options);

    /// The service: lets those who wait have their turn when only time has passed. Until it is cancelled.
    [[nodiscard]] Task<void> run();

    /// Writes the answer to `question` on `stream`, on which it was read: wire::Data and the bytes (for
    /// Follow the bitfield, then wire::Have for as long as there is something to tell), wire::Elsewhere, or
    /// wire::Failure (`not_found`: we do not have that; `unavailable`: its file has changed, or is being put
    /// in place; `invalid_input`: it names what cannot be). Ends when the peer has all of it, is gone, or
    /// takes nothing for too long.
    [[nodiscard]] Task<void> serve(PeerId peer, transport::Stream stream, Question question);

    /// Closes the files that are kept open below a game root, when the game is gone or has been replaced:
    /// what is deleted takes its room on the disk until it is closed.
    void forget(const std::filesystem::path& root) { reader_.forget(root); }
    /// The content is not served any more.
    void forget(const ContentId& content) { queue_.forget(content); }
    /// Suspends the caller until nothing of the content is on its way to anybody any more, or the deadline
    /// has passed: for who is about to delete it, once it is no longer here for new requests.
    [[nodiscard]] Task<void> let_transfers_end(ContentId content, TimePoint deadline);
    /// The peer is gone: what it was given may be given to others.
    void peer_left(const PeerId& peer) { queue_.peer_left(peer); }

    /// Bytes of chunks that were handed to the transport since the start.
    [[nodiscard]] std::uint64_t bytes_served() const { return bytes_served_; }

private:
    class Turn;
    /// What follows an answer: a chunk in a shared buffer, or other bytes.
    struct Payload {
        SharedBuffer buffer;
        Bytes bytes;
        std::size_t size = 0;
    };

    [[nodiscard]] Task<Result<void>> answer(PeerId peer, transport::Stream& stream,
                                            wire::GetManifest question);
    [[nodiscard]] Task<Result<void>> answer(PeerId peer, transport::Stream& stream,
                                            wire::GetManifestSums question);
    [[nodiscard]] Task<Result<void>> answer(PeerId peer, transport::Stream& stream,
                                            wire::GetManifestRanges question);
    [[nodiscard]] Task<Result<void>> answer_with(
        std::function<Result<Bytes>(const content::ManifestGroups&)> make, transport::Stream& stream,
        UploadQueue::Request request);
    [[nodiscard]] Task<Result<void>> answer(PeerId peer, transport::Stream& stream, wire::GetChunk question);
    [[nodiscard]] Task<Result<void>> answer(PeerId peer, transport::Stream& stream, wire::GetSums question);
    [[nodiscard]] Task<Result<void>> answer(PeerId peer, transport::Stream& stream, wire::GetRanges question);
    [[nodiscard]] Task<Result<void>> answer(PeerId peer, transport::Stream& stream, wire::Follow question);
    template <class Question>
    [[nodiscard]] Result<std::vector<ChunkPart>> parts_of(const Question& question) const;
    [[nodiscard]] Task<Result<void>> write(transport::Stream& stream, Payload payload);
    [[nodiscard]] Task<Result<void>> refuse(transport::Stream& stream, Error error);

    [[nodiscard]] std::shared_ptr<const content::Manifest> manifest_of(const ContentId& content) const;
    [[nodiscard]] Task<Result<SharedBuffer>> load(ContentId content, std::uint32_t chunk,
                                                  std::vector<content::ChunkRange> ranges);
    void admit();

    const library::Library& library_;
    const PartialContents& partials_;
    asio::thread_pool& disk_pool_;
    Options options_;
    library::ChunkReader reader_;
    BufferPool buffers_;
    UploadQueue queue_;
    /// Of the manifest that was asked for parts last: everybody who updates asks for the same.
    std::shared_ptr<const content::ManifestGroups> groups_;
    ContentId groups_of_;
    std::map<UploadQueue::Ticket, Turn*> turns_;  // of the coroutines that wait or serve
    Signal somebody_waits_;
    Signal transfer_has_ended_;
    std::uint64_t bytes_served_ = 0;
};

}  // namespace lanspread::swarm
