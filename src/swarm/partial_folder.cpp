#include "swarm/partial_folder.h"
#include "content/private_folders.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

namespace lanspread::swarm {

namespace {

constexpr std::string_view repair_name = "repair";
constexpr std::string_view downloads_folder = ".lanspread/download";

std::string partial_name(const ContentId& content)
{
    return fmt::format("{}/{}", downloads_folder, content.hex());
}

/// Whether one of the manifest's files lies in the folder `name`.
bool is_folder_of(const content::Manifest& manifest, std::string_view name)
{
    const auto inside = std::string(name) + '/';
    const auto first = std::ranges::lower_bound(
        manifest.files(), inside, {},
        [](const content::ManifestFile& file) -> const std::string& { return file.path.text(); });
    return first != manifest.files().end() && first->path.text().starts_with(inside);
}

Result<bool> is_there(const std::filesystem::path& games_folder, const std::string& name)
{
    const auto games = platform::Folder::open(games_folder);
    const auto entry = games ? games->stat(known_safe(name)) : fail(games.error());
    if (!entry) {
        return entry.error().code == ErrorCode::not_found ? Result<bool>(false) : fail(entry.error());
    }
    return true;
}

}  // namespace

SafePath known_safe(std::string_view text)
{
    auto path = SafePath::parse(text);
    if (!path) {
        throw std::logic_error(fmt::format("an unsafe name where none can be: {}", path.error().message));
    }
    return std::move(*path);
}

std::string_view parent_of(std::string_view path)
{
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

Result<PartialFolder> PartialFolder::open(const std::filesystem::path& games_folder, const GameId& game,
                                          const ContentId& content)
{
    const auto games = platform::Folder::open(games_folder);
    if (!games) {
        return fail(games.error().in("games folder"));
    }
    const auto root_name = known_safe(game.text());
    if (auto made = games->make_folders(root_name); !made) {
        return fail(made.error().in("games folder"));
    }
    auto root = games->open_folder(root_name);
    if (!root) {
        return fail(root.error().in("games folder"));
    }
    const auto name = partial_name(content);
    const auto files_name = known_safe(name + "/files");
    if (auto made = root->make_folders(files_name); !made) {
        return fail(made.error().in(game.text()));
    }
    auto partial = root->open_folder(known_safe(name));
    auto files = root->open_folder(files_name);
    if (!partial || !files) {
        return fail((partial ? files.error() : partial.error()).in(game.text()));
    }
    return PartialFolder{std::move(*root), std::move(*partial), std::move(*files)};
}

Result<void> remove_partial(const std::filesystem::path& games_folder, const GameId& game,
                            const ContentId& content)
{
    const auto games = platform::Folder::open(games_folder);
    if (!games) {
        return fail(games.error().in("games folder"));
    }
    const auto root_name = known_safe(game.text());
    const auto root = games->open_folder(root_name);
    if (!root) {
        return root.error().code == ErrorCode::not_found ? Result<void>() : fail(root.error());
    }
    if (auto removed = root->remove_tree(known_safe(partial_name(content))); !removed) {
        return fail(removed.error().in(game.text()));
    }
    for (const auto folder : {downloads_folder, content::own_folder}) {
        if (const auto removed = root->remove_empty_folder(known_safe(folder)); !removed || !*removed) {
            return removed ? Result<void>() : fail(removed.error().in(game.text()));
        }
    }
    const auto removed = games->remove_empty_folder(root_name);
    return removed ? Result<void>() : fail(removed.error());
}

Result<void> mark_as_repair(const PartialFolder& folder)
{
    return folder.partial.write_atomically(known_safe(repair_name), {});
}

Result<bool> is_repair(const std::filesystem::path& games_folder, const GameId& game,
                       const ContentId& content)
{
    return is_there(games_folder, fmt::format("{}/{}/{}", game.text(), partial_name(content), repair_name));
}

Result<bool> has_sentinel(const std::filesystem::path& games_folder, const GameId& game)
{
    return is_there(games_folder, fmt::format("{}/{}", game.text(), content::sentinel_name));
}

std::set<std::string_view> folders_of(const content::Manifest& manifest)
{
    std::set<std::string_view> folders;
    for (const auto& file : manifest.files()) {
        for (auto name = parent_of(file.path.text()); !name.empty() && folders.insert(name).second;) {
            name = parent_of(name);
        }
    }
    return folders;
}

Result<std::vector<platform::Entry>> list_files(const platform::Folder& files,
                                                const content::Manifest& manifest)
{
    auto entries = files.list_tree(std::numeric_limits<std::size_t>::max(),
                                   [&](std::string_view name) { return !is_folder_of(manifest, name); });
    if (entries) {
        std::erase_if(*entries, [&](const platform::Entry& entry) {
            return entry.kind == platform::EntryKind::folder && is_folder_of(manifest, entry.name);
        });
    }
    return entries;
}

}  // namespace lanspread::swarm
