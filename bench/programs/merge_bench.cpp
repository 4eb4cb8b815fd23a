// What it costs to keep the party library merged: a party is made up, merged, changed, and shown. Prints one
// JSON object with the medians, in microseconds and bytes. Arguments: games, peers, rounds.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <new>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <malloc.h>

#include "runtime/game_model.h"
#include "runtime/party_library.h"
#include "wire/codec.h"

namespace {

/// Of the heap, now: as the allocator counts it.
std::size_t heap_bytes = 0;

}  // namespace

void* operator new(std::size_t size)
{
    void* const memory = std::malloc(size);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    heap_bytes += malloc_usable_size(memory);
    return memory;
}

void operator delete(void* memory) noexcept
{
    heap_bytes -= memory == nullptr ? 0 : malloc_usable_size(memory);
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

namespace lanspread::runtime {
namespace {

using Clock = std::chrono::steady_clock;
using Libraries = std::map<PeerId, PartyLibrary::Entries>;

struct Party {
    Libraries libraries;
    std::map<GameId, CatalogEntry> catalog;
    PeerNames names;
};

/// Most games have one version at most peers; a tenth have an older one at some, and some are being fetched.
Party make_party(std::size_t games, std::size_t peers, std::mt19937_64& random)
{
    Party party;
    for (std::size_t number = 0; number < peers; ++number) {
        PeerId peer;
        std::ranges::generate(peer.bytes, [&] { return std::byte(random()); });
        party.names[peer] = fmt::format("peer-{}", number);
        party.libraries[peer];
    }
    for (std::size_t number = 0; number < games; ++number) {
        const auto id = GameId::parse(fmt::format("game-{:05}", number)).value();
        party.catalog[id] = {.version = "20240101", .size = 1'000'000'000};
        ContentId old_content;
        ContentId content;
        std::ranges::generate(old_content.bytes, [&] { return std::byte(random()); });
        std::ranges::generate(content.bytes, [&] { return std::byte(random()); });
        for (auto& [peer, entries] : party.libraries) {
            const bool is_old = random() % 10 == 0;
            const auto& its_content = is_old ? old_content : content;
            entries[its_content] = {.game = id,
                                    .version = is_old ? "20230101" : "20240101",
                                    .content = its_content,
                                    .size = 1'000'000'000,
                                    .chunks = 1000,
                                    .files = 40,
                                    .complete = random() % 50 != 0,
                                    .facts = wire::FactsHash{}};
        }
    }
    return party;
}

PartyLibrary merge(const Party& party)
{
    PartyLibrary library;
    library.set_catalog(party.catalog);
    for (const auto& [peer, entries] : party.libraries) {
        library.set_library(peer, entries);
    }
    return library;
}

double median_microseconds(std::size_t rounds, const std::function<void()>& work)
{
    std::vector<double> times;
    for (std::size_t round = 0; round < rounds; ++round) {
        const auto start = Clock::now();
        work();
        times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
    }
    std::ranges::nth_element(times, times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2));
    return times[times.size() / 2];
}

std::vector<Game> show(const PartyLibrary& library, const PeerNames& names)
{
    std::vector<Game> games;
    for (const auto& [id, game] : library.games()) {
        games.push_back(to_model(id, {.party = &game}, {.names = names, .language = catalog::Language::en}));
    }
    return games;
}

void measure(std::size_t games, std::size_t peers, std::size_t rounds)
{
    std::mt19937_64 random(1);
    const auto party = make_party(games, peers, random);

    auto before = heap_bytes;
    const auto copy = party.libraries;
    const auto copy_bytes = heap_bytes - before;
    before = heap_bytes;
    auto library = merge(party);
    const auto merged_bytes = heap_bytes - before;

    const auto copying = median_microseconds(rounds, [&] { const Libraries again = party.libraries; });
    const auto merging = median_microseconds(rounds, [&] { const auto again = merge(party); });
    const auto& [peer, entries] = *party.libraries.begin();
    const auto joining = median_microseconds(rounds, [&] {
        library.remove_peer(peer);
        library.set_library(peer, entries);
    });
    const auto same = median_microseconds(rounds, [&] { library.set_library(peer, entries); });
    auto entry = entries.begin();
    const auto delta = median_microseconds(rounds * 100, [&] {
        library.remove(peer, entry->first);
        library.put(peer, entry->second);
        entry = std::next(entry) == entries.end() ? entries.begin() : std::next(entry);
    });
    const auto showing = median_microseconds(rounds, [&] { const auto shown = show(library, party.names); });
    const auto shown = show(library, party.names);
    std::size_t json_bytes = 0;
    const auto encoding = median_microseconds(
        rounds, [&] { json_bytes = wire::encode(shown, std::size_t{64} * 1024 * 1024).value().size(); });

    fmt::print(
        "{{\"games\":{},\"peers\":{},\"copy_us\":{:.1f},\"merge_us\":{:.1f},\"join_us\":{:.1f},"
        "\"same_us\":{:.1f},\"delta_us\":{:.2f},\"show_us\":{:.1f},\"json_us\":{:.1f},"
        "\"copy_bytes\":{},\"merged_bytes\":{},\"json_bytes\":{}}}\n",
        games, peers, copying, merging, joining, same, delta, showing, encoding, copy_bytes, merged_bytes,
        json_bytes);
}

}  // namespace
}  // namespace lanspread::runtime

int main(int argc, char** argv)
{
    const auto argument = [&](int number, std::size_t otherwise) {
        return argc > number ? static_cast<std::size_t>(std::strtoull(argv[number], nullptr, 10)) : otherwise;
    };
    lanspread::runtime::measure(argument(1, 2000), argument(2, 30), argument(3, 21));
    return 0;
}
