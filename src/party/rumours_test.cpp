#include "party/rumours.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace lanspread::party {
namespace {

using namespace std::chrono_literals;

const TimePoint start{1000s};

PeerId peer_id(std::size_t number)
{
    PeerId id;
    id.bytes[0] = std::byte(number >> 8);
    id.bytes[1] = std::byte(number & 0xff);
    return id;
}

const auto anna = peer_id(1);
const auto mallory = peer_id(2);

/// A host for each number.
Address address(std::size_t number, std::uint16_t port = 7000)
{
    return Address::v4({10, 1, static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)},
                       port);
}

constexpr std::size_t all = 100;
bool everybody(const PeerId&) { return true; }

/// Lets every dial fail at once until `end`. Gives how many there were, and to how many addresses.
struct Vain {
    std::size_t dials = 0;
    std::size_t addresses = 0;
};
Vain fail_all(Rumours& rumours, TimePoint from, TimePoint end, ErrorCode code = ErrorCode::timed_out)
{
    Vain vain;
    for (auto now = from; now < end; now += 50ms) {
        for (const auto& dial : rumours.next_dials(now, everybody, all)) {
            ++vain.dials;
            vain.addresses += dial.addresses.size();
            rumours.failed(dial.peer, code, now);
        }
    }
    return vain;
}

TEST(Rumours, are_dialled_and_end_when_the_peer_is_reached)
{
    Rumours rumours;
    rumours.heard(anna, peer_id(9), {address(9), address(10)}, start);
    EXPECT_EQ(rumours.told_by(anna), std::vector{peer_id(9)});
    EXPECT_TRUE(rumours.told_by(mallory).empty()) << "who may have something else to say";
    const auto dials = rumours.next_dials(start, everybody, all);
    ASSERT_EQ(dials.size(), 1U);
    EXPECT_EQ(dials[0].peer, peer_id(9));
    EXPECT_EQ(dials[0].addresses, (std::vector{address(9), address(10)}));
    EXPECT_TRUE(rumours.next_dials(start, everybody, all).empty());
    rumours.reached(peer_id(9), address(9), start);
    EXPECT_EQ(rumours.size(), 0U);
    rumours.failed(peer_id(9), ErrorCode::timed_out,
                   start);  // it was reached in another way, and the dial ends afterwards
    EXPECT_EQ(rumours.next_due(), TimePoint::max());
}

TEST(Rumours, of_somebody_who_is_looked_after_already_wait)
{
    Rumours rumours;
    rumours.heard(anna, peer_id(9), {address(9)}, start);
    EXPECT_TRUE(rumours.next_dials(start, [](const PeerId&) { return false; }, all).empty());
    EXPECT_GT(rumours.next_due(), start);
    EXPECT_EQ(rumours.next_dials(rumours.next_due(), everybody, all).size(), 1U);
}

TEST(Rumours, are_given_up_after_three_dials_in_vain_and_believed_again_later)
{
    Rumours rumours;
    const std::vector addresses{address(9)};
    rumours.heard(anna, peer_id(9), addresses, start);
    EXPECT_EQ(fail_all(rumours, start, start + 5min).dials, 3U);
    rumours.heard(anna, peer_id(9), addresses, start + 5min);
    EXPECT_EQ(fail_all(rumours, start + 5min, start + 6min).dials, 0U);
    (void)fail_all(rumours, start + 6min, start + 20min);
    EXPECT_EQ(rumours.size(), 0U);
    rumours.heard(anna, peer_id(9), addresses, start + 2h);
    EXPECT_GE(fail_all(rumours, start + 2h, start + 2h + 1min).dials, 1U);
}

TEST(Rumours, of_one_teller_do_not_hide_what_another_one_says)
{
    Rumours rumours;
    rumours.heard(mallory, peer_id(9), {address(1)}, start);
    (void)fail_all(rumours, start, start + 10s);
    rumours.heard(anna, peer_id(9), {address(9)}, start + 10s);
    const auto dials = rumours.next_dials(start + 10s, everybody, all);
    ASSERT_EQ(dials.size(), 1U);
    EXPECT_EQ(dials[0].addresses, std::vector{address(9)});
    EXPECT_EQ(dials[0].teller, anna);
}

TEST(Rumours, are_corrected_by_who_told_them)
{
    Rumours rumours;
    rumours.heard(anna, peer_id(9), {address(1)}, start);
    (void)fail_all(rumours, start, start + 10s);
    rumours.heard(anna, peer_id(9), {address(9)}, start + 10s);
    ASSERT_EQ(rumours.next_dials(start + 10s, everybody, all).size(), 1U);
}

