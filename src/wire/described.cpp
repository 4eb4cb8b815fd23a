#include "base/utf8.h"
#include "wire/described_reader.h"
#include "wire/described_writer.h"

#include <fmt/format.h>

namespace lanspread::wire {

Result<void> write_text(JsonWriter& writer, std::string_view value, const MemberPath& path)
{
    const auto text = mend_utf8(value);
    if (text.size() > max_string_size) {
        return path.fail(ErrorCode::refused,
                         fmt::format("{} bytes, at most {} are read", text.size(), max_string_size));
    }
    writer.string(text);
    return {};
}

Result<void> write_game(JsonWriter& writer, const GameId& value, const MemberPath& path)
{
    if (value.text().empty()) {
        return path.fail(ErrorCode::refused, "no game id");
    }
    writer.string(value.text());
    return {};
}

Result<void> write_address(JsonWriter& writer, const Address& value, const MemberPath& path)
{
    if (value.port == 0) {
        return path.fail(ErrorCode::refused, "an address without a port");
    }
    // The scope is the number of one of our network cards: nobody else's business, and no use to them.
    writer.string(Address{.ip = value.ip, .port = value.port}.text());
    return {};
}

Result<void> check_list_size(std::size_t size, const MemberPath& path)
{
    if (size > max_list_size) {
        return path.fail(ErrorCode::refused,
                         fmt::format("{} elements, at most {} are read", size, max_list_size));
    }
    return {};
}

Result<GameId> read_game(JsonValue value, const MemberPath& path)
{
    const auto text = value.string(path);
    if (!text) {
        return fail(text.error());
    }
    auto game = GameId::parse(*text);
    return game ? game : path.fail(ErrorCode::invalid_input, game.error().message);
}

Result<Address> read_address(JsonValue value, const MemberPath& path)
{
    const auto text = value.string(path);
    if (!text) {
        return fail(text.error());
    }
    auto address = Address::parse(*text);
    if (!address) {
        return path.fail(ErrorCode::invalid_input, address.error().message);
    }
    if (address->port == 0 || address->scope != 0 || text->contains('%')) {
        return path.fail(ErrorCode::invalid_input, "expected an address with a port and without a scope");
    }
    return address;
}

Result<std::array<std::byte, 32>> read_digest(JsonValue value, const MemberPath& path)
{
    const auto text = value.string(path);
    if (!text) {
        return fail(text.error());
    }
    std::array<std::byte, 32> bytes;
    if (!from_hex(*text, bytes)) {
        return path.fail(ErrorCode::invalid_input, "expected 64 hex digits");
    }
    return bytes;
}

}  // namespace lanspread::wire
