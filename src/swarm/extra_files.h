#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "platform/folder.h"

namespace lanspread::swarm {

/// Moves what lies in a game root and does not belong to the game to `.lanspread/extra`: it may be somebody's
/// savegame, so it is never deleted. Where that folder is there already, `.lanspread/extra-2` and so on is
/// made, so that nothing is replaced. Blocks.
class ExtraFiles {
public:
    /// `root` outlives it.
    explicit ExtraFiles(const platform::Folder& root) : root_(root) {}

    /// A file or a link by its path in the root. `refused` where the name is one that we cannot make.
    [[nodiscard]] Result<void> move_aside(const std::string& name);
    /// By their paths in the root, in the order in which they were moved.
    [[nodiscard]] const std::vector<std::string>& moved() const { return moved_; }

private:
    const platform::Folder& root_;
    std::string folder_;  ///< empty before the first
    std::vector<std::string> moved_;
};

}  // namespace lanspread::swarm
