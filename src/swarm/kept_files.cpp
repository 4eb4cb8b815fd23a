#include "swarm/kept_files.h"

#include <algorithm>

#include <fmt/format.h>

#include "content/find_file.h"
#include "facts/game_toml.h"

namespace lanspread::swarm {

Result<facts::KeptPaths> kept_by(const PartialFolder& folder, const content::Manifest& manifest)
{
    if (content::find_file(manifest, facts::game_toml_name) == nullptr) {
        return facts::KeptPaths();
    }
    const auto name = known_safe(facts::game_toml_name);
    return facts::KeptPaths::read(folder.files.stat(name) ? folder.files : folder.root);
}

Result<void> check_kept(const std::filesystem::path& games_folder, const content::Manifest& manifest)
{
    const auto folder = PartialFolder::open(games_folder, manifest.game(), manifest.content_id());
    if (!folder) {
        return fail(folder.error());
    }
    const auto kept = kept_by(*folder, manifest);
    if (!kept) {
        return fail(kept.error().in(manifest.game().text()));
    }
    const auto is_refused = [&](const content::ManifestFile& file) {
        return kept->covers(file.path.text()) || kept->has_below(file.path.text());
    };
    const auto found = std::ranges::find_if(manifest.files(), is_refused);
    return found == manifest.files().end()
               ? Result<void>()
               : fail(
                     ErrorCode::refused,
                     fmt::format("{} {}: {} is a file of the package, and its {} says that the player writes "
                                 "there: whoever made it has to make it anew",
                                 manifest.game().text(), manifest.version(), found->path.text(),
                                 facts::game_toml_name));
}

}  // namespace lanspread::swarm
