#include "catalog/cover_folder.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "base/utf8.h"
#include "facts/root_facts.h"
#include "platform/folder.h"
#include "platform/paths.h"

namespace lanspread::catalog {

namespace {

constexpr std::size_t max_covers = 20'000;
constexpr std::array<std::string_view, 3> endings = {"jpg", "jpeg", "png"};

struct Candidate {
    ListedCover cover;
    std::size_t rank = 0;  ///< of its ending; the least wins
};

/// The cover that an entry of the folder is, if it is one.
std::optional<Candidate> candidate_of(const platform::Entry& entry)
{
    const auto dot = entry.name.rfind('.');
    if (entry.kind != platform::EntryKind::file || dot == std::string::npos) {
        return std::nullopt;
    }
    const auto ending = case_folded(std::string_view(entry.name).substr(dot + 1));
    const auto* found = std::ranges::find(endings, ending.value_or(""));
    const auto id = GameId::parse(std::string_view(entry.name).substr(0, dot));
    if (found == endings.end() || !id) {
        return std::nullopt;
    }
    return Candidate{{*id, entry.name, entry.stat}, static_cast<std::size_t>(found - endings.begin())};
}

}  // namespace

Result<std::vector<ListedCover>> list_covers(const std::filesystem::path& folder)
{
    const auto opened = platform::Folder::open(folder);
    const auto entries = opened ? opened->list() : fail(opened.error());
    if (!entries) {
        return fail(entries.error());
    }
    std::map<GameId, Candidate> best;
    for (const auto& entry : *entries) {
        auto candidate = candidate_of(entry);
        if (!candidate || best.size() >= max_covers) {
            continue;
        }
        const auto [place, is_new] = best.try_emplace(candidate->cover.id, *candidate);
        if (!is_new && candidate->rank < place->second.rank) {
            place->second = *std::move(candidate);
        }
    }
    std::vector<ListedCover> covers;
    for (auto& [id, candidate] : best) {
        covers.push_back(std::move(candidate.cover));
    }
    return covers;
}

Result<CoverFile> identify_cover(const std::filesystem::path& folder, const ListedCover& cover)
{
    const auto path = folder / platform::to_path(cover.name);
    const auto bytes = platform::read_file(path, wire::max_cover_size);
    if (!bytes) {
        return fail(bytes.error());
    }
    if (bytes->size() != cover.stat.size) {
        return fail(ErrorCode::unavailable, fmt::format("{}: it is being written", platform::to_utf8(path)));
    }
    const auto ref = facts::cover_of(*bytes);
    return ref ? Result<CoverFile>(CoverFile{.path = path, .ref = *ref})
               : fail(ref.error().in(platform::to_utf8(path)));
}

}  // namespace lanspread::catalog
