#include "transport/packet_cipher.h"

#include <vector>

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace lanspread::transport {

namespace {

std::vector<const CipherProvider*> providers()
{
    std::vector<const CipherProvider*> all{&gnutls_ciphers()};
    if (const auto* fast = ipsec_mb_ciphers()) {
        all.push_back(fast);
    }
    return all;
}

std::vector<std::uint8_t> bytes(std::string_view hex)
{
    std::vector<std::uint8_t> out(hex.size() / 2);
    EXPECT_TRUE(from_hex(hex, std::as_writable_bytes(std::span(out))));
    return out;
}

CipherKey key(std::string_view hex)
{
    CipherKey out{};
    EXPECT_TRUE(from_hex(hex, std::as_writable_bytes(std::span(out))));
    return out;
}

// RFC 9001, appendix A.2: the client's Initial.
TEST(PacketCipher, masks_headers_as_the_rfc_does)
{
    for (const auto* provider : providers()) {
        const auto header = provider->header_key(key("9f50449e04a0e810283a1e9933adedd2"));
        std::vector<std::uint8_t> mask(5);
        ASSERT_TRUE(header->mask(mask.data(), bytes("d1b1c98dd7689fb8ec11d242b123dc9b").data()));
        EXPECT_EQ(mask, bytes("437b9aec36")) << provider->name();
    }
}

// NIST SP 800-38D test case 4 of the GCM specification: AES-128 with associated data.
TEST(PacketCipher, seals_as_the_standard_does)
{
    const auto plaintext = bytes(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16a"
        "edf5aa0de657ba637b39");
    const auto data = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    const auto nonce = bytes("cafebabefacedbaddecaf888");
    const auto expected = bytes(
        "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba3"
        "0b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47");
    for (const auto* provider : providers()) {
        const auto packet = provider->packet_key(key("feffe9928665731c6d6a8f9467308308"));
        std::vector<std::uint8_t> sealed(plaintext.size() + aead_tag_size);
        ASSERT_TRUE(packet->seal(sealed.data(), plaintext, nonce.data(), data));
        EXPECT_EQ(sealed, expected) << provider->name();
    }
}

TEST(PacketCipher, each_opens_what_the_others_seal_and_refuses_a_flipped_bit)
{
    const auto secret = key("000102030405060708090a0b0c0d0e0f");
    const auto nonce = bytes("0102030405060708090a0b0c");
    const auto data = bytes("c0ffee");
    for (const auto* sealer : providers()) {
        for (const auto* opener : providers()) {
            for (const std::size_t size : {0, 1, 15, 16, 17, 1200, 1452, 8972}) {
                const std::vector<std::uint8_t> plaintext(size, 0x5a);
                std::vector<std::uint8_t> sealed(size + aead_tag_size);
                ASSERT_TRUE(sealer->packet_key(secret)->seal(sealed.data(), plaintext, nonce.data(), data));
                std::vector<std::uint8_t> opened(size);
                EXPECT_TRUE(opener->packet_key(secret)->open(opened.data(), sealed, nonce.data(), data));
                EXPECT_EQ(opened, plaintext);
                sealed[size / 2] ^= 1;
                EXPECT_FALSE(opener->packet_key(secret)->open(opened.data(), sealed, nonce.data(), data));
            }
        }
    }
}

TEST(PacketCipher, refuses_what_is_shorter_than_a_tag)
{
    for (const auto* provider : providers()) {
        const std::vector<std::uint8_t> tiny(15);
        EXPECT_FALSE(provider->packet_key({})->open(nullptr, tiny, tiny.data(), {}));
    }
}

}  // namespace

}  // namespace lanspread::transport
