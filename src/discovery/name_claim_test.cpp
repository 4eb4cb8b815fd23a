#include "discovery/name_claim.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace lanspread::discovery {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using enum NameClaim::Outcome;

/// One claim, in virtual time, with what its owner knows about itself.
struct Claimant {
    static Announcement announcement(std::uint64_t epoch)
    {
        PeerId id;
        id.bytes.fill(std::byte{0xab});
        return {.id = id, .name = "x", .port = 7000, .epoch = epoch};
    }

    explicit Claimant(std::uint64_t epoch, std::string_view ip = "192.0.2.1") : said(announcement(epoch))
    {
        own.set_addresses({address = Address::parse(ip).value()}, now);
        claim.begin(now);
    }

    [[nodiscard]] std::vector<DnsRecord> records() const
    {
        return service_records(said, std::vector{address}, claim.names());
    }

    /// Goes on until the next probe, or until the names are won.
    std::optional<DnsMessage> next()
    {
        now = std::max(now, claim.next_wake());
        return claim.poll(records(), now);
    }

    Announcement said;
    Address address;
    OwnFacts own{said};
    Jitter jitter{1};
    NameClaim claim{said.id, jitter};
    TimePoint now{std::chrono::hours(1)};
};

/// What the owner of those names would answer.
DnsMessage answer_of(const Claimant& owner) { return {.is_response = true, .answers = owner.records()}; }

TEST(NameClaim, is_won_after_three_probes_a_quarter_of_a_second_apart)
{
    Claimant one(1);
    const auto start = one.now;
    ASSERT_TRUE(one.next());
    const auto first = one.now;
    EXPECT_LE(first - start, milliseconds(250));
    ASSERT_TRUE(one.next());
    EXPECT_EQ(one.now - first, milliseconds(250));
    ASSERT_TRUE(one.next());
    EXPECT_EQ(one.now - first, milliseconds(500));
    EXPECT_FALSE(one.claim.is_won());
    EXPECT_FALSE(one.next());
    EXPECT_EQ(one.now - first, milliseconds(750));
    EXPECT_TRUE(one.claim.is_won());
    EXPECT_EQ(one.claim.next_wake(), TimePoint::max());
}

TEST(NameClaim, asks_for_all_that_has_its_names_and_proposes_what_it_would_say)
{
    Claimant one(1);
    const auto probe = one.next().value();
    ASSERT_EQ(probe.questions.size(), 2U);
    EXPECT_EQ(probe.questions[0].name, one.claim.names().instance);
    EXPECT_EQ(probe.questions[1].name, one.claim.names().host);
    for (const auto& question : probe.questions) {
        EXPECT_EQ(question.type, RecordType::any);
        EXPECT_FALSE(question.wants_unicast);
    }
    EXPECT_EQ(probe.authorities.size(), 3U) << "SRV, TXT, A; the PTR record is everybody's";
    EXPECT_TRUE(std::ranges::none_of(probe.authorities, &DnsRecord::is_unique));
    EXPECT_TRUE(probe.answers.empty());
}

TEST(NameClaim, takes_other_names_where_somebody_answers_its_probe)
{
    Claimant one(1);
    const Claimant other(2, "192.0.2.2");
    EXPECT_EQ(one.claim.on_response(answer_of(other), one.own, one.now), unchanged)
        << "before the first probe it may be an old answer";
    ASSERT_TRUE(one.next());
    EXPECT_EQ(one.claim.on_response(answer_of(other), one.own, one.now), renamed);
    EXPECT_EQ(one.claim.names(), service_names(one.said.id, 2));
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(one.next().value().questions[0].name, one.claim.names().instance);
    }
    EXPECT_EQ(one.claim.on_response(answer_of(other), one.own, one.now), unchanged)
        << "that is not our name now";
    EXPECT_FALSE(one.next());
    EXPECT_TRUE(one.claim.is_won());
}

TEST(NameClaim, gives_way_to_a_record_of_any_type_under_its_names)
{
    for (const bool is_host : {true, false}) {
        Claimant one(1);
        ASSERT_TRUE(one.next());
        const auto& name = is_host ? one.claim.names().host : one.claim.names().instance;
        const DnsMessage response{
            .is_response = true,
            .additionals = {{.name = name,
                             .ttl = seconds(120),
                             .data = AddressData{Address::parse("2001:db8::7").value()}}}};
        EXPECT_EQ(one.claim.on_response(response, one.own, one.now), renamed);
    }
}

TEST(NameClaim, is_not_disturbed_by_what_it_says_itself_or_said_a_moment_ago)
{
    Claimant one(1);
    auto before = one;
    while (!one.claim.is_won()) {
        (void)one.next();
    }
    one.own.set_addresses({Address::parse("192.0.2.77").value()}, one.now);
    one.said.rev = 9;
    one.own.set_announcement(one.said);
    EXPECT_EQ(one.claim.on_response(answer_of(before), one.own, one.now), unchanged);
    EXPECT_EQ(one.claim.on_response(answer_of(before), one.own, one.now + seconds(60)), contested)
        << "who still says so a minute later is somebody else";
}

TEST(NameClaim, takes_no_goodbye_for_a_conflict)
{
    Claimant one(1);
    ASSERT_TRUE(one.next());
    auto goodbye = answer_of(Claimant(2, "192.0.2.2"));
    for (auto& record : goodbye.answers) {
        record.ttl = seconds(0);
    }
    EXPECT_EQ(one.claim.on_response(goodbye, one.own, one.now), unchanged);
}

