#include "check.h"
#include "facts/encoded_facts.h"
#include "facts/game_toml.h"

using namespace lanspread;

/// Whatever is accepted as a game.toml can be told to others, and says the same when it is written and read
/// again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto game = facts::parse_game_toml(as_text(input(data, size)));
    if (!game) {
        check(game.error().code == ErrorCode::invalid_input && game.error().message.starts_with("line "),
              "a refusal names the line");
        return 0;
    }
    check(facts::encode_facts(game->facts).has_value(), "it can be told");
    const auto written = facts::write_game_toml(*game);
    if (written) {  // it may have grown beyond the limit, by what has to be escaped
        check(facts::parse_game_toml(*written) == game, "and says the same when it is written");
    }
    return 0;
}
