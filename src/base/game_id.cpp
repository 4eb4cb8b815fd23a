#include "base/game_id.h"

#include "base/safe_path.h"
#include "base/utf8.h"

#include <fmt/format.h>

namespace lanspread {

namespace {

constexpr std::size_t max_id_size = 64;

}  // namespace

Result<GameId> GameId::parse(std::string_view text)
{
    if (text.size() > max_id_size || text.contains('/')) {
        return fail(
            ErrorCode::invalid_input,
            fmt::format("game id '{}': expected one name of at most 64 bytes", clip_utf8(text, max_id_size)));
    }
    if (const auto path = SafePath::parse(text); !path) {
        return fail(path.error().in("game id"));
    }
    GameId id;
    id.text_ = text;
    return id;
}

}  // namespace lanspread
