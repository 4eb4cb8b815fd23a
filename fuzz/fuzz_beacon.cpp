#include "check.h"
#include "discovery/beacon_engine.h"

using namespace lanspread;
using namespace lanspread::discovery;

namespace {

const TimePoint start{std::chrono::hours(1)};

/// Everything is signed, so that the fuzzer gets behind the signature.
BeaconKeys trusting_keys()
{
    return {.own = {},
            .sign = [](ByteSpan) { return Result<Signature>(Signature{}); },
            .verify = [](const PublicKey&, ByteSpan, const Signature&) { return true; },
            .id_of = [](const PublicKey& key) { return PeerId{.bytes = key}; }};
}

void check_actions(const BeaconActions& actions)
{
    for (const auto& packet : actions.send) {
        check(packet.bytes.size() <= max_beacon_size, "a packet is not too large");
        check(decode_beacon(packet.bytes).has_value(), "what is sent can be read");
    }
    for (const auto& sighting : actions.found) {
        check(!sighting.addresses.empty() && sighting.addresses.size() <= max_beacon_addresses,
              "who is found can be dialled");
        check(sighting.name.size() <= max_beacon_name, "a name is short");
        for (const auto& address : sighting.addresses) {
            check(address.port != 0 && !address.is_multicast() && !address.is_loopback(),
                  "an address can be dialled");
        }
    }
}

}  // namespace

/// Beacons: what is read says the same when it is written and read again, and the engine comes through it.
/// The input is one packet, or several that each have in front the last byte of their sender's address, and
/// their length in two bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (const auto beacon = decode_beacon(input(data, size))) {
        auto bytes = encode_unsigned(beacon->packet);
        check(bytes == Bytes(beacon->signed_part.begin(), beacon->signed_part.end()),
              "there is one way to write a beacon");
    }
    BeaconEngine engine(
        {.id = {}, .name = "fuzz", .port = 7000, .epoch = 1}, trusting_keys(),
        [](const PeerId&) { return false; }, 0, start, 1);
    const auto own = Address::parse("192.0.2.1").value();
    (void)engine.set_links(
        {{.index = 2, .name = "eth0", .addresses = {{.address = own, .prefix_length = 24}}}}, start);
    auto now = start;
    ByteReader reader(input(data, size));
    while (reader.remaining() >= 3) {
        // Where it comes from, and whether it was sent to everybody.
        const auto last_byte = reader.u8();
        const auto packet = reader.raw(std::min<std::size_t>(reader.u16(), reader.remaining()));
        const auto to = last_byte % 2 == 0 ? Address::v4({255, 255, 255, 255}, 0) : own;
        check_actions(engine.on_packet({.interface = 2,
                                        .from = Address::v4({192, 0, 2, last_byte}, beacon_port),
                                        .to = to,
                                        .bytes = {packet.begin(), packet.end()}},
                                       now));
        now += std::chrono::milliseconds(500);
        check_actions(engine.poll(now));
    }
    check_actions(engine.poll(now + std::chrono::hours(2)));
    return 0;
}
