#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "runtime/party_library.h"

namespace lanspread::runtime {
namespace {

PeerId peer(unsigned number)
{
    PeerId peer;
    peer.bytes[0] = std::byte(number);
    return peer;
}

LocalCopy copy_of(const wire::GameEntry& entry)
{
    return {.version = entry.version, .content = entry.content, .size = entry.size, .files = entry.files};
}

/// What everybody has, as it would be told anew.
struct World {
    std::map<PeerId, PartyLibrary::Entries> libraries;
    std::map<GameId, LocalCopy> here;
    std::map<GameId, CatalogEntry> catalog;

    [[nodiscard]] PartyLibrary merged() const
    {
        PartyLibrary library;
        for (const auto& [peer, entries] : libraries) {
            library.set_library(peer, entries);
        }
        for (const auto& [game, copy] : here) {
            library.set_local(game, copy);
        }
        library.set_catalog(catalog);
        return library;
    }
};

/// Few of each, so that they meet.
wire::GameEntry any_entry()
{
    wire::GameEntry entry{.game = GameId::parse("game" + std::to_string(*rc::gen::inRange(0, 4))).value(),
                          .version = "2024010" + std::to_string(*rc::gen::inRange(1, 4)),
                          .content = {},
                          .size = *rc::gen::inRange<std::uint64_t>(0, 3),
                          .complete = *rc::gen::arbitrary<bool>()};
    entry.content.bytes[0] = std::byte(*rc::gen::inRange(0, 5));
    return entry;
}

/// One thing happens, to the library and to the world.
void happen(PartyLibrary& library, World& world)
{
    const auto who = peer(*rc::gen::inRange(0U, 4U));
    const auto entry = any_entry();
    switch (*rc::gen::inRange(0, 7)) {
        case 0:
        case 1:
            library.put(who, entry);
            world.libraries[who].insert_or_assign(entry.content, entry);
            break;
        case 2:
            library.remove(who, entry.content);
            world.libraries[who].erase(entry.content);
            break;
        case 3:
            library.remove_peer(who);
            world.libraries.erase(who);
            break;
        case 4: {
            const auto other = any_entry();
            world.libraries[who] = {{entry.content, entry}, {other.content, other}};
            library.set_library(who, world.libraries[who]);
            break;
        }
        case 5:
            library.set_local(entry.game, copy_of(entry));
            world.here.insert_or_assign(entry.game, copy_of(entry));
            break;
        default:
            if (*rc::gen::arbitrary<bool>()) {
                library.set_local(entry.game, {});
                world.here.erase(entry.game);
            } else {
                world.catalog = {{entry.game, {.version = entry.version}}};
                library.set_catalog(world.catalog);
            }
    }
}

RC_GTEST_PROP(PartyLibraryProperties, whatever_changed_in_whatever_order_only_what_holds_at_the_end_counts,
              ())
{
    PartyLibrary library;
    World world;
    const auto steps = *rc::gen::inRange(0, 60);
    for (int step = 0; step < steps; ++step) {
        happen(library, world);
        RC_ASSERT(library.games() == world.merged().games());
    }
}

}  // namespace
}  // namespace lanspread::runtime
