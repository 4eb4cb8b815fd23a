#include "discovery/dns_message.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace lanspread::discovery {
namespace {

/// A packet from a few readable pieces: "\x00\x01" and the like, zeros included.
template <std::size_t Size>
std::string bytes(const char (&text)[Size])
{
    return {text, Size - 1};
}

std::string header(unsigned questions, unsigned answers, unsigned flags = 0x8400)
{
    const auto u16 = [](unsigned value) {
        return std::string{static_cast<char>(value >> 8), static_cast<char>(value)};
    };
    return u16(0) + u16(flags) + u16(questions) + u16(answers) + u16(0) + u16(0);
}

Result<DnsMessage> decode_text(const std::string& packet) { return decode(as_bytes(packet)); }

rc::Gen<DnsName> any_name()
{
    const auto label = rc::gen::resize(12, rc::gen::nonEmpty(rc::gen::string<std::string>()));
    return rc::gen::map(rc::gen::resize(6, rc::gen::container<std::vector<std::string>>(label)),
                        [](const auto& labels) {
                            DnsName name;
                            for (const auto& part : labels) {
                                (void)name.append(part);
                            }
                            return name;
                        });
}

rc::Gen<Address> any_address()
{
    return rc::gen::map(rc::gen::arbitrary<std::array<std::uint8_t, 16>>(), [](const auto& ip) {
        return ip[0] % 2 == 0 ? Address::v4({ip[1], ip[2], ip[3], ip[4]}, 0) : Address{.ip = ip};
    });
}

rc::Gen<RecordData> any_data()
{
    const auto text = rc::gen::resize(
        20, rc::gen::container<std::vector<std::string>>(rc::gen::nonEmpty(rc::gen::string<std::string>())));
    return rc::gen::oneOf(
        rc::gen::map(any_name(), [](auto name) { return RecordData(PointerData{std::move(name)}); }),
        rc::gen::map(rc::gen::pair(any_name(), rc::gen::arbitrary<std::uint16_t>()),
                     [](auto value) {
                         return RecordData(ServiceData{
                             .priority = 1, .weight = 2, .port = value.second, .host = value.first});
                     }),
        rc::gen::map(text, [](auto strings) { return RecordData(TextData{std::move(strings)}); }),
        rc::gen::map(any_address(), [](auto address) { return RecordData(AddressData{address}); }),
        rc::gen::map(rc::gen::pair(any_name(), rc::gen::nonEmpty(rc::gen::container<std::set<std::uint8_t>>(
                                                   rc::gen::arbitrary<std::uint8_t>()))),
                     [](const auto& value) {
                         AbsenceData absence{.next = value.first, .types = {}};
                         std::ranges::transform(value.second, std::back_inserter(absence.types),
                                                [](auto type) { return static_cast<RecordType>(type); });
                         return RecordData(std::move(absence));
                     }));
}

rc::Gen<std::vector<DnsRecord>> any_records()
{
    return rc::gen::resize(10, rc::gen::container<std::vector<DnsRecord>>(rc::gen::map(
                                   rc::gen::tuple(any_name(), rc::gen::arbitrary<bool>(),
                                                  rc::gen::arbitrary<std::uint32_t>(), any_data()),
                                   [](auto parts) {
                                       return DnsRecord{.name = std::get<0>(parts),
                                                        .is_unique = std::get<1>(parts),
                                                        .ttl = std::chrono::seconds(std::get<2>(parts)),
                                                        .data = std::get<3>(parts)};
                                   })));
}

rc::Gen<std::vector<DnsQuestion>> any_questions()
{
    return rc::gen::resize(
        5, rc::gen::container<std::vector<DnsQuestion>>(rc::gen::map(
               rc::gen::tuple(any_name(), rc::gen::arbitrary<std::uint16_t>(), rc::gen::arbitrary<bool>()),
               [](auto parts) {
                   return DnsQuestion{.name = std::get<0>(parts),
                                      .type = static_cast<RecordType>(std::get<1>(parts)),
                                      .wants_unicast = std::get<2>(parts)};
               })));
}

RC_GTEST_PROP(DnsMessage, is_read_as_it_was_written, ())
{
    const DnsMessage message{.id = *rc::gen::arbitrary<std::uint16_t>(),
                             .is_response = *rc::gen::arbitrary<bool>(),
                             .is_truncated = *rc::gen::arbitrary<bool>(),
                             .questions = *any_questions(),
                             .answers = *any_records(),
                             .authorities = *any_records(),
                             .additionals = *any_records()};
    const auto packet = encode(message);
    RC_PRE(packet.size() <= max_dns_size);
    const auto read = decode(packet);
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == message);
}

