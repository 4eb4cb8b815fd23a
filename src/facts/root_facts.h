#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "base/safe_path.h"
#include "wire/facts.h"

namespace lanspread::facts {

/// What a game root says of its game.
struct RootFacts {
    wire::GameFacts facts;
    std::optional<SafePath> cover;  ///< the file of `facts.cover`; nothing where that has none
    std::string problem;            ///< why the cover that game.toml names is not there, for people
};

/// Reads `game.toml` and the cover in a game root, following no link. Nothing where there is no game.toml; an
/// error that names the line where it cannot be read. Blocks.
[[nodiscard]] Result<std::optional<RootFacts>> read_root_facts(const std::filesystem::path& root);

/// The bytes of a cover in a game root, if they are still the ones of `cover` (else `unavailable`). Blocks.
[[nodiscard]] Result<Bytes> read_root_cover(const std::filesystem::path& root, const SafePath& file,
                                            const wire::CoverRef& cover);

/// The same of a picture that lies anywhere.
[[nodiscard]] Result<Bytes> read_cover(const std::filesystem::path& file, const wire::CoverRef& cover);

/// What there is to tell of a picture: `invalid_input` where it is none, or is too large.
[[nodiscard]] Result<wire::CoverRef> cover_of(ByteSpan bytes);

}  // namespace lanspread::facts
