#include <algorithm>

#include "async/offload.h"
#include "swarm/manifest_parts.h"
#include "swarm/server.h"
#include "swarm/upload_turn.h"

/// Manifests, whole or what differs of them: the part of Server that answers GetManifest, GetManifestSums and
/// GetManifestRanges.
namespace lanspread::swarm {

namespace {

const Error not_here{ErrorCode::not_found, "that game is not here"};

/// What sums count for in the queue: they are few bytes, but work, so that no more of them are made at once
/// than chunks are sent.
constexpr std::uint32_t weight_of_sums = content::max_chunk_size;

/// The bytes that are meant, as far as there may be so many.
std::uint32_t weight_of(const std::vector<std::uint32_t>& runs)
{
    std::uint64_t size = 0;
    for (std::size_t index = 1; index < runs.size(); index += 2) {
        size += runs[index];
    }
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(size, wire::max_manifest_answer));
}

}  // namespace

Task<Result<void>> Server::answer(PeerId peer, transport::Stream& stream, wire::GetManifest question)
{
    const auto manifest = manifest_of(question.content);
    if (!manifest) {
        co_return co_await refuse(stream, not_here);
    }
    Turn turn(*this, {.peer = peer, .content = question.content, .chunk = {}, .size = 0});
    co_await turn.has_come();
    auto bytes = co_await offload(disk_pool_, [manifest] { return manifest->canonical_bytes(); });
    const auto size = bytes.size();
    co_return co_await write(stream, {nullptr, std::move(bytes), size});
}

Task<Result<void>> Server::answer(PeerId peer, transport::Stream& stream, wire::GetManifestSums question)
{
    return answer_with(
        [items = question.items, runs = std::move(question.runs)](const content::ManifestGroups& groups) {
            return manifest_sums(groups, items, runs);
        },
        stream, {.peer = peer, .content = question.content, .chunk = {}, .size = weight_of_sums});
}

Task<Result<void>> Server::answer(PeerId peer, transport::Stream& stream, wire::GetManifestRanges question)
{
    const auto weight = weight_of(question.runs);
    return answer_with([runs = std::move(question.runs)](
                           const content::ManifestGroups& groups) { return manifest_ranges(groups, runs); },
                       stream, {.peer = peer, .content = question.content, .chunk = {}, .size = weight});
}

/// Answers with what `make` makes of the manifest, on the disk pool and when it is the request's turn.
Task<Result<void>> Server::answer_with(std::function<Result<Bytes>(const content::ManifestGroups&)> make,
                                       transport::Stream& stream, UploadQueue::Request request)
{
    const auto manifest = manifest_of(request.content);
    if (!manifest) {
        co_return co_await refuse(stream, not_here);
    }
    Turn turn(*this, request);
    co_await turn.has_come();
    if (groups_of_ != request.content) {
        groups_ = co_await offload(
            disk_pool_, [manifest] { return std::make_shared<const content::ManifestGroups>(*manifest); });
        groups_of_ = request.content;
    }
    auto bytes =
        co_await offload(disk_pool_, [groups = groups_, make = std::move(make)] { return make(*groups); });
    if (!bytes) {
        co_return co_await refuse(stream, bytes.error());
    }
    const auto size = bytes->size();
    co_return co_await write(stream, {nullptr, std::move(*bytes), size});
}

}  // namespace lanspread::swarm
