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

/// What the engine does comes to no harm, and to no flood.
class Watcher {
public:
    void check_actions(const Actions& actions)
    {
        for (const auto& action : actions) {
            if (const auto* packet = std::get_if<SendPacket>(&action)) {
                check(decode(packet->bytes).has_value(), "what is sent can be read");
                check(packet->bytes.size() <= max_sent_dns_size, "what is sent fits a frame");
                sent_ += packet->bytes.size();
            }
            if (const auto* found = std::get_if<PeerFound>(&action)) {
                check(!found->sighting.addresses.empty() &&
                          found->sighting.addresses.size() <= Browser::max_addresses,
                      "who is found can be dialled");
                check(found->sighting.name.size() <= 64, "a name is short");
                check(found->sighting.id != PeerId(), "self is no peer");
            }
            renamed_ += std::holds_alternative<Renamed>(action) ? 1U : 0U;
            doubles_ += std::holds_alternative<DoubleSeen>(action) ? 1U : 0U;
        }
    }

    /// After `packets` of `received` bytes in all.
    void check_bounds(std::size_t packets, std::size_t received) const
    {
        check(sent_ <= 40'000 + 4000 * packets + 8 * received, "nobody makes us send much");
        check(renamed_ <= 40 && doubles_ <= 2, "conflicts are few");
    }

private:
    std::size_t sent_ = 0;
    std::size_t renamed_ = 0;
    std::size_t doubles_ = 0;
};

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
    Watcher watcher;
    std::size_t packets = 0;
    const auto neighbour = Address::parse("192.0.2.9:5353").value();
    auto now = start;
    ByteReader reader(input(data, size));
    while (reader.remaining() >= 2 && now < start + std::chrono::minutes(1)) {
        const auto packet = reader.raw(std::min<std::size_t>(reader.u16(), reader.remaining()));
        ++packets;
        watcher.check_actions(engine.on_packet({.interface = 2,
                                                .from = neighbour,
                                                .was_multicast = true,
                                                .bytes = {packet.begin(), packet.end()}},
                                               now));
        now += std::chrono::milliseconds(500);
        watcher.check_actions(engine.poll(now));
    }
    watcher.check_actions(engine.poll(now + std::chrono::hours(2)));
    watcher.check_bounds(packets, size);
    return 0;
}
