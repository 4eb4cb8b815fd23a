#include "check.h"
#include "wire/blocks.h"
#include "wire/codec.h"
#include "wire/diagnosis.h"
#include "wire/manifest_parts.h"

using namespace lanspread;

namespace {

template <class T>
void check_round_trip(std::string_view text)
{
    const auto message = wire::decode<T>(text);
    if (!message) {
        check(message.error().code == ErrorCode::invalid_input && !message.error().message.empty(),
              "a refusal has a reason");
        return;
    }
    const auto written = wire::encode(*message);
    check(written.has_value(), "what was read can be written");
    const auto again = wire::decode<T>(*written);
    check(again.has_value(), "what was written can be read");
    check(wire::encode(*again) == *written, "and says the same");
}

}  // namespace

/// Whatever text is accepted as a message says the same when it is written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace wire;
    const auto text = as_text(input(data, size));
    check_round_trip<
        std::variant<Hello, LibrarySnapshot, LibraryDelta, LibraryAck, Ping, Pong, Goodbye, GetPeers, Peers,
                     GetManifest, GetManifestSums, GetManifestRanges, GetChunk, GetSums, GetRanges, Follow,
                     Have, Elsewhere, Data, Failure, GetReach, Reach, DialBack, DialledBack, TestSpeed,
                     SpeedTested, SendFiller, GetFacts, GetCover, GameFacts>>(text);
    check_round_trip<std::vector<GameEntry>>(text);
    (void)decode_answer<Data>(text);
    check(head_of_hello(text).has_value() || !decode<Hello>(text), "what is a Hello has the head of one");
    return 0;
}
