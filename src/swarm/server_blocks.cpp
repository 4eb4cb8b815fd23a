#include <algorithm>

#include "async/offload.h"
#include "swarm/block_sums.h"
#include "swarm/server.h"
#include "swarm/upload_turn.h"

/// Parts of chunks, for those who have an older version: the part of Server that answers GetSums and
/// GetRanges. Chunks are read one after the other, so that an answer takes the memory of one.
namespace lanspread::swarm {

namespace {

static_assert(wire::max_block_answer <= content::max_chunk_size);  // it is made in the buffer of a chunk

/// The same parts, those of one chunk together.
std::vector<std::vector<ChunkPart>> by_chunk(const std::vector<ChunkPart>& parts)
{
    std::vector<std::vector<ChunkPart>> groups;
    for (const auto& part : parts) {
        if (groups.empty() || groups.back().front().chunk != part.chunk) {
            groups.emplace_back();
        }
        groups.back().push_back(part);
    }
    return groups;
}

}  // namespace

/// What the question names, if it can be and we have all of it.
template <class Question>
Result<std::vector<ChunkPart>> Server::parts_of(const Question& question) const
{
    const auto manifest = manifest_of(question.content);
    if (!manifest) {
        return fail(ErrorCode::not_found, "that game is not here");
    }
    auto parts = to_parts({question.chunk, question.block, question.runs}, *manifest);
    if (!parts) {
        return parts;
    }
    const auto partial = library_.find(question.content) ? nullptr : partials_.find(question.content);
    if (partial && !std::ranges::all_of(*parts, [&](const ChunkPart& part) {
            return partial->verified().contains(part.chunk);
        })) {
        return fail(ErrorCode::not_found, "not all of these chunks are here");
    }
    return parts;
}

Task<Result<void>> Server::answer(PeerId peer, transport::Stream& stream, wire::GetSums question)
{
    const auto parts = parts_of(question);
    if (!parts) {
        co_return co_await refuse(stream, parts.error());
    }
    const auto size = total_sum_size(*parts, question.block);
    if (size > wire::max_block_answer) {
        co_return co_await refuse(stream, {ErrorCode::invalid_input, "too many sums for one answer"});
    }
    Turn turn(
        *this,
        {.peer = peer, .content = question.content, .chunk = {}, .size = static_cast<std::uint32_t>(size)});
    co_await turn.has_come();
    auto sums = std::make_shared<Bytes>();
    for (const auto& of_chunk : by_chunk(*parts)) {
        const auto buffer = co_await load(question.content, of_chunk.front().chunk);
        if (!buffer) {
            co_return co_await refuse(stream, buffer.error());
        }
        (void)co_await offload(disk_pool_, [sums, buffer = *buffer, of_chunk, block = question.block] {
            for (const auto& part : of_chunk) {
                append_sums(*sums, std::as_const(*buffer).span().subspan(part.offset, part.size), block);
            }
            return true;
        });
    }
    co_return co_await write(stream, {nullptr, std::move(*sums), size});
}

Task<Result<void>> Server::answer(PeerId peer, transport::Stream& stream, wire::GetRanges question)
{
    const auto parts = parts_of(question);
    if (!parts) {
        co_return co_await refuse(stream, parts.error());
    }
    const auto size = total_size(*parts);
    if (size > wire::max_block_answer) {
        co_return co_await refuse(stream, {ErrorCode::invalid_input, "too many bytes for one answer"});
    }
    Turn turn(
        *this,
        {.peer = peer, .content = question.content, .chunk = {}, .size = static_cast<std::uint32_t>(size)});
    co_await turn.has_come();
    const auto answer = buffers_.take();
    std::size_t filled = 0;
    for (const auto& of_chunk : by_chunk(*parts)) {
        const auto buffer = co_await load(question.content, of_chunk.front().chunk);
        if (!buffer) {
            co_return co_await refuse(stream, buffer.error());
        }
        for (const auto& part : of_chunk) {
            std::ranges::copy(std::as_const(**buffer).span().subspan(part.offset, part.size),
                              answer->span().begin() + static_cast<std::ptrdiff_t>(filled));
            filled += part.size;
        }
    }
    auto written = co_await write(stream, {answer, {}, filled});
    if (written) {
        turn.was_sent();
        bytes_served_ += filled;
    }
    co_return written;
}

}  // namespace lanspread::swarm