RC_GTEST_PROP(DnsMessage, of_random_bytes_is_refused_or_read_without_harm, ())
{
    auto packet =
        header(*rc::gen::inRange(0U, 4U), *rc::gen::inRange(0U, 4U)) + *rc::gen::string<std::string>();
    const auto read = decode_text(packet);
    if (read) {
        const auto again = decode(encode(*read));
        RC_ASSERT(again.has_value());
        RC_ASSERT(*again == *read);
    }
}

RC_GTEST_PROP(DnsMessage, that_is_cut_anywhere_is_refused, ())
{
    const DnsMessage message{.is_response = true, .questions = *any_questions(), .answers = *any_records()};
    RC_PRE(!message.questions.empty() || !message.answers.empty());
    auto packet = encode(message);
    RC_PRE(packet.size() <= max_dns_size);
    packet.resize(*rc::gen::inRange<std::size_t>(0, packet.size()));
    RC_ASSERT(!decode(packet).has_value());
}

TEST(DnsMessage, writes_a_name_that_comes_again_as_a_pointer)
{
    const auto service = DnsName::parse("_lanspread._udp.local").value();
    DnsMessage message{.is_response = true};
    message.answers.push_back({.name = service, .data = PointerData{service.below("a").value()}});
    const auto once = encode(message).size();
    message.answers.push_back({.name = service, .data = PointerData{service.below("b").value()}});
    // pointer, type, class, TTL, length, label "b", pointer
    EXPECT_EQ(encode(message).size(), once + 2 + 2 + 2 + 4 + 2 + 2 + 2);
}

TEST(DnsMessage, refuses_a_name_that_points_to_itself)
{
    EXPECT_FALSE(decode_text(header(1, 0) + bytes("\xc0\x0c\x00\x0c\x00\x01")));
    // A label, then a pointer to that label.
    EXPECT_FALSE(decode_text(header(1, 0) + bytes("\x01x\xc0\x0c\x00\x0c\x00\x01")));
}

TEST(DnsMessage, refuses_names_that_point_at_each_other)
{
    EXPECT_FALSE(decode_text(header(2, 0) + bytes("\xc0\x12\x00\x0c\x00\x01\xc0\x0c\x00\x0c\x00\x01")));
}

TEST(DnsMessage, refuses_a_pointer_forward_or_past_the_end)
{
    EXPECT_FALSE(decode_text(header(1, 0) + bytes("\xc0\x12\x00\x0c\x00\x01\x01x\x00")));
    EXPECT_FALSE(decode_text(header(1, 0) + bytes("\xff\xff\x00\x0c\x00\x01")));
}

TEST(DnsMessage, refuses_a_name_that_pointers_make_longer_than_255_bytes)
{
    // Three labels of 63 bytes, then names that each put one more in front of the one before.
    const std::string label = '\x3f' + std::string(63, 'x');
    const auto question = bytes("\x00\x0c\x00\x01");
    const auto packet = label + label + label + '\0' + question;
    EXPECT_TRUE(decode_text(header(1, 0) + packet));
    EXPECT_FALSE(decode_text(header(2, 0) + packet + label + bytes("\xc0\x0c") + question));
}

TEST(DnsMessage, refuses_label_types_that_do_not_exist)
{
    EXPECT_FALSE(decode_text(header(1, 0) + bytes("\x41x\x00\x00\x0c\x00\x01")));
    EXPECT_FALSE(decode_text(header(1, 0) + bytes("\x81x\x00\x00\x0c\x00\x01")));
}

TEST(DnsMessage, refuses_counts_that_the_bytes_do_not_bear_out)
{
    EXPECT_FALSE(decode_text(header(65535, 65535)));
    EXPECT_FALSE(decode_text(header(0, 65535) + std::string(8000, '\0')));
    EXPECT_FALSE(decode_text(header(0, 1)));
}

TEST(DnsMessage, refuses_data_that_is_shorter_or_longer_than_its_length_says)
{
    const auto a_record = bytes("\x01x\x00\x00\x01\x00\x01\x00\x00\x00\x78");
    EXPECT_TRUE(decode_text(header(0, 1) + a_record + bytes("\x00\x04\x01\x02\x03\x04")));
    EXPECT_FALSE(decode_text(header(0, 1) + a_record + bytes("\x00\x05\x01\x02\x03\x04\x05")));
    EXPECT_FALSE(decode_text(header(0, 1) + a_record + bytes("\x00\x40\x01\x02\x03\x04")));
    const auto txt_record = bytes("\x01x\x00\x00\x10\x00\x01\x00\x00\x00\x78");
    EXPECT_FALSE(decode_text(header(0, 1) + txt_record + bytes("\x00\x02\x09x")));
}

