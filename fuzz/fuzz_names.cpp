#include "base/address.h"
#include "base/game_id.h"
#include "base/safe_path.h"
#include "base/utf8.h"
#include "check.h"

#include <filesystem>

using namespace lanspread;

namespace {

void check_path(std::string_view text)
{
    const auto path = SafePath::parse(text);
    if (!path) {
        return;
    }
    check(path->text() == text, "a path is taken as it is or not at all");
    const auto joined = std::filesystem::path("/games/x") / path->text();
    check(joined.lexically_normal() == joined && joined.string().starts_with("/games/x/"),
          "a path stays below its folder");
    check(SafePath::parse(path->first_component()).has_value(), "a component of a safe path is safe");
    check(is_utf8(path->case_folded()), "folded text is text");
}

}  // namespace

/// Names and addresses: whatever is accepted is safe, and says the same when it is read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = as_text(input(data, size));
    check_path(text);
    if (const auto id = GameId::parse(text)) {
        check(id->text() == text && !text.contains('/') && SafePath::parse(text).has_value(),
              "a game id is one safe name");
    }
    if (const auto address = Address::parse(text)) {
        check(Address::parse(address->text()) == *address, "an address is read back from its text");
    }
    const auto mended = mend_utf8(text);
    check(is_utf8(mended) && (mended == text) == is_utf8(text),
          "mending changes what is not UTF-8, and only that");
    return 0;
}
