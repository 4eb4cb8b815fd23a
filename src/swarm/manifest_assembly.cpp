#include "swarm/manifest_assembly.h"

#include "content/hash.h"
#include "wire/manifest_parts.h"

namespace lanspread::swarm {

namespace {

const Error wrong_marks{ErrorCode::corrupt, "the sums are not those of what was asked for"};

}  // namespace

std::vector<content::ManifestRange> ManifestAssembly::missing() const
{
    std::vector<content::ManifestRange> ranges;
    std::uint32_t offset = 0;
    for (const auto& piece : pieces_) {
        if (!piece.in_old) {
            ranges.push_back({.offset = offset, .size = piece.size});
        }
        offset += piece.size;
    }
    return ranges;
}

std::uint32_t ManifestAssembly::missing_size() const
{
    std::uint32_t size = 0;
    for (const auto& piece : pieces_) {
        size += piece.in_old ? 0 : piece.size;
    }
    return size;
}

/// Appends the group, to the last piece where it goes on.
void ManifestAssembly::add(std::vector<Piece>& pieces, std::uint64_t mark, const OldGroups& old)
{
    const auto size = content::size_in_mark(mark);
    const auto found = old.find(mark);
    const auto in_old = found == old.end() ? std::nullopt : std::optional(found->second);
    if (!pieces.empty()) {
        auto& last = pieces.back();
        const bool goes_on = in_old ? last.in_old && *last.in_old + last.size == *in_old
                                    : !last.in_old && last.size + size <= wire::max_manifest_answer;
        if (goes_on) {
            last.size += size;
            return;
        }
    }
    pieces.push_back({.size = size, .in_old = in_old});
}

Result<void> ManifestAssembly::match(ByteSpan marks, std::uint32_t items)
{
    OldGroups old;
    for (const auto& group : old_.cut(old_.whole(), items)) {
        old.emplace(group.mark, group.range.offset);
    }
    ByteReader reader(marks);
    auto matched = pieces_.empty() ? match_first(reader, old) : match_missing(reader, old);
    if (matched && reader.remaining() > 0) {
        return fail(wrong_marks);
    }
    return matched;
}

Result<void> ManifestAssembly::match_first(ByteReader& marks, const OldGroups& old)
{
    while (marks.remaining() > 0) {
        const auto mark = marks.u64();
        const auto size = content::size_in_mark(mark);
        if (marks.failed() || size == 0 || size > content::max_manifest_size - size_) {
            return fail(wrong_marks);
        }
        size_ += size;
        add(pieces_, mark, old);
    }
    return pieces_.empty() ? fail(wrong_marks) : Result<void>();
}

Result<void> ManifestAssembly::match_missing(ByteReader& marks, const OldGroups& old)
{
    std::vector<Piece> pieces;
    for (const auto& piece : pieces_) {
        if (piece.in_old) {
            pieces.push_back(piece);
            continue;
        }
        for (auto left = piece.size; left > 0;) {
            const auto mark = marks.u64();
            const auto size = content::size_in_mark(mark);
            if (marks.failed() || size == 0 || size > left) {
                return fail(wrong_marks);
            }
            left -= size;
            add(pieces, mark, old);
        }
    }
    pieces_ = std::move(pieces);
    return {};
}

Result<Bytes> ManifestAssembly::fill(ByteSpan bytes, const ContentId& content) const
{
    Bytes all;
    all.reserve(size_);
    for (const auto& piece : pieces_) {
        if (!piece.in_old && bytes.size() < piece.size) {
            return fail(ErrorCode::corrupt, "the manifest's parts are not all there");
        }
        const auto its = piece.in_old ? ByteSpan(old_.bytes()).subspan(*piece.in_old, piece.size)
                                      : bytes.first(piece.size);
        all.insert(all.end(), its.begin(), its.end());
        bytes = piece.in_old ? bytes : bytes.subspan(piece.size);
    }
    if (content::hash_manifest(all) != content) {
        return fail(ErrorCode::corrupt, "put together, the manifest is not that of the content");
    }
    return all;
}

}  // namespace lanspread::swarm
