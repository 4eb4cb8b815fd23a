#include "runtime/party_network.h"

#include "content/manifest.h"

namespace lanspread::runtime {

namespace {

/// The error for a question that was not answered with data. What a peer says of itself, in whatever code,
/// does not count as wrong bytes.
std::unexpected<Error> no_data(Error error)
{
    if (error.code == ErrorCode::corrupt) {
        error.code = ErrorCode::unavailable;
    }
    return std::unexpected(std::move(error));
}

}  // namespace

std::vector<swarm::Holder> PartyNetwork::holders(const ContentId& content) const
{
    std::vector<swarm::Holder> holders;
    for (const auto& holding : party_.holders(content)) {
        holders.push_back({holding.peer, holding.name});
    }
    return holders;
}

Task<Result<Bytes>> PartyNetwork::fetch_manifest(PeerId peer, ContentId content, TimePoint deadline)
{
    auto answer = co_await party_.request_data(peer, wire::GetManifest{content}, deadline);
    if (!answer) {
        co_return no_data(answer.error());
    }
    auto& [data, stream] = *answer;
    if (data.size > content::max_manifest_size) {
        co_return fail(ErrorCode::corrupt, fmt::format("a manifest of {} bytes (at most {} are accepted)",
                                                       data.size, content::max_manifest_size));
    }
    co_return co_await stream.read_bytes(data.size, deadline);
}

Task<Result<void>> PartyNetwork::fetch_chunk(PeerId peer, ContentId content, std::uint32_t chunk,
                                             SharedBuffer buffer, std::uint32_t size, TimePoint deadline)
{
    auto answer = co_await party_.request_data(peer, wire::GetChunk{content, chunk}, deadline);
    if (!answer) {
        co_return no_data(answer.error());
    }
    auto& [data, stream] = *answer;
    if (data.size != size) {
        co_return fail(ErrorCode::corrupt,
                       fmt::format("chunk {} has {} bytes there rather than {}", chunk, data.size, size));
    }
    co_return co_await stream.read_exactly(std::move(buffer), size, deadline);
}

}  // namespace lanspread::runtime