TEST(DnsMessage, skips_types_and_classes_that_it_does_not_know)
{
    const auto unknown = bytes("\x01x\x00\x00\x63\x00\x01\x00\x00\x00\x78\x00\x03???");
    const auto chaos = bytes("\x01x\x00\x00\x01\x00\x03\x00\x00\x00\x78\x00\x04\x01\x02\x03\x04");
    const auto a_record = bytes("\x01x\x00\x00\x01\x80\x01\x00\x00\x00\x78\x00\x04\x01\x02\x03\x04");
    const auto message = decode_text(header(0, 3) + unknown + chaos + a_record).value();
    ASSERT_EQ(message.answers.size(), 1U);
    EXPECT_EQ(message.answers[0].data, RecordData(AddressData{Address::v4({1, 2, 3, 4}, 0)}));
    EXPECT_TRUE(message.answers[0].is_unique);
}

TEST(DnsMessage, says_in_an_nsec_record_which_types_a_name_has)
{
    const DnsMessage message{
        .is_response = true,
        .answers = {{.name = DnsName::parse("x").value(),
                     .ttl = std::chrono::seconds(120),
                     .data = AbsenceData{.next = DnsName::parse("x").value(),
                                         .types = {RecordType::a, RecordType::txt, RecordType::srv}}}}};
    const auto record =
        bytes("\x01x\x00\x00\x2f\x00\x01\x00\x00\x00\x78\x00\x0a\x01x\x00\x00\x05\x40\x00\x80\x00\x40");
    const auto packet = encode(message);
    EXPECT_EQ(as_text(packet), header(0, 1) + record);
    EXPECT_EQ(decode(packet), message);
}

TEST(DnsMessage, skips_nsec_records_in_forms_that_mdns_does_not_know)
{
    for (const auto& data : {bytes("\x00\x07\x01x\x00\x01\x02\x40\x00"),  // another window
                             bytes("\x00\x05\x01x\x00\x00\x00"),          // an empty bitmap
                             bytes("\x00\x05\x01x\x00\x00\x21"),          // longer than there can be
                             bytes("\x00\x06\x01x\x00\x00\x02\x40"),      // shorter than it says
                             bytes("\x00\x03\x01x\x00")}) {               // none at all
        const auto message =
            decode_text(header(0, 1) + bytes("\x01x\x00\x00\x2f\x00\x01\x00\x00\x00\x78") + data);
        ASSERT_TRUE(message);
        EXPECT_TRUE(message->answers.empty());
    }
    EXPECT_FALSE(decode_text(header(0, 1) + bytes("\x01x\x00\x00\x2f\x00\x01\x00\x00\x00\x78\x00\x03\x01x?")))
        << "a name that runs out of the data";
}

TEST(DnsMessage, refuses_other_opcodes_and_error_codes)
{
    EXPECT_TRUE(decode_text(header(0, 0, 0x8400)));
    EXPECT_FALSE(decode_text(header(0, 0, 0x8403)));
    EXPECT_FALSE(decode_text(header(0, 0, 0xa800)));
}

TEST(DnsName, compares_without_case_but_only_in_ascii)
{
    EXPECT_EQ(DnsName::parse("_LANspread._UDP.Local"), DnsName::parse("_lanspread._udp.local"));
    EXPECT_NE(DnsName::parse("\xc3\x84.local"), DnsName::parse("\xc3\xa4.local"));
    EXPECT_NE(DnsName::parse("a.b"), DnsName::parse("ab"));
}

TEST(DnsName, refuses_labels_and_names_that_are_too_long_or_empty)
{
    EXPECT_TRUE(DnsName::parse(std::string(63, 'x')));
    EXPECT_FALSE(DnsName::parse(std::string(64, 'x')));
    EXPECT_FALSE(DnsName::parse("a..b"));
    EXPECT_FALSE(DnsName::parse(".a"));
    DnsName name;
    for (int i = 0; i < 127; ++i) {
        ASSERT_TRUE(name.append("x"));
    }
    EXPECT_FALSE(name.append("x"));
    EXPECT_FALSE(name.below("x"));
}

}  // namespace
}  // namespace lanspread::discovery
