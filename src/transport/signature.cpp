#include "transport/signature.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>

#include "transport/credentials.h"

namespace lanspread::transport {

namespace {

/// The SubjectPublicKeyInfo of an Ed25519 key is these bytes and then the key (RFC 8410 §4).
constexpr std::array<unsigned char, 12> key_info_start{0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                                       0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

gnutls_datum_t datum(ByteSpan bytes)
{
    return {reinterpret_cast<unsigned char*>(const_cast<std::byte*>(bytes.data())),
            static_cast<unsigned>(bytes.size())};
}

struct GnutlsKey {
    gnutls_pubkey_t handle = nullptr;
    GnutlsKey() { gnutls_pubkey_init(&handle); }
    ~GnutlsKey() { gnutls_pubkey_deinit(handle); }
    GnutlsKey(const GnutlsKey&) = delete;
    GnutlsKey& operator=(const GnutlsKey&) = delete;
};

/// Takes what GnuTLS allocated, if it is `Size` bytes long.
template <std::size_t Size>
std::optional<std::array<std::byte, Size>> take(gnutls_datum_t& out)
{
    std::optional<std::array<std::byte, Size>> result;
    if (out.size == Size) {
        result.emplace();
        std::copy_n(reinterpret_cast<const std::byte*>(out.data), Size, result->begin());
    }
    gnutls_free(out.data);
    return result;
}

}  // namespace

struct Signer::Key {
    gnutls_privkey_t handle = nullptr;
    Key() { gnutls_privkey_init(&handle); }
    ~Key() { gnutls_privkey_deinit(handle); }
    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;
};

Result<Signer> Signer::of(const Identity& identity)
{
    const auto failed = [](int code) {
        return fail(ErrorCode::internal, fmt::format("our key: {}", gnutls_strerror(code)));
    };
    gnutls_x509_privkey_t x509_key = nullptr;
    if (const int code = gnutls_certificate_get_x509_key(identity.credentials()->handle, 0, &x509_key);
        code != 0) {
        return failed(code);
    }
    Signer signer;
    auto key = std::make_shared<Key>();
    const int imported = gnutls_privkey_import_x509(key->handle, x509_key, GNUTLS_PRIVKEY_IMPORT_COPY);
    gnutls_x509_privkey_deinit(x509_key);
    if (imported != 0) {
        return failed(imported);
    }
    if (gnutls_privkey_get_pk_algorithm(key->handle, nullptr) != GNUTLS_PK_EDDSA_ED25519) {
        return fail(ErrorCode::refused, "our key is not an Ed25519 key");
    }
    const GnutlsKey public_half;
    gnutls_ecc_curve_t curve{};
    gnutls_datum_t x{};
    gnutls_datum_t y{};
    int code = gnutls_pubkey_import_privkey(public_half.handle, key->handle, 0, 0);
    if (code == 0) {
        code = gnutls_pubkey_export_ecc_raw(public_half.handle, &curve, &x, &y);
    }
    if (code != 0) {
        return failed(code);
    }
    gnutls_free(y.data);
    const auto raw = take<std::tuple_size_v<PublicKey>>(x);
    if (!raw) {
        return fail(ErrorCode::internal, "our key has a strange size");
    }
    signer.public_key_ = *raw;
    signer.key_ = std::move(key);
    return signer;
}

Result<Signature> Signer::sign(ByteSpan message) const
{
    const auto data = datum(message);
    gnutls_datum_t out{};
    if (const int code = gnutls_privkey_sign_data2(key_->handle, GNUTLS_SIGN_EDDSA_ED25519, 0, &data, &out);
        code != 0) {
        return fail(ErrorCode::internal, fmt::format("signing: {}", gnutls_strerror(code)));
    }
    const auto signature = take<std::tuple_size_v<Signature>>(out);
    return signature ? Result<Signature>(*signature)
                     : fail(ErrorCode::internal, "signing: a signature of a strange size");
}

bool verify_signature(const PublicKey& key, ByteSpan message, const Signature& signature)
{
    const GnutlsKey public_key;
    const auto x = datum(key);
    if (gnutls_pubkey_import_ecc_raw(public_key.handle, GNUTLS_ECC_CURVE_ED25519, &x, nullptr) != 0) {
        return false;
    }
    const auto data = datum(message);
    const auto raw_signature = datum(signature);
    return gnutls_pubkey_verify_data2(public_key.handle, GNUTLS_SIGN_EDDSA_ED25519, 0, &data,
                                      &raw_signature) == 0;
}

PeerId peer_id_of_key(const PublicKey& key)
{
    std::array<unsigned char, key_info_start.size() + std::tuple_size_v<PublicKey>> info{};
    const auto end = std::ranges::copy(key_info_start, info.begin()).out;
    std::ranges::transform(key, end, [](std::byte byte) { return static_cast<unsigned char>(byte); });
    PeerId id;
    gnutls_hash_fast(GNUTLS_DIG_SHA256, info.data(), info.size(), id.bytes.data());
    return id;
}

}  // namespace lanspread::transport
