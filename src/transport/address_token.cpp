#include "transport/address_token.h"

#include <ngtcp2/ngtcp2_crypto.h>

#include "transport/quic_connection.h"
#include "transport/quic_handshake.h"
#include "transport/socket_address.h"

namespace lanspread::transport {

namespace {

/// For a client to come back with its token: it tries for as long as a handshake may take.
constexpr auto lifetime = QuicConnection::handshake_timeout;
constexpr std::size_t max_retry_packet = 256;
constexpr std::size_t retry_id_size = 8;

}  // namespace

AddressTokens::AddressTokens() { fill_random(secret_.data(), secret_.size()); }

std::vector<std::uint8_t> AddressTokens::retry(const ngtcp2_pkt_hd& header, const Address& remote,
                                               TimePoint now) const
{
    std::array<std::uint8_t, retry_id_size> random{};
    fill_random(random.data(), random.size());
    ngtcp2_cid own_id{};
    ngtcp2_cid_init(&own_id, random.data(), random.size());
    auto address = to_socket_address(remote);
    std::array<std::uint8_t, NGTCP2_CRYPTO_MAX_RETRY_TOKENLEN> token{};
    const auto token_size = ngtcp2_crypto_generate_retry_token(
        token.data(), secret_.data(), secret_.size(), header.version, reinterpret_cast<sockaddr*>(&address),
        sizeof address, &own_id, &header.dcid, nanoseconds(now.time_since_epoch()));
    if (token_size < 0) {
        return {};
    }
    std::vector<std::uint8_t> packet(max_retry_packet);
    const auto size =
        ngtcp2_crypto_write_retry(packet.data(), packet.size(), header.version, &header.scid, &own_id,
                                  &header.dcid, token.data(), static_cast<std::size_t>(token_size));
    packet.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return packet;
}

std::optional<ngtcp2_cid> AddressTokens::verify(const ngtcp2_pkt_hd& header, const Address& remote,
                                                TimePoint now) const
{
    auto address = to_socket_address(remote);
    ngtcp2_cid first_id{};
    const bool is_good = header.token.len > 0 &&
                         ngtcp2_crypto_verify_retry_token(
                             &first_id, header.token.base, header.token.len, secret_.data(), secret_.size(),
                             header.version, reinterpret_cast<sockaddr*>(&address), sizeof address,
                             &header.dcid, nanoseconds(lifetime), nanoseconds(now.time_since_epoch())) == 0;
    return is_good ? std::optional(first_id) : std::nullopt;
}

}  // namespace lanspread::transport
