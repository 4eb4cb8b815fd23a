#include <algorithm>

#include "async/offload.h"
#include "swarm/block_sums.h"
#include "swarm/server.h"
#include "swarm/upload_turn.h"

/// Parts of chunks, for those who have an older version: the part of Server that answers GetSums and
/// GetRanges. Read is only what is asked for, one chunk after the other, so that an answer takes the memory
/// of one. What is little to send may be much to read (sums, many small parts): for every few megabytes of
/// that the asker waits for its turn anew, as if it were sent so much.
namespace lanspread::swarm {

namespace {

static_assert(wire::max_block_answer <= content::max_chunk_size);  // it is made in the buffer of a chunk

/// What is read in one turn; a part costs a look at the disk however small it is.
constexpr std::uint64_t max_read_in_a_turn = 4 * content::max_chunk_size;
constexpr std::uint32_t least_cost = 16 * 1024;

/// Bytes that count as read for these parts.
std::uint32_t cost_of(std::span<const ChunkPart> parts)
{
    std::uint32_t cost = 0;
    for (const auto& part : parts) {
        cost += std::max(part.size, least_cost);
    }
    return cost;
}

/// The same parts, each group of which is read in one turn. No part is larger than a chunk.
std::vector<std::vector<ChunkPart>> by_turn(const std::vector<ChunkPart>& parts)
{
    std::vector<std::vector<ChunkPart>> groups;
    std::uint64_t cost = 0;  // of the last group
    for (const auto& part : parts) {
        const auto its = cost_of({&part, 1});
        if (groups.empty() || cost + its > max_read_in_a_turn) {
            groups.emplace_back();
            cost = 0;
        }
        groups.back().push_back(part);
        cost += its;
    }
    return groups;
}

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

std::vector<content::ChunkRange> ranges_of(const std::vector<ChunkPart>& parts)
{
    std::vector<content::ChunkRange> ranges;
    for (const auto& part : parts) {
        ranges.push_back({.offset = part.offset, .size = part.size});
    }
    return ranges;
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
    const auto size = total_sum_size(*parts, question.piece);
    if (size > wire::max_block_answer) {
        co_return co_await refuse(stream, {ErrorCode::invalid_input, "too many sums for one answer"});
    }
    auto sums = std::make_shared<Bytes>();
    for (const auto& of_turn : by_turn(*parts)) {
        Turn turn(*this, {.peer = peer, .content = question.content, .chunk = {}, .size = cost_of(of_turn)});
        co_await turn.has_come();
        for (const auto& of_chunk : by_chunk(of_turn)) {
            const auto buffer = co_await load(question.content, of_chunk.front().chunk, ranges_of(of_chunk));
            if (!buffer) {
                co_return co_await refuse(stream, buffer.error());
            }
            (void)co_await offload(disk_pool_, [sums, buffer = *buffer, of_chunk, piece = question.piece] {
                for (const auto& part : of_chunk) {
                    append_sums(*sums, std::as_const(*buffer).span().subspan(part.offset, part.size), piece);
                }
                return true;
            });
        }
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
    SharedBuffer answer;  // from the first turn on: who waits for it takes no memory
    std::size_t filled = 0;
    const auto turns = by_turn(*parts);
    for (const auto& of_turn : turns) {
        // In the last one it is sent, too.
        const bool is_last = &of_turn == &turns.back();
        Turn turn(*this, {.peer = peer,
                          .content = question.content,
                          .chunk = {},
                          .size = is_last ? static_cast<std::uint32_t>(size) : cost_of(of_turn)});
        co_await turn.has_come();
        if (!answer) {
            answer = buffers_.take();
        }
        for (const auto& of_chunk : by_chunk(of_turn)) {
            const auto buffer = co_await load(question.content, of_chunk.front().chunk, ranges_of(of_chunk));
            if (!buffer) {
                co_return co_await refuse(stream, buffer.error());
            }
            for (const auto& part : of_chunk) {
                std::ranges::copy(std::as_const(**buffer).span().subspan(part.offset, part.size),
                                  answer->span().begin() + static_cast<std::ptrdiff_t>(filled));
                filled += part.size;
            }
        }
        if (is_last) {
            auto written = co_await write(stream, {answer, {}, filled});
            if (written) {
                turn.was_sent();
                bytes_served_ += filled;
            }
            co_return written;
        }
    }
    co_return co_await write(stream, {nullptr, {}, 0});  // nothing was meant
}

}  // namespace lanspread::swarm
