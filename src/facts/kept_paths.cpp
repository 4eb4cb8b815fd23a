#include "facts/kept_paths.h"

#include "base/bytes.h"
#include "base/safe_path.h"
#include "base/utf8.h"
#include "content/manifest.h"
#include "facts/game_toml.h"

namespace lanspread::facts {

KeptPaths::KeptPaths(std::span<const std::string> keeps)
{
    for (const auto& path : keeps) {
        const auto safe = SafePath::parse(path);
        auto folded = safe ? safe->case_folded() : std::string();
        if (!folded.empty() && folded != content::sentinel_name && folded != game_toml_name) {
            folded_.insert(std::move(folded));
        }
    }
}

Result<KeptPaths> KeptPaths::read(const platform::Folder& folder)
{
    const auto name = SafePath::parse(game_toml_name).value();
    const auto there = folder.stat(name);
    if (!there && there.error().code != ErrorCode::not_found) {
        return fail(there.error());
    }
    if (!there || there->kind != platform::EntryKind::file || there->stat.size > max_game_toml_size) {
        return KeptPaths();
    }
    const auto file = folder.open_file(name);
    Bytes text(there->stat.size);
    if (const auto read = file ? file->read_at(0, text) : fail(file.error()); !read) {
        return fail(read.error().in(game_toml_name));
    }
    const auto game = parse_game_toml(as_text(text));
    return game ? KeptPaths(game->facts.keeps) : KeptPaths();
}

bool KeptPaths::covers(std::string_view path) const
{
    const auto folded = folded_.empty() ? std::nullopt : case_folded(path);
    if (!folded) {
        return false;
    }
    for (auto rest = std::string_view(*folded);;) {
        if (folded_.contains(rest)) {
            return true;
        }
        const auto slash = rest.rfind('/');
        if (slash == std::string_view::npos) {
            return false;
        }
        rest = rest.substr(0, slash);
    }
}

bool KeptPaths::has_below(std::string_view folder) const
{
    const auto folded = case_folded(folder);
    const auto inside = folded ? *folded + '/' : std::string();
    const auto next = folded_.lower_bound(inside);
    return folded && next != folded_.end() && next->starts_with(inside);
}

}  // namespace lanspread::facts
