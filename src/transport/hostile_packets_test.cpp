#include <deque>
#include <random>

#include <gnutls/abstract.h>

#include "transport/hostile_fixture_test.h"

namespace lanspread::transport {

namespace {

/// Frames that no client may send, or not so (RFC 9000 §12.4, §19).
struct Forbidden {
    const char* what;
    std::string frames;
};

class HostilePackets : public HostilePeer {
protected:
    /// Strangers from 127.0.0.2 on begin handshakes, and hear nothing.
    void begin_from_hosts(std::deque<HostileClient>& strangers, std::uint8_t count)
    {
        for (std::uint8_t number = 0; number < count; ++number) {
            auto options = attack();
            options.host = static_cast<std::uint8_t>(2 + number);
            const auto before = bob->stats().bytes_received;
            strangers.emplace_back(options).begin();
            wait_until_bob_has_received(before + 1);
        }
    }
};

TEST_F(HostilePackets, frames_that_are_forbidden_end_only_their_connection)
{
    const std::vector<Forbidden> all{
        {"data on a unidirectional stream", bytes({0x0a, 0x02, 0x01, 'x'})},
        {"data on a stream that only the server may open", bytes({0x0a, 0x01, 0x01, 'x'})},
        {"data on a stream above the limit", bytes({0x0a, 0x44, 0x00, 0x01, 'x'})},
        {"data behind the stream's window", bytes({0x0e, 0x00, 0x80, 0x20, 0x00, 0x00, 0x01, 'x'})},
        {"a stream longer than 2^62",
         bytes({0x0e, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 'x'})},
        {"a frame cut off", bytes({0x0a, 0x00, 0x7f, 0xff, 'x'})},
        {"two ends of one stream", bytes({0x0b, 0x00, 0x01, 'x', 0x0b, 0x00, 0x02, 'x', 'x'})},
        {"data behind the end", bytes({0x0b, 0x00, 0x01, 'x', 0x0e, 0x00, 0x09, 0x01, 'x'})},
        {"a reset behind the window", bytes({0x04, 0x00, 0x00, 0x80, 0x20, 0x00, 0x01})},
        {"a reset of the server's stream", bytes({0x04, 0x03, 0x00, 0x00})},
        {"STOP_SENDING on a unidirectional stream", bytes({0x05, 0x02, 0x00})},
        {"STOP_SENDING on a stream that was never opened", bytes({0x05, 0x01, 0x00})},
        {"MAX_STREAM_DATA on a stream that was never opened", bytes({0x11, 0x01, 0x00})},
        {"MAX_STREAMS above 2^60", bytes({0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})},
        {"NEW_TOKEN", bytes({0x07, 0x01, 'x'})},
        {"HANDSHAKE_DONE", bytes({0x1e})},
        {"an acknowledgement of what was never sent",
         bytes({0x02, 0xbf, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00})},
        {"an acknowledgement below zero", bytes({0x02, 0x01, 0x00, 0x00, 0x05})},
        {"a connection id of 21 bytes", bytes({0x18, 0x09, 0x00, 0x15}) + std::string(37, 'x')},
        {"an end to a connection id that was never given", bytes({0x19, 0x3f})},
        {"DATAGRAM, which was not agreed on", bytes({0x31, 0x01, 'x'})},
        {"a frame of unknown type", bytes({0x21})},
        {"TLS after the handshake", bytes({0x06, 0x00, 0x04, 0x01, 0x00, 0x00, 0x00})},
    };
    for (const auto& [what, frames] : all) {
        HostileClient client(attack());
        ASSERT_TRUE(client.connect());
        client.send_frames(frames);
        EXPECT_TRUE(client.wait_until_closed()) << what;
    }
}

TEST_F(HostilePackets, random_frames_do_no_harm)
{
    std::mt19937 random(2);
    for (int round = 0; round < 15; ++round) {
        HostileClient client(attack());
        ASSERT_TRUE(client.connect());
        for (int packet = 0; packet < 20 && !client.is_closed(); ++packet) {
            std::string frames(1 + random() % 60, '\0');
            for (auto& byte : frames) {
                byte = static_cast<char>(random() % 4 == 0 ? random() : random() % 0x20);
            }
            client.send_frames(frames);
        }
    }
}

std::string random_bytes(std::mt19937& random, std::size_t size)
{
    std::string text(size, '\0');
    std::ranges::generate(text, [&] { return static_cast<char>(random()); });
    return text;
}

std::string long_header(std::mt19937& random, int first, std::uint8_t version)
{
    const auto to = random_bytes(random, random() % 24);
    const auto from = random_bytes(random, random() % 21);
    return bytes({first | static_cast<int>(random() % 16), 0, 0, 0, version, static_cast<int>(to.size())}) +
           to + bytes({static_cast<int>(from.size())}) + from;
}

/// A datagram that looks like one of QUIC's, or of ours, at first.
std::string garbage(std::mt19937& random)
{
    const auto size = random() % 3 == 0 ? 1200 + random() % 300 : random() % 1500;
    const auto rest = random_bytes(random, size);
    switch (random() % 9) {
        case 0: return bytes({0x40 | static_cast<int>(random() % 64)}) + rest;
        case 1:
            return long_header(random, 0xc0, 1) + bytes({0, 0x44, 0xb0}) +
                   rest;  // Initial, right length or not
        case 2: return long_header(random, 0xc0, 1) + bytes({0}) + rest.substr(0, 9);  // a tiny one
        case 3: return long_header(random, 0x80, 0) + rest;                            // version negotiation
        case 4: return long_header(random, 0xf0, 1) + rest;                            // Retry
        case 5: return long_header(random, 0xd0, 1) + rest;                            // 0-RTT
        case 6: return long_header(random, 0xe0, 1) + rest;                            // Handshake
        case 7: return long_header(random, 0xc0, static_cast<std::uint8_t>(random())) + rest;
        default: return rest;
    }
}

TEST_F(HostilePackets, garbage_of_a_stranger_is_neither_answered_nor_harmful)
{
    HostileClient sample(attack());
    ASSERT_TRUE(sample.connect());
    std::mt19937 random(3);
    const LoopbackSocket stranger(bob->port());
    for (int i = 0; i < 2000; ++i) {
        auto datagram = garbage(random);
        if (i % 8 == 0) {
            datagram = sample.first_datagram();  // a true Initial, damaged
            datagram[30 + random() % (datagram.size() - 30)] ^= static_cast<char>(1 + random() % 255);
        }
        const auto before = bob->stats().bytes_received;
        stranger.send(datagram);
        wait_until_bob_has_received(before + datagram.size());
    }
    std::this_thread::sleep_for(20ms);  // an answer, if there were one, would be here by then
    EXPECT_FALSE(stranger.receive());
    EXPECT_FALSE(sample.is_closed());
}

std::string mtu_probe(std::size_t said, std::size_t size, char kind = 1)
{
    auto probe =
        bytes({0x00, 'L', 'S', 'M', kind, static_cast<int>(said >> 8), static_cast<int>(said & 0xff)});
    probe.resize(size, 'n');
    return probe;
}

TEST_F(HostilePackets, a_probe_for_the_mtu_is_not_answered_to_a_stranger)
{
    const LoopbackSocket stranger(bob->port());
    for (const auto& probe : {mtu_probe(1472, 1472), mtu_probe(15, 15), mtu_probe(1472, 7),
                              mtu_probe(9000, 15), mtu_probe(1472, 1472, 2), mtu_probe(1472, 1472, 3)}) {
        const auto before = bob->stats().bytes_received;
        stranger.send(probe);
        wait_until_bob_has_received(before + probe.size());
    }
    std::this_thread::sleep_for(20ms);
    EXPECT_FALSE(stranger.receive());
}

TEST_F(HostilePackets, handshakes_that_strangers_begin_and_leave_keep_nobody_out)
{
    std::deque<HostileClient> strangers;
    begin_from_hosts(strangers, 40);
    // And now the honest peers, who have to prove their address: at the end of every test.
}

TEST_F(HostilePackets, a_client_that_was_asked_for_a_proof_of_its_address_gets_in)
{
    std::deque<HostileClient> strangers;
    begin_from_hosts(strangers, 10);
    EXPECT_TRUE(strangers.back().connect());
    HostileClient late(attack());
    EXPECT_TRUE(late.connect());
}

bool is_refused(HostileClient& client) { return !client.connect() && client.is_closed(); }

TEST_F(HostilePackets, one_without_a_certificate_is_refused)
{
    const Identity::Credentials none;
    auto options = attack();
    options.credentials = none.handle;
    HostileClient client(options);
    EXPECT_TRUE(is_refused(client));
    EXPECT_EQ(owner.accepted, 0U);
}

TEST_F(HostilePackets, one_of_another_protocol_is_refused)
{
    for (const auto* protocol : {"lanspread/2", "h3", ""}) {
        auto options = attack();
        options.protocol = protocol;
        HostileClient client(options);
        EXPECT_TRUE(is_refused(client)) << '"' << protocol << '"';
    }
    EXPECT_EQ(owner.accepted, 0U);
}

/// The key of the first, and the certificates of both (RFC 8446 §4.4.2 lets a chain follow).
void show_both(const Identity& first, const Identity& second, gnutls_certificate_credentials_t credentials)
{
    gnutls_x509_privkey_t key = nullptr;
    ASSERT_EQ(gnutls_certificate_get_x509_key(first.credentials()->handle, 0, &key), 0);
    gnutls_privkey_t signer = nullptr;
    ASSERT_EQ(gnutls_privkey_init(&signer), 0);
    ASSERT_EQ(gnutls_privkey_import_x509(signer, key, GNUTLS_PRIVKEY_IMPORT_AUTO_RELEASE), 0);
    std::array<gnutls_pcert_st, 2> chain{};
    for (std::size_t i = 0; i < chain.size(); ++i) {
        gnutls_datum_t der{};
        ASSERT_EQ(gnutls_certificate_get_crt_raw((i == 0 ? first : second).credentials()->handle, 0, 0, &der),
                  0);
        ASSERT_EQ(gnutls_pcert_import_x509_raw(&chain[i], &der, GNUTLS_X509_FMT_DER, 0), 0);
    }
    // Takes over all of them.
    ASSERT_GE(gnutls_certificate_set_key(credentials, nullptr, 0, chain.data(),
                                         static_cast<int>(chain.size()), signer),
              0);
}

TEST_F(HostilePackets, one_that_shows_a_second_certificate_is_refused)
{
    const Identity::Credentials two;
    show_both(mallory, Identity::ephemeral().value(), two.handle);
    auto options = attack();
    options.credentials = two.handle;
    HostileClient client(options);
    EXPECT_TRUE(is_refused(client));
    EXPECT_EQ(owner.accepted, 0U);
}

}  // namespace

}  // namespace lanspread::transport
