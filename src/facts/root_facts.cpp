#include "facts/root_facts.h"

#include <fmt/format.h>

#include "facts/encoded_facts.h"
#include "facts/game_toml.h"
#include "facts/picture.h"
#include "platform/files.h"
#include "platform/folder.h"

namespace lanspread::facts {

namespace {

Result<Bytes> read_whole(const platform::Folder& root, const SafePath& name, std::uint64_t max_size)
{
    const auto file = root.open_file(name);
    const auto stat = file ? file->stat() : fail(file.error());
    if (!stat) {
        return fail(stat.error());
    }
    if (stat->size > max_size) {
        return fail(ErrorCode::invalid_input,
                    fmt::format("it has {} bytes, and at most {} are read", stat->size, max_size));
    }
    Bytes bytes(stat->size);
    auto read = file->read_at(0, bytes);
    return read ? Result<Bytes>(std::move(bytes)) : fail(read.error());
}

Result<Bytes> expect(Result<Bytes> bytes, const wire::CoverRef& cover)
{
    if (bytes && hash_cover(*bytes) != cover.hash) {
        return fail(ErrorCode::unavailable, "the cover is another picture now");
    }
    return bytes;
}

}  // namespace

Result<wire::CoverRef> cover_of(ByteSpan bytes)
{
    if (bytes.size() > wire::max_cover_size) {
        return fail(ErrorCode::invalid_input, fmt::format("a picture of {} bytes, and a cover has at most {}",
                                                          bytes.size(), wire::max_cover_size));
    }
    const auto format = picture_format(bytes);
    if (!format) {
        return fail(ErrorCode::invalid_input, "it is no JPEG or PNG picture");
    }
    return wire::CoverRef{.hash = hash_cover(bytes), .size = bytes.size(), .format = std::string(*format)};
}

Result<std::optional<RootFacts>> read_root_facts(const std::filesystem::path& root)
{
    const auto folder = platform::Folder::open(root);
    if (!folder) {
        return fail(folder.error());
    }
    const auto bytes = read_whole(*folder, SafePath::parse(game_toml_name).value(), max_game_toml_size);
    if (!bytes) {
        return bytes.error().code == ErrorCode::not_found ? Result<std::optional<RootFacts>>()
                                                          : fail(bytes.error());
    }
    auto game = parse_game_toml(as_text(*bytes));
    if (!game) {
        return fail(game.error());
    }
    RootFacts result{.facts = std::move(game->facts), .cover = std::nullopt, .problem = {}};
    if (game->cover) {
        const auto picture = read_whole(*folder, *game->cover, wire::max_cover_size);
        auto cover = picture ? cover_of(*picture) : fail(picture.error());
        if (cover) {
            result.facts.cover = *std::move(cover);
            result.cover = std::move(game->cover);
        } else {
            result.problem = cover.error().in("cover '" + game->cover->text() + "'").message;
        }
    }
    return result;
}

Result<Bytes> read_root_cover(const std::filesystem::path& root, const SafePath& file,
                              const wire::CoverRef& cover)
{
    const auto folder = platform::Folder::open(root);
    return folder ? expect(read_whole(*folder, file, wire::max_cover_size), cover) : fail(folder.error());
}

Result<Bytes> read_cover(const std::filesystem::path& file, const wire::CoverRef& cover)
{
    return expect(platform::read_file(file, wire::max_cover_size), cover);
}

}  // namespace lanspread::facts
