#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

#include "base/utf8.h"
#include "catalog/game_row.h"
#include "check.h"
#include "wire/codec.h"

using namespace lanspread;

namespace {

/// Takes the next column from the front of `bytes`: its type, then a length, then that many bytes.
catalog::Field take_field(ByteSpan& bytes)
{
    if (bytes.size() < 2) {
        return std::monostate();
    }
    const auto type = static_cast<unsigned>(bytes[0]) % 4;
    const auto size = std::min(static_cast<std::size_t>(bytes[1]) * 16, bytes.size() - 2);
    const std::string text(as_text(bytes.subspan(2, size)));
    bytes = bytes.subspan(2 + size);
    std::uint64_t number = 0;
    std::memcpy(&number, text.data(), std::min(text.size(), sizeof number));
    switch (type) {
        case 0: return std::monostate();
        case 1: return static_cast<std::int64_t>(number);
        case 2: return std::bit_cast<double>(number);
        default: return text;
    }
}

}  // namespace

/// Whatever stands in the columns, the row is refused, or becomes a game that can be shown and sent.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    auto bytes = input(data, size);
    catalog::GameRow row;
    for (auto* field : {&row.id, &row.title, &row.release, &row.publisher, &row.size, &row.readme_de,
                        &row.readme_en, &row.readme_fr, &row.players, &row.genre, &row.version}) {
        *field = take_field(bytes);
    }
    const catalog::Genres genres{
        {catalog::text_of(row.genre), catalog::genre_of(row.title, row.publisher, row.release)}};
    const auto game = catalog::game_of(row, genres);
    if (!game) {
        check(!game.error().message.empty(), "a refusal has a reason");
        return 0;
    }
    check(wire::check(game->facts).has_value(), "its facts keep to the limits");
    const auto text = wire::encode(game->facts, wire::max_facts_size);
    check(text.has_value(), "its facts can be sent");
    check(wire::decode<wire::GameFacts>(*text, wire::max_facts_size) == game->facts,
          "and come out as they went in");
    check(is_utf8(game->facts.readme.de), "its texts are UTF-8");
    check(game->version.empty() || game->version.size() == 8, "its version is one");
    return 0;
}
