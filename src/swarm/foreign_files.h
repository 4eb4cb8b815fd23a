#pragma once

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "content/manifest.h"
#include "facts/kept_paths.h"
#include "swarm/partial_folder.h"

namespace lanspread::swarm {

/// Folders, so that what lies deeper comes before what it lies in.
using FoldersToClear = std::set<std::string, std::greater<>>;

/// Adds all folders that `path` lies in.
void add_parents(std::string_view path, FoldersToClear& folders);
/// Removes those that are empty, and not kept.
[[nodiscard]] Result<void> clear(const platform::Folder& root, const FoldersToClear& folders,
                                 const facts::KeptPaths& kept);

/// What lies in a game root where a version is to be put in place, and is of neither that version nor the one
/// that it replaces: a game or its player wrote it. It is moved to `.lanspread/extra`, never deleted; what is
/// kept is not touched. Blocks.
class ForeignFiles {
public:
    /// All outlive it; `old` is null where nothing is replaced.
    ForeignFiles(const PartialFolder& folder, std::filesystem::path root_path,
                 const content::Manifest& wanted, const content::Manifest* old, const facts::KeptPaths& kept)
        : folder_(folder), root_path_(std::move(root_path)), wanted_(wanted), old_(old), kept_(kept)
    {
    }

    /// While the old version is still whole: `refused` where something cannot be moved, and has to be.
    [[nodiscard]] Result<void> check() const;
    /// Moves them, and removes folders in whose place the version has a file. Returns what was moved, by its
    /// path in the root.
    [[nodiscard]] Result<std::vector<std::string>> move_aside() const;

private:
    [[nodiscard]] Result<std::vector<platform::Entry>> list() const;
    [[nodiscard]] bool is_aside(std::string_view name) const;
    [[nodiscard]] bool is_wanted(std::string_view name) const;
    [[nodiscard]] bool is_below_wanted_file(std::string_view name) const;
    [[nodiscard]] bool is_foreign(const SafePath& path) const;
    [[nodiscard]] bool was_not_in_old(const SafePath& path) const;

    const PartialFolder& folder_;
    std::filesystem::path root_path_;
    const content::Manifest& wanted_;
    const content::Manifest* old_;
    const facts::KeptPaths& kept_;
};

}  // namespace lanspread::swarm
