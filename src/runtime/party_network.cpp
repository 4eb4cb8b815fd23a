#include "runtime/party_network.h"

#include <algorithm>
#include <chrono>
#include <variant>

#include "content/manifest.h"
#include "runtime/no_data.h"
#include "wire/codec.h"

namespace lanspread::runtime {

namespace {

/// For a bitfield to cross a slow link.
constexpr std::chrono::seconds bitfield_patience{20};
/// A peer that sends more than one Have in that time is read no faster. The honest ones need a multiple of
/// it.
constexpr std::chrono::milliseconds min_have_interval{10};
/// The longest frame of a Have: what its lists may hold, in JSON.
constexpr std::size_t max_have_size = 64 * 1024;

Result<wire::Have> read_have(std::string_view frame, std::uint32_t chunks)
{
    auto have = wire::decode<wire::Have>(frame, max_have_size);
    if (!have) {
        return have;
    }
    const auto is_beyond = [chunks](std::uint32_t chunk) { return chunk >= chunks; };
    if (std::ranges::any_of(have->chunks, is_beyond)) {
        return fail(ErrorCode::corrupt, "it names chunks that there are not");
    }
    return have;
}

}  // namespace

std::vector<swarm::Holder> PartyNetwork::holders(const ContentId& content) const
{
    std::vector<swarm::Holder> holders;
    for (const auto& holding : party_.holders(content)) {
        holders.push_back({holding.peer, holding.name, holding.entry.complete});
    }
    return holders;
}

Task<Result<Bytes>> PartyNetwork::fetch_manifest(PeerId peer, ContentId content, TimePoint deadline)
{
    return fetch_at_most(peer, wire::GetManifest{content}, content::max_manifest_size, deadline);
}

Task<Result<Bytes>> PartyNetwork::fetch_manifest_sums(PeerId peer, ContentId content, std::uint32_t items,
                                                      std::vector<std::uint32_t> runs, TimePoint deadline)
{
    return fetch_at_most(peer,
                         wire::GetManifestSums{.content = content, .items = items, .runs = std::move(runs)},
                         wire::max_manifest_answer, deadline);
}

Task<Result<Bytes>> PartyNetwork::fetch_manifest_ranges(PeerId peer, ContentId content,
                                                        std::vector<std::uint32_t> runs, std::uint32_t size,
                                                        TimePoint deadline)
{
    return fetch_exactly(peer, wire::GetManifestRanges{.content = content, .runs = std::move(runs)}, size,
                         deadline);
}

Task<Result<swarm::Fetched>> PartyNetwork::fetch_chunk(PeerId peer, ContentId content, std::uint32_t chunk,
                                                       SharedBuffer buffer, std::uint32_t size,
                                                       transport::Patience patience)
{
    auto answer = co_await party_.request(peer, wire::GetChunk{content, chunk}, patience.first_byte);
    if (!answer) {
        co_return no_data(answer.error());
    }
    const auto head = wire::decode_answer<std::variant<wire::Data, wire::Elsewhere>>(answer->frame);
    if (!head) {
        co_return no_data(head.error());
    }
    if (const auto* elsewhere = std::get_if<wire::Elsewhere>(&*head)) {
        co_return elsewhere->peer;
    }
    if (const auto& data = std::get<wire::Data>(*head); data.size != size) {
        co_return fail(ErrorCode::corrupt,
                       fmt::format("chunk {} has {} bytes there rather than {}", chunk, data.size, size));
    }
    const transport::Patience rest{.first_byte = Clock::now() + patience.stall, .stall = patience.stall};
    const auto read = co_await answer->stream.read_exactly(std::move(buffer), size, rest);
    co_return read ? Result<swarm::Fetched>(std::nullopt) : fail(read.error());
}

Task<Result<Bytes>> PartyNetwork::fetch_sums(PeerId peer, ContentId content, swarm::BlockRuns blocks,
                                             std::uint32_t piece, std::uint32_t size, TimePoint deadline)
{
    return fetch_exactly(peer,
                         wire::GetSums{.content = content,
                                       .chunk = blocks.chunk,
                                       .block = blocks.block,
                                       .piece = piece,
                                       .runs = std::move(blocks.runs)},
                         size, deadline);
}

Task<Result<Bytes>> PartyNetwork::fetch_ranges(PeerId peer, ContentId content, swarm::BlockRuns blocks,
                                               std::uint32_t size, TimePoint deadline)
{
    return fetch_exactly(
        peer,
        wire::GetRanges{
            .content = content, .chunk = blocks.chunk, .block = blocks.block, .runs = std::move(blocks.runs)},
        size, deadline);
}

/// An answer that nobody knows the size of beforehand.
Task<Result<Bytes>> PartyNetwork::fetch_at_most(PeerId peer, party::ContentRequest request,
                                                std::uint64_t max_size, TimePoint deadline)
{
    auto answer = co_await party_.request_data(peer, std::move(request), deadline);
    if (!answer) {
        co_return no_data(answer.error());
    }
    auto& [data, stream] = *answer;
    if (data.size > max_size) {
        co_return fail(ErrorCode::corrupt,
                       fmt::format("an answer of {} bytes (at most {} are accepted)", data.size, max_size));
    }
    co_return co_await stream.read_bytes(data.size, deadline);
}

/// An answer that must have `size` bytes.
Task<Result<Bytes>> PartyNetwork::fetch_exactly(PeerId peer, party::ContentRequest request,
                                                std::uint32_t size, TimePoint deadline)
{
    auto answer = co_await party_.request_data(peer, std::move(request), deadline);
    if (!answer) {
        co_return no_data(answer.error());
    }
    auto& [data, stream] = *answer;
    if (data.size != size) {
        co_return fail(ErrorCode::corrupt,
                       fmt::format("an answer of {} bytes rather than {}", data.size, size));
    }
    co_return co_await stream.read_bytes(size, deadline);
}

Task<Result<void>> PartyNetwork::follow(PeerId peer, ContentId content, std::uint32_t chunks,
                                        swarm::FollowSink* sink)
{
    const auto deadline = Clock::now() + bitfield_patience;
    auto answer = co_await party_.request_data(peer, wire::Follow{content}, deadline);
    if (!answer) {
        co_return no_data(answer.error());
    }
    auto& [data, stream] = *answer;
    if (const auto size = swarm::ChunkSet::none_of(chunks).to_bytes().size(); data.size != size) {
        co_return fail(ErrorCode::corrupt,
                       fmt::format("a bitfield of {} bytes rather than {}", data.size, size));
    }
    const auto bytes = co_await stream.read_bytes(data.size, deadline);
    if (!bytes) {
        co_return fail(bytes.error());
    }
    auto has = swarm::ChunkSet::from_bytes(*bytes, chunks);
    if (!has) {
        co_return fail(ErrorCode::corrupt, "a bitfield with chunks that there are not");
    }
    sink->bitfield(std::move(*has));
    while (true) {
        const auto next_read = Clock::now() + min_have_interval;
        const auto frame = co_await stream.read_frame_or_end(max_have_size, TimePoint::max());
        if (!frame) {
            co_return fail(frame.error());
        }
        if (!*frame) {
            co_return Result<void>();
        }
        auto have = read_have(**frame, chunks);
        if (!have) {
            co_return fail(have.error());
        }
        sink->have(std::move(have->chunks));
        if (Clock::now() < next_read) {  // hardly ever: an empty sleep would cost more than the news
            co_await sleep_until(next_read);
        }
    }
}

}  // namespace lanspread::runtime
