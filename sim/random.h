#pragma once

#include <cstdint>
#include <initializer_list>

namespace lanspread::sim {

/// A number by chance that is always the same for the same three (Steele, Lea, Flood, "Fast Splittable
/// Pseudorandom Number Generators", 2014: the mixing of SplitMix64). The standard library's distributions
/// differ from one library to another; what a seed means must not.
[[nodiscard]] constexpr std::uint64_t mixed(std::uint64_t seed, std::uint64_t first = 0,
                                            std::uint64_t second = 0)
{
    std::uint64_t value = seed;
    for (const auto part : {first, second}) {
        value += 0x9e3779b97f4a7c15 + part;
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        value ^= value >> 31;
    }
    return value;
}

/// Numbers by chance, one after the other, from a seed.
class Random {
public:
    explicit Random(std::uint64_t seed) : seed_(seed) {}

    /// From 0 up to but without `bound`, which is not 0.
    [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return mixed(seed_, ++count_) % bound; }
    /// From `least` up to but without `bound`.
    [[nodiscard]] double between(double least, double bound)
    {
        constexpr double steps = 1ULL << 53;
        return least + (bound - least) * static_cast<double>(mixed(seed_, ++count_) >> 11) / steps;
    }
    [[nodiscard]] bool happens(double probability) { return between(0, 1) < probability; }

private:
    std::uint64_t seed_;
    std::uint64_t count_ = 0;
};

}  // namespace lanspread::sim
