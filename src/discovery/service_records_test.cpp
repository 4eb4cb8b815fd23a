#include "discovery/service_records.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace lanspread::discovery {
namespace {

const auto id = PeerId::parse("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff").value();

TEST(ServiceRecords, can_be_read_back)
{
    const auto records =
        service_records({.id = id, .name = "Zoë", .port = 7000, .rev = 3, .epoch = 0xfedcba9876543210}, {});
    ASSERT_EQ(records.size(), 3U);
    EXPECT_EQ(read_text(std::get<TextData>(records[2].data)),
              (PeerText{.id = id, .name = "Zoë", .epoch = 0xfedcba9876543210}));
}

TEST(ServiceRecords, have_the_cache_flush_bit_only_where_they_are_unique)
{
    const auto records =
        service_records({.id = id, .port = 7000}, std::vector{Address::parse("192.0.2.1").value()});
    ASSERT_EQ(records.size(), 4U);
    EXPECT_FALSE(records[0].is_unique);
    for (std::size_t i = 1; i < records.size(); ++i) {
        EXPECT_TRUE(records[i].is_unique);
    }
}

TEST(ServiceRecords, carry_no_scope_to_the_wire)
{
    auto address = Address::parse("fe80::1").value();
    address.scope = 4;
    const auto records = service_records({.id = id, .port = 7000}, std::vector{address});
    EXPECT_EQ(std::get<AddressData>(records.back().data).address.scope, 0U);
}

TEST(PeerText, needs_an_id_of_64_hex_digits)
{
    EXPECT_FALSE(read_text({{"v=1", "name=x"}}));
    EXPECT_FALSE(read_text({{"id=1234"}}));
    EXPECT_FALSE(read_text({{"id"}}));
    EXPECT_FALSE(read_text({{"id=" + id.hex() + "00"}}));
}

TEST(PeerText, has_keys_without_case_of_which_the_first_counts)
{
    const auto text = read_text({{"ID=" + id.hex(), "Name=first", "name=second", "id=1234"}});
    EXPECT_EQ(text, (PeerText{.id = id, .name = "first"}));
}

TEST(PeerText, drops_a_name_that_is_too_long_or_not_text)
{
    for (const auto& name : {std::string(65, 'x'), std::string("\xff\xfe"), std::string("a\nb"),
                             std::string("\x1b[2J"), std::string("\xc2\x9b")}) {
        EXPECT_EQ(read_text({{"id=" + id.hex(), "name=" + name}}), (PeerText{.id = id})) << name;
    }
}

TEST(PeerText, has_an_epoch_only_where_it_is_a_number)
{
    for (const auto& epoch : {"", "x", "-1", "0x1", "12 ", "10000000000000000"}) {
        EXPECT_EQ(read_text({{"id=" + id.hex(), std::string("epoch=") + epoch}}), (PeerText{.id = id}))
            << epoch;
    }
}

TEST(ServiceNames, are_the_ids_digits_with_a_number_from_the_second_on)
{
    EXPECT_EQ(service_names(id, 1).instance.first_label(), "0011223344556677");
    EXPECT_EQ(service_names(id, 1).host.first_label(), "00112233445566778899aabbccddeeff");
    EXPECT_EQ(service_names(id, 2).instance.first_label(), "0011223344556677-2");
    EXPECT_EQ(service_names(id, 12).host.first_label(), "00112233445566778899aabbccddeeff-12");
    for (const unsigned number : {1U, 2U, 4'000'000'000U}) {
        EXPECT_TRUE(is_label_of(id, service_names(id, number).instance.first_label()));
        EXPECT_TRUE(is_label_of(id, service_names(id, number).host.first_label()));
    }
    EXPECT_TRUE(is_label_of(id, "00112233445566778899AABBCCDDEEFF"));
    EXPECT_FALSE(is_label_of(id, "001122334455667"));
    EXPECT_FALSE(is_label_of(id, "0011223344556678-2"));
    EXPECT_FALSE(is_label_of(id, ""));
}

TEST(RecordsOnRequest, tell_the_type_of_the_service_and_what_the_names_do_not_have)
{
    const auto told = records_on_request(
        service_records({.id = id, .port = 7000}, std::vector{Address::parse("192.0.2.1").value()}));
    ASSERT_EQ(told.size(), 3U);
    EXPECT_EQ(told[0].name, DnsName::parse("_services._dns-sd._udp.local"));
    EXPECT_EQ(told[0].data, RecordData(PointerData{service_name()}));
    const auto names = service_names(id);
    EXPECT_EQ(told[1].data,
              RecordData(AbsenceData{.next = names.instance, .types = {RecordType::txt, RecordType::srv}}));
    EXPECT_EQ(told[2].data, RecordData(AbsenceData{.next = names.host, .types = {RecordType::a}}));
    EXPECT_TRUE(std::ranges::all_of(told, is_on_request));
    EXPECT_FALSE(told[0].is_unique) << "everybody with this service says the same";
}

}  // namespace
}  // namespace lanspread::discovery
