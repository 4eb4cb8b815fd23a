#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "base/buffer_pool.h"
#include "content/hash.h"
#include "content/manifest.h"

/// hash_speed THREADS GIGABYTES: how fast chunks are hashed that lie in memory already. Prints bytes a
/// second.
int main(int count, char** arguments)
{
    using namespace lanspread;
    if (count != 3) {
        fmt::print(stderr, "hash_speed THREADS GIGABYTES\n");
        return 2;
    }
    const auto threads = std::strtoul(arguments[1], nullptr, 10);
    const auto chunks =
        static_cast<std::size_t>(std::strtod(arguments[2], nullptr) * 1e9) / content::max_chunk_size;
    // More than any cache holds, as a game is.
    constexpr std::size_t distinct = 256;
    std::vector<Buffer> memory;
    for (std::size_t index = 0; index < distinct; ++index) {
        memory.emplace_back(content::max_chunk_size);
        std::ranges::fill(memory.back().span(), static_cast<std::byte>(index));
    }
    std::atomic<std::size_t> next = 0;
    std::atomic<unsigned> check = 0;  // so that no hash is left out
    const auto began = std::chrono::steady_clock::now();
    {
        std::vector<std::jthread> workers;
        for (unsigned long thread = 0; thread < threads; ++thread) {
            workers.emplace_back([&] {
                for (auto chunk = next++; chunk < chunks; chunk = next++) {
                    check += std::to_integer<unsigned>(
                        content::hash_chunk(memory[chunk % distinct].span()).bytes[0]);
                }
            });
        }
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
    fmt::print("{:.0f} {}\n", static_cast<double>(chunks * content::max_chunk_size) / seconds.count(),
               check.load() % 10);
    return 0;
}