TEST(Rumours, that_are_lies_about_a_host_do_not_hide_who_lives_there)
{
    for (const auto code : {ErrorCode::timed_out, ErrorCode::refused}) {
        Rumours rumours;
        for (std::size_t number = 0; number < 40; ++number) {
            rumours.heard(mallory, peer_id(100 + number), {address(9)}, start);
        }
        (void)fail_all(rumours, start, start + 2min, code);
        rumours.heard(anna, peer_id(9), {address(9)}, start + 2min);
        auto now = start + 2min;
        bool is_dialled = false;
        for (; !is_dialled && now < start + 4min; now += 100ms) {
            for (const auto& dial : rumours.next_dials(now, everybody, all)) {
                is_dialled = is_dialled || dial.peer == peer_id(9);
                if (dial.peer != peer_id(9)) {
                    rumours.failed(dial.peer, code, now);
                }
            }
        }
        EXPECT_TRUE(is_dialled);
        EXPECT_LE(now, start + 2min + 31s);
    }
}

TEST(Rumours, of_who_is_banned_are_forgotten)
{
    Rumours rumours;
    rumours.heard(mallory, peer_id(9), {address(9)}, start);
    rumours.heard(anna, peer_id(9), {address(9)}, start);
    rumours.heard(mallory, peer_id(8), {address(8)}, start);
    rumours.forget(mallory);
    EXPECT_EQ(rumours.size(), 1U);
    rumours.forget(peer_id(9));
    EXPECT_EQ(rumours.size(), 0U);
    EXPECT_EQ(rumours.next_due(), TimePoint::max());
}

TEST(Rumours, that_failed_wait_behind_those_that_did_not)
{
    Rumours rumours;
    for (std::size_t number = 0; number < 20; ++number) {
        rumours.heard(mallory, peer_id(100 + number), {address(number)}, start);
    }
    for (const auto& dial : rumours.next_dials(start, everybody, all)) {
        rumours.failed(dial.peer, ErrorCode::timed_out, start);
    }
    rumours.heard(anna, peer_id(9), {address(99)}, start + 10s);
    for (const auto& dial : rumours.next_dials(start + 10s, everybody, 8)) {
        EXPECT_TRUE(dial.peer == peer_id(9) || dial.addresses != std::vector{address(0)})
            << "first attempts first";
    }
    EXPECT_TRUE(rumours.next_dials(start + 10s, everybody, 8).empty());
}

TEST(Rumours, that_failed_wait_behind_those_that_did_not_though_they_are_due_for_longer)
{
    Rumours rumours;
    rumours.heard(mallory, peer_id(100), {address(1)}, start);
    ASSERT_EQ(rumours.next_dials(start, everybody, all).size(), 1U);
    rumours.failed(peer_id(100), ErrorCode::timed_out, start);
    rumours.heard(anna, peer_id(9), {address(99)}, start, 5s);
    const auto dials = rumours.next_dials(start + 10s, everybody, 1);
    ASSERT_EQ(dials.size(), 1U);
    EXPECT_EQ(dials[0].peer, peer_id(9));
}

TEST(Rumours, that_one_invents_fill_nothing_and_cost_few_dials)
{
    Rumours rumours;
    Vain vain;
    for (std::size_t number = 0; number < 6000; ++number) {  // ten a second
        const auto now = start + number * 100ms;
        rumours.heard(mallory, peer_id(100 + number), {address(number)}, now);
        vain.dials += fail_all(rumours, now, now + 100ms).dials;
        EXPECT_LE(rumours.size(), 256U);
    }
    EXPECT_LE(vain.dials, 32U + 600 / 10 + 1);
    rumours.heard(anna, peer_id(9), {address(9)}, start + 600s);
    const auto dials = rumours.next_dials(start + 600s, everybody, all);
    EXPECT_TRUE(std::ranges::any_of(dials, [](const auto& dial) { return dial.peer == peer_id(9); }))
        << "who tells the truth is heard beside";
}

