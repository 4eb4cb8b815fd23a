#pragma once

#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "platform/folder.h"

namespace lanspread::facts {

/// What the player writes in a game root, as `keeps` of its game.toml names it (docs/own-games.md). It is
/// never a part of the package: not hashed, sent, moved or deleted. Names are compared as where case is
/// ignored, so that a package is the same on every system. A value.
class KeptPaths {
public:
    KeptPaths() = default;
    /// What is no SafePath counts for nothing, nor does what makes a folder a package: `version.ini` and
    /// `game.toml`.
    explicit KeptPaths(std::span<const std::string> keeps);
    /// As the game.toml says that lies in `folder`; none where there is no such file, or it is no game.toml.
    /// An error where its bytes cannot be had. Blocks.
    [[nodiscard]] static Result<KeptPaths> read(const platform::Folder& folder);

    [[nodiscard]] bool empty() const { return folded_.empty(); }
    /// Whether the player writes it, or a folder that it lies in. Takes any text.
    [[nodiscard]] bool covers(std::string_view path) const;
    /// Whether something below that folder is kept.
    [[nodiscard]] bool has_below(std::string_view folder) const;

private:
    std::set<std::string, std::less<>> folded_;
};

}  // namespace lanspread::facts
