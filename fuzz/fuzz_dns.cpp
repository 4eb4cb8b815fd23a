#include "check.h"
#include "discovery/mdns_engine.h"

using namespace lanspread;
using namespace lanspread::discovery;

namespace {

const TimePoint start{std::chrono::hours(1)};

void give_link(MdnsEngine& engine)
{
    const auto own = Address::parse("192.0.2.1").value();
    (void)engine.set_links(
        {{.index = 2, .name = "eth0", .addresses = {{.address = own, .prefix_length = 24}}}}, start);
}

void check_sent(const Actions& actions)
{
    for (const auto& action : actions) {
        if (const auto* packet = std::get_if<SendPacket>(&action)) {
            check(decode(packet->bytes).has_value(), "what is sent can be read");
        }
        if (const auto* found = std::get_if<PeerFound>(&action)) {
            check(!found->sighting.addresses.empty() &&
                      found->sighting.addresses.size() <= Browser::max_addresses,
                  "who is found can be dialled");
            check(found->sighting.name.size() <= 64, "a name is short");
        }
    }
}

}  // namespace

/// DNS packets: what is read says the same when it is written and read again, and the engine comes through
/// it. The input is one packet, or several that each have their length, in two bytes, in front, where these
/// add up.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (const auto message = decode(input(data, size))) {
        const auto bytes = encode(*message);
        const auto again = decode(bytes);
        check(bytes.size() > max_dns_size || (again && *again == *message),
              "a message survives being written");
    }
    MdnsEngine engine({.id = {}, .name = "fuzz", .port = 7000}, 1);
    give_link(engine);
    const auto neighbour = Address::parse("192.0.2.9:5353").value();
    auto now = start;
    ByteReader reader(input(data, size));
    while (reader.remaining() >= 2 && now < start + std::chrono::minutes(1)) {
        const auto packet = reader.raw(std::min<std::size_t>(reader.u16(), reader.remaining()));
        check_sent(engine.on_packet({.interface = 2,
                                     .from = neighbour,
                                     .was_multicast = true,
                                     .bytes = {packet.begin(), packet.end()}},
                                    now));
        now += std::chrono::milliseconds(500);
        check_sent(engine.poll(now));
    }
    check_sent(engine.poll(now + std::chrono::hours(2)));
    return 0;
}
