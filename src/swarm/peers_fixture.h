#pragma once

#include <cstdint>

#include "base/digest.h"

/// For the tests of swarm/: peers by number, and the bytes of most chunks.
namespace lanspread::swarm {

inline constexpr std::uint32_t mebibyte = 1024 * 1024;

inline PeerId peer(std::uint8_t number)
{
    PeerId id;
    id.bytes.fill(std::byte{number});
    return id;
}

}  // namespace lanspread::swarm
