// What becomes of thousands of peers that somebody invents.
#include "discovery/fake_lan_test.h"
#include "discovery/mdns_engine.h"
#include "discovery/service_records.h"

#include <algorithm>
#include <map>
#include <ranges>

#include <gtest/gtest.h>

namespace lanspread::discovery {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Who pretends to be many.
Address liar(unsigned number)
{
    return Address::parse("192.0.2." + std::to_string(100 + number) + ":5353").value();
}

TEST(MdnsEngine, believes_of_one_address_that_it_is_a_few_peers_but_not_thousands)
{
    FakeLan lan;
    lan.add(1, {{ethernet(2, "192.0.2.1")}});
    const auto tell = [&lan](unsigned number, const Address& from) {
        auto id = peer_id(9);
        id.bytes[0] = static_cast<std::byte>(number >> 8);
        id.bytes[1] = static_cast<std::byte>(number);
        auto records = service_records({.id = id, .port = 7}, std::vector{stranger});
        for (auto& record : records) {
            record.ttl = seconds(4500);
        }
        lan.inject(0, from, encode({.is_response = true, .answers = std::move(records)}));
    };
    for (unsigned i = 0; i < 1000; ++i) {
        tell(i, liar(0));
    }
    EXPECT_EQ(lan.hosts[0].found.size(), Browser::max_instances_per_source);
    tell(5000, liar(1));
    EXPECT_EQ(lan.hosts[0].found.size(), Browser::max_instances_per_source + 1) << "others are heard";
    lan.run_for(seconds(250));
    EXPECT_EQ(lan.hosts[0].gone.size(), lan.hosts[0].found.size())
        << "who says no more is gone in four minutes";
    tell(6000, liar(0));
    EXPECT_EQ(lan.hosts[0].found.back().id, [] {
        auto id = peer_id(9);
        id.bytes[0] = std::byte{6000 >> 8};
        id.bytes[1] = std::byte{6000 & 0xff};
        return id;
    }());
}

TEST(MdnsEngine, lists_few_of_thousands_in_its_questions_and_asks_for_all_once_a_second)
{
    FakeLan lan;
    lan.add(1, {{ethernet(2, "192.0.2.1")}});
    lan.run_for(seconds(20));
    const auto tell = [&lan](unsigned number, seconds ttl) {
        auto id = peer_id(9);
        id.bytes[0] = static_cast<std::byte>(number >> 8);
        id.bytes[1] = static_cast<std::byte>(number);
        auto records = service_records({.id = id, .port = 7}, std::vector{stranger});
        records[0].ttl = ttl;
        lan.inject(0, liar(number / 60), encode({.is_response = true, .answers = std::move(records)}));
    };
    for (unsigned i = 0; i < 4000; ++i) {
        tell(i, seconds(4500));
    }
    lan.sent.clear();
    for (int second = 0; second < 60; ++second) {
        // Just when they are to be asked for.
        for (unsigned i = second % 9; i < 300; i += 9) {
            tell(i, seconds(10));
        }
        lan.run_for(seconds(1));
    }
    const auto browses = std::ranges::count_if(lan.sent, [](const auto& packet) {
        return !packet.message.questions.empty() && packet.message.questions[0].type == RecordType::ptr;
    });
    EXPECT_LE(browses, 61);
    EXPECT_LE(lan.sent.size(), 60U * 20) << "packets of 1440 bytes in a minute";
}

TEST(MdnsEngine, is_not_kept_awake_by_thousands)
{
    FakeLan lan;
    lan.add(1, {{ethernet(2, "192.0.2.1")}});
    for (unsigned i = 0; i < 4000; ++i) {
        auto id = peer_id(9);
        id.bytes[0] = static_cast<std::byte>(i >> 8);
        id.bytes[1] = static_cast<std::byte>(i);
        auto records = service_records({.id = id, .port = 7}, std::vector{stranger});
        lan.inject(0, liar(i / 60), encode({.is_response = true, .answers = std::move(records)}));
        lan.run_for(milliseconds(1));
    }
    auto& engine = *lan.hosts[0].engine;
    std::map<std::chrono::seconds, int> wakes;
    for (const auto end = lan.now + seconds(300); engine.next_wake() <= end;) {
        lan.now = std::max(lan.now, engine.next_wake());
        (void)engine.poll(lan.now);
        ++wakes[std::chrono::floor<seconds>(lan.now.time_since_epoch())];
    }
    for (const auto count : wakes | std::views::values) {
        EXPECT_LE(count, 22);
    }
}

TEST(MdnsEngine, keeps_no_more_than_its_share_of_what_a_liar_invents)
{
    FakeLan lan;
    lan.add(1, {{ethernet(2, "192.0.2.1")}});
    for (unsigned i = 0; i < 6000; ++i) {
        auto id = peer_id(9);
        id.bytes[0] = static_cast<std::byte>(i >> 8);
        id.bytes[1] = static_cast<std::byte>(i);
        auto records = service_records({.id = id, .port = 7}, std::vector{stranger});
        lan.inject(0, liar(i / 50), encode({.is_response = true, .answers = std::move(records)}));
    }
    EXPECT_EQ(lan.hosts[0].found.size(), Browser::max_instances);
    const auto before = lan.sent.size();
    lan.run_for(seconds(100));  // all are due to be asked for
    EXPECT_LE(lan.sent.size() - before, 2500U);
}

}  // namespace
}  // namespace lanspread::discovery
