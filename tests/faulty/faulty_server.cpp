#include "faulty/faulty_server.h"

#include <fmt/format.h>

#include "base/log.h"
#include "swarm/chunk_set.h"
#include "wire/codec.h"

namespace lanspread::faulty {

namespace {

using transport::Stream;
using Then = Stream::Then;

/// Unused chunk buffers that are kept.
constexpr std::size_t kept_buffers = 8;

/// For an answer to leave: long, because the links of the tests are slow.
TimePoint deadline() { return Clock::now() + std::chrono::seconds(60); }

/// Keeps a stream open until the connection ends, which cancels the caller.
Task<void> hold()
{
    while (true) {
        co_await sleep_for(std::chrono::hours(1));
    }
}

Task<void> refuse(Stream stream)
{
    const auto text = wire::encode(wire::to_failure({ErrorCode::not_found, "that is not here"}));
    (void)co_await stream.write_frame(text.value(), deadline(), Then::finish);
}

/// The manifest of a game of which the first chunk were another.
Bytes other_manifest(const content::Manifest& manifest)
{
    std::vector<ChunkHash> hashes;
    for (std::uint32_t chunk = 0; chunk < manifest.chunk_count(); ++chunk) {
        hashes.push_back(manifest.chunk_hash(chunk));
    }
    hashes.at(0).bytes[0] ^= std::byte{0xff};
    return content::Manifest::make(manifest.game(), manifest.version(), manifest.files(), std::move(hashes))
        .value()
        .canonical_bytes();
}

}  // namespace

FaultyServer::FaultyServer(const library::Library& library, asio::thread_pool& disk_pool, Fault fault)
    : library_(library), fault_(fault), reader_(disk_pool), buffers_(content::max_chunk_size, kept_buffers)
{
}

Task<void> FaultyServer::serve(PeerId peer, Stream stream, party::ContentRequest request)
{
    if (does(Fault::never_answer, peer, "a request")) {
        co_await hold();
    } else if (const auto* manifest = std::get_if<wire::GetManifest>(&request)) {
        co_await answer(peer, std::move(stream), *manifest);
    } else if (const auto* chunk = std::get_if<wire::GetChunk>(&request)) {
        co_await answer(peer, std::move(stream), *chunk);
    } else if (const auto* follow = std::get_if<wire::Follow>(&request)) {
        co_await answer(peer, std::move(stream), *follow);
    } else {
        co_await refuse(std::move(stream));
    }
}

Task<void> FaultyServer::diagnose(PeerId peer, Stream stream)
{
    if (does(Fault::wrong_reach, peer, "a question about the network")) {
        const auto text =
            fmt::format(R"({{"type":"Reach","clock_ms":0,"peers":[{{"id":"{}","name":"\u001b[2J",)"
                        R"("state":"connected","round_trip_us":0,"found_by":[]}}]}})",
                        peer.hex());
        (void)co_await stream.write_frame(text, deadline(), Then::finish);
    }
}

Task<void> FaultyServer::answer(PeerId peer, Stream stream, wire::GetManifest question)
{
    const auto game = library_.find(question.content);
    if (!game) {
        co_return co_await refuse(std::move(stream));
    }
    auto bytes = does(Fault::wrong_manifest, peer, "a manifest") ? other_manifest(*game->manifest)
                                                                 : game->manifest->canonical_bytes();
    if (co_await stream.write_frame(wire::encode(wire::Data{bytes.size()}).value(), deadline())) {
        (void)co_await stream.write(std::move(bytes), deadline(), Then::finish);
    }
}

Task<void> FaultyServer::answer(PeerId peer, Stream stream, wire::GetChunk question)
{
    const auto name = fmt::format("chunk {}", question.chunk);
    const auto game = library_.find(question.content);
    if (!game || question.chunk >= game->manifest->chunk_count() || does(Fault::not_found, peer, name)) {
        co_return co_await refuse(std::move(stream));
    }
    auto buffer = buffers_.take();
    if (!co_await reader_.read(game, question.chunk, buffer)) {
        co_return co_await refuse(std::move(stream));
    }
    if (does(Fault::wrong_bytes, peer, name)) {
        buffer->span()[0] ^= std::byte{0xff};
    }
    const auto size = game->manifest->chunk_size(question.chunk);
    if (!co_await stream.write_frame(wire::encode(wire::Data{size}).value(), deadline())) {
        co_return;
    }
    if (!does(Fault::stall_chunk, peer, name)) {
        (void)co_await stream.write(std::move(buffer), size, deadline(), Then::finish);
    } else if (co_await stream.write(std::move(buffer), size / 2, deadline())) {
        co_await hold();
    }
}

/// Claims all chunks, at once and for ever.
Task<void> FaultyServer::answer(PeerId peer, Stream stream, wire::Follow question)
{
    const auto game = library_.find(question.content);
    if (!game) {
        co_return co_await refuse(std::move(stream));
    }
    auto bits = swarm::ChunkSet::all_of(game->manifest->chunk_count()).to_bytes();
    if (does(Fault::wrong_bitfield, peer, "a bitfield")) {
        bits.insert(bits.end(), sizeof(std::uint64_t), std::byte{0xff});
    }
    if (co_await stream.write_frame(wire::encode(wire::Data{bits.size()}).value(), deadline()) &&
        co_await stream.write(std::move(bits), deadline())) {
        co_await hold();
    }
}

bool FaultyServer::does(Fault fault, const PeerId& peer, std::string_view with) const
{
    if (fault_ != fault) {
        return false;
    }
    log::info("faulty", "fault {} for {}: {}", to_string(fault), peer.hex(), with);
    return true;
}

}  // namespace lanspread::faulty
