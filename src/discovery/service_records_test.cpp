#include "discovery/service_records.h"

#include <gtest/gtest.h>

namespace lanspread::discovery {
namespace {

const auto id = PeerId::parse("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff").value();

TEST(ServiceRecords, can_be_read_back)
{
    const auto records = service_records({.id = id, .name = "Zoë", .port = 7000, .rev = 3}, {});
    ASSERT_EQ(records.size(), 3U);
    EXPECT_EQ(read_text(std::get<TextData>(records[2].data)), (PeerText{.id = id, .name = "Zoë"}));
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

}  // namespace
}  // namespace lanspread::discovery