TEST(NameClaim, probes_again_where_its_names_are_contested_and_keeps_them_where_nobody_insists)
{
    Claimant one(1);
    while (!one.claim.is_won()) {
        (void)one.next();
    }
    EXPECT_EQ(one.claim.on_response(answer_of(Claimant(2, "192.0.2.2")), one.own, one.now), contested);
    EXPECT_FALSE(one.claim.is_won());
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(one.next());
    }
    EXPECT_FALSE(one.next());
    EXPECT_TRUE(one.claim.is_won());
    EXPECT_EQ(one.claim.names(), service_names(one.said.id));
}

TEST(NameClaim, of_two_that_probe_at_once_the_one_with_the_later_data_goes_on_and_the_other_waits_a_second)
{
    Claimant low(1);
    Claimant high(2);
    const auto low_probe = low.next().value();
    const auto high_probe = high.next().value();
    EXPECT_EQ(high.claim.on_probe(low_probe, high.records(), high.own, high.now), unchanged);
    EXPECT_EQ(high.claim.next_wake() - high.now, milliseconds(250)) << "the winner goes on";
    EXPECT_EQ(low.claim.on_probe(high_probe, low.records(), low.own, low.now), unchanged);
    EXPECT_GE(low.claim.next_wake() - low.now, seconds(1));
    EXPECT_EQ(low.claim.names(), service_names(low.said.id)) << "it tries again before it gives way";

    const auto next = low.claim.next_wake();
    for (int i = 0; i < 5; ++i) {
        low.now += milliseconds(100);
        EXPECT_EQ(low.claim.on_probe(high_probe, low.records(), low.own, low.now), unchanged);
    }
    EXPECT_EQ(low.claim.next_wake(), next) << "the winner's further probes are no further ties";
    ASSERT_TRUE(low.next());
    EXPECT_EQ(low.claim.on_response(answer_of(high), low.own, low.now), renamed);
}

TEST(NameClaim, ties_by_data_not_by_the_order_in_which_it_stands)
{
    Claimant high(2);
    ASSERT_TRUE(high.next());
    auto probe = Claimant(1).next().value();
    const auto own = high.claim.next_wake();
    for (int i = 0; i < 6; ++i) {
        std::ranges::next_permutation(probe.authorities, {},
                                      [](const auto& record) { return plain_data(record.data); });
        (void)high.claim.on_probe(probe, high.records(), high.own, high.now);
        EXPECT_EQ(high.claim.next_wake(), own);
    }
}

TEST(NameClaim, does_not_lose_against_its_own_probe_that_comes_back_over_another_card)
{
    Claimant one(1, "192.0.2.1");
    Claimant other_card(1, "192.0.2.200");
    one.own.set_addresses({one.address, other_card.address}, one.now);
    ASSERT_TRUE(one.next());
    const auto next = one.claim.next_wake();
    (void)one.claim.on_probe(other_card.next().value(), one.records(), one.own, one.now);
    EXPECT_EQ(one.claim.next_wake(), next);
}

TEST(NameClaim, gives_way_to_who_wins_every_tie_and_never_takes_the_name)
{
    Claimant one(1);
    const auto probe = Claimant(2).next().value();
    int ties = 0;
    while (one.claim.on_probe(probe, one.records(), one.own, one.now) != renamed) {
        ASSERT_LE(++ties, 3);
        ASSERT_TRUE(one.next());
    }
    EXPECT_EQ(one.claim.names(), service_names(one.said.id, 2));
}

TEST(NameClaim, against_who_wants_each_of_its_names_probes_at_most_once_in_five_seconds)
{
    Claimant one(1);
    const auto start = one.now;
    std::vector<TimePoint> tries;
    while (one.now < start + std::chrono::minutes(2)) {
        ASSERT_TRUE(one.next());
        tries.push_back(one.now);
        auto claimed = answer_of(one);
        std::get<ServiceData>(claimed.answers[1].data).port = 9;
        ASSERT_EQ(one.claim.on_response(claimed, one.own, one.now), renamed);
        EXPECT_EQ(one.claim.on_response(claimed, one.own, one.now), unchanged) << "once is enough";
    }
    for (std::size_t i = 15; i < tries.size(); ++i) {
        EXPECT_GE(tries[i] - tries[i - 1], seconds(5)) << i;
    }
    EXPECT_GT(tries.size(), 30U) << "it does not give up";
}

TEST(NameClaim, is_quick_again_after_a_calm_minute)
{
    Claimant one(1);
    const auto contest = [&one] {
        ASSERT_TRUE(one.next());
        auto claimed = answer_of(one);
        std::get<ServiceData>(claimed.answers[1].data).port = 9;
        ASSERT_EQ(one.claim.on_response(claimed, one.own, one.now), renamed);
    };
    for (int i = 0; i < 20; ++i) {
        contest();
    }
    while (!one.claim.is_won()) {
        (void)one.next();
    }
    one.now += seconds(61);
    one.claim.begin(one.now);
    contest();
    EXPECT_LE(one.claim.next_wake() - one.now, milliseconds(250));
}

}  // namespace
}  // namespace lanspread::discovery
