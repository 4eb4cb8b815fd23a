#pragma once

#include <utility>
#include <vector>

#include "party/peer_book.h"

/// What the tests of PeerBook begin with.
namespace lanspread::party::peer_book_tests {

using namespace std::chrono_literals;
using Left = PeerBook::Left;

inline const TimePoint start{1000s};
inline constexpr double no_jitter = 0;

inline PeerId peer_id(std::size_t number)
{
    PeerId id;
    id.bytes[0] = std::byte(number >> 8);
    id.bytes[1] = std::byte(number & 0xff);
    return id;
}

inline const auto self = peer_id(1);
inline const auto other = peer_id(2);
inline const Error no_answer{ErrorCode::timed_out, "no answer"};

inline Address address(std::uint8_t last, std::uint16_t port = 7000)
{
    return Address::v4({10, 0, 0, last}, port);
}

inline void sight(PeerBook& book, const PeerId& peer, TimePoint now,
                  std::vector<Address> addresses = {address(2)})
{
    book.sighted("mdns", "eth0", peer, "bob", addresses, now);
}

}  // namespace lanspread::party::peer_book_tests
