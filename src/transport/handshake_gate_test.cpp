#include "transport/handshake_gate.h"

#include <array>

#include <gtest/gtest.h>

namespace lanspread::transport {
namespace {

using Verdict = HandshakeGate::Verdict;

Address host(std::uint8_t last, std::uint16_t port = 7000) { return Address::v4({10, 0, 0, last}, port); }

class HandshakeGateTest : public ::testing::Test {
protected:
    HandshakeGate gate;
    std::array<char, 64> handshakes{};  // their addresses name them
    std::size_t begun = 0;

    const void* begin(const Address& remote, bool is_proven)
    {
        EXPECT_EQ(gate.judge(remote, is_proven), Verdict::accept);
        gate.began(&handshakes[begun], remote, is_proven);
        return &handshakes[begun++];
    }

    void fill_with_unproven()
    {
        for (std::uint8_t number = 0; number < HandshakeGate::max_unproven; ++number) {
            begin(host(number), false);
        }
    }
};

TEST_F(HandshakeGateTest, asks_for_a_proof_once_half_of_the_room_is_taken_by_addresses_without_one)
{
    fill_with_unproven();
    EXPECT_EQ(gate.judge(host(100), false), Verdict::prove);
    EXPECT_EQ(gate.judge(host(100), true), Verdict::accept);
}

TEST_F(HandshakeGateTest, takes_an_answer_for_a_proof)
{
    const auto* first = begin(host(50), false);
    for (std::uint8_t number = 1; number < HandshakeGate::max_unproven; ++number) {
        begin(host(number), false);
    }
    EXPECT_EQ(gate.judge(host(100), false), Verdict::prove);
    gate.proved(first);
    gate.proved(first);
    EXPECT_EQ(gate.judge(host(100), false), Verdict::accept);
    begin(host(100), false);
    EXPECT_EQ(gate.judge(host(101), false), Verdict::prove);
}

TEST_F(HandshakeGateTest, ignores_the_proven_while_it_is_full_and_lets_them_in_when_one_has_ended)
{
    fill_with_unproven();
    const void* last = nullptr;
    for (auto number = HandshakeGate::max_unproven; number < HandshakeGate::max_at_once; ++number) {
        last = begin(host(static_cast<std::uint8_t>(number)), true);
    }
    EXPECT_EQ(gate.judge(host(100), true), Verdict::ignore);
    EXPECT_EQ(gate.judge(host(100), false), Verdict::prove) << "it learns that somebody is there";
    gate.ended(last);
    gate.ended(last);
    EXPECT_EQ(gate.judge(host(100), true), Verdict::accept);
}

TEST_F(HandshakeGateTest, leaves_room_for_others_when_one_host_begins_many)
{
    for (std::uint16_t port = 0; port < HandshakeGate::max_of_host; ++port) {
        begin(host(1, 1000 + port), true);
    }
    EXPECT_EQ(gate.judge(host(1, 9), true), Verdict::ignore);
    EXPECT_EQ(gate.judge(host(2), true), Verdict::accept);
}

}  // namespace
}  // namespace lanspread::transport
