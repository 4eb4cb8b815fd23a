#include "transport/signature.h"

#include <gtest/gtest.h>

namespace lanspread::transport {
namespace {

class SignatureTest : public testing::Test {
protected:
    Identity identity_ = Identity::ephemeral().value();
    Signer signer_ = Signer::of(identity_).value();
};

TEST_F(SignatureTest, is_right_and_its_key_is_the_one_that_names_the_peer)
{
    const auto signature = signer_.sign(as_bytes("hello")).value();
    EXPECT_TRUE(verify_signature(signer_.public_key(), as_bytes("hello"), signature));
    EXPECT_EQ(peer_id_of_key(signer_.public_key()), identity_.id());
}

TEST_F(SignatureTest, of_something_else_is_wrong)
{
    auto signature = signer_.sign(as_bytes("hello")).value();
    EXPECT_FALSE(verify_signature(signer_.public_key(), as_bytes("hullo"), signature));
    signature[5] ^= std::byte{1};
    EXPECT_FALSE(verify_signature(signer_.public_key(), as_bytes("hello"), signature));
}

TEST_F(SignatureTest, by_another_key_is_wrong)
{
    const auto other = Signer::of(Identity::ephemeral().value()).value();
    const auto signature = other.sign(as_bytes("hello")).value();
    EXPECT_FALSE(verify_signature(signer_.public_key(), as_bytes("hello"), signature));
    EXPECT_FALSE(verify_signature(PublicKey{}, as_bytes("hello"), signature));
}

}  // namespace
}  // namespace lanspread::transport