TEST(Rumours, that_many_invent_leave_room_for_the_truth)
{
    Rumours rumours;
    for (std::size_t teller = 10; teller < 20; ++teller) {
        for (std::size_t number = 0; number < 300; ++number) {
            rumours.heard(peer_id(teller), peer_id(1000 * teller + number), {address(number)}, start);
        }
    }
    EXPECT_EQ(rumours.size(), 1024U);
    for (std::size_t number = 0; number < 30; ++number) {
        rumours.heard(anna, peer_id(100 + number), {address(5000 + number)}, start);
        EXPECT_EQ(rumours.told_by(anna).size(), number + 1);
    }
    EXPECT_EQ(rumours.size(), 1024U);
}

TEST(Rumours, do_not_turn_the_party_upon_somebody)
{
    Rumours rumours;
    for (std::size_t number = 0; number < 3000; ++number) {  // many liars, one victim, all its ports
        rumours.heard(peer_id(3 + number % 50), peer_id(100 + number),
                      {address(7, static_cast<std::uint16_t>(1 + number)),
                       address(7, static_cast<std::uint16_t>(10000 + number))},
                      start);
    }
    EXPECT_LE(rumours.next_dials(start, everybody, all).size(), 2U);
    Rumours again;
    for (std::size_t number = 0; number < 3000; ++number) {
        again.heard(peer_id(3 + number % 50), peer_id(100 + number),
                    {address(7, static_cast<std::uint16_t>(1 + number % 9999))}, start);
    }
    EXPECT_LE(fail_all(again, start, start + 10min).dials, 4 * 10 + 6U)
        << "two, and then one for each new teller now and then";
}

TEST(Rumours, of_many_peers_on_one_host_are_dialled_where_one_of_them_has_answered)
{
    Rumours rumours;
    for (std::uint16_t number = 0; number < 20; ++number) {
        rumours.heard(anna, peer_id(100 + number), {address(7, 7000 + number)}, start);
    }
    const auto first = rumours.next_dials(start, everybody, all);
    ASSERT_EQ(first.size(), 2U);
    rumours.reached(first[0].peer, first[0].addresses[0], start + 1ms);
    rumours.reached(first[1].peer, first[1].addresses[0], start + 1ms);
    EXPECT_EQ(rumours.next_dials(start + 1s, everybody, all).size(), 4U);
}

TEST(Rumours, are_dialled_a_few_at_once_and_a_few_of_each_teller)
{
    Rumours rumours;
    for (std::size_t number = 0; number < 100; ++number) {
        rumours.heard(peer_id(1 + number % 4), peer_id(100 + number), {address(number)}, start);
    }
    const auto dials = rumours.next_dials(start, everybody, all);
    EXPECT_EQ(dials.size(), 8U);
    for (std::size_t teller = 1; teller <= 4; ++teller) {
        EXPECT_LE(
            std::ranges::count_if(dials, [&](const auto& dial) { return dial.teller == peer_id(teller); }),
            4);
    }
}

TEST(Rumours, get_another_chance_when_the_network_has_changed)
{
    Rumours rumours;
    rumours.heard(anna, peer_id(9), {address(9)}, start);
    (void)fail_all(rumours, start, start + 1min);
    rumours.network_changed(start + 1min);
    EXPECT_EQ(rumours.next_dials(start + 1min, everybody, all).size(), 1U);
}

RC_GTEST_PROP(Rumours, keep_to_their_bounds_whatever_is_told_and_none_that_is_due_is_stuck,
              (const std::vector<std::uint16_t>& steps))
{
    Rumours rumours({.max_rumours = 20, .max_of_teller = 8, .max_dials = 5});
    std::set<PeerId> dialled;
    auto now = start;
    for (const auto step : steps) {
        now += 20ms;
        const auto peer = peer_id(100 + step / 8 % 40);
        if (step % 8 < 4) {
            rumours.heard(peer_id(1 + step / 512 % 5), peer, {address(step / 8 % 13), address(step % 7)},
                          now);
        } else if (step % 8 == 4) {
            rumours.failed(peer, step % 16 < 8 ? ErrorCode::timed_out : ErrorCode::refused, now);
            dialled.erase(peer);
        } else if (step % 8 == 5) {
            rumours.reached(peer, address(step % 7), now);
            dialled.erase(peer);
        } else {
            for (const auto& dial : rumours.next_dials(now, everybody, all)) {
                RC_ASSERT(dialled.insert(dial.peer).second);
                RC_ASSERT(!dial.addresses.empty());
            }
            RC_ASSERT(rumours.next_due() > now);
        }
        RC_ASSERT(dialled.size() <= 5U);
        RC_ASSERT(rumours.size() <= 20U);
    }
}

}  // namespace
}  // namespace lanspread::party
