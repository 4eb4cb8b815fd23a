#include "transport/identity.h"

#include "base/bytes.h"
#include "platform/files.h"
#include "transport/credentials.h"

#include <array>
#include <ctime>
#include <filesystem>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>

namespace lanspread::transport {

namespace {

struct PrivateKey {
    gnutls_x509_privkey_t handle = nullptr;
    PrivateKey() { gnutls_x509_privkey_init(&handle); }
    ~PrivateKey() { gnutls_x509_privkey_deinit(handle); }
    PrivateKey(const PrivateKey&) = delete;
    PrivateKey& operator=(const PrivateKey&) = delete;
};

struct Certificate {
    gnutls_x509_crt_t handle = nullptr;
    Certificate() { gnutls_x509_crt_init(&handle); }
    ~Certificate() { gnutls_x509_crt_deinit(handle); }
    Certificate(const Certificate&) = delete;
    Certificate& operator=(const Certificate&) = delete;
};

Error gnutls_failure(std::string_view what, int code)
{
    return {ErrorCode::internal, fmt::format("{}: {}", what, gnutls_strerror(code))};
}

gnutls_datum_t datum(const std::string& text)
{
    return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())),
            static_cast<unsigned>(text.size())};
}

Result<std::string> take_pem(int code, gnutls_datum_t& out, std::string_view what)
{
    if (code != 0) {
        return fail(gnutls_failure(what, code));
    }
    std::string text(reinterpret_cast<const char*>(out.data), out.size);
    gnutls_memset(out.data, 0, out.size);
    gnutls_free(out.data);
    return text;
}

struct Pem {
    std::string key;
    std::string certificate;
};

/// The certificate says nothing that a peer relies on: only its key counts. Its dates are wide because clocks
/// in a hall are wrong.
Result<Pem> generate()
{
    const PrivateKey key;
    const Certificate certificate;
    int code = gnutls_x509_privkey_generate(key.handle, GNUTLS_PK_EDDSA_ED25519,
                                            GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519), 0);
    if (code != 0) {
        return fail(gnutls_failure("making a key", code));
    }
    std::array<unsigned char, 16> serial{};
    code = gnutls_rnd(GNUTLS_RND_NONCE, serial.data(), serial.size());
    serial[0] = static_cast<unsigned char>((serial[0] & 0x7fU) | 0x40U);
    constexpr std::time_t year = 365 * 24 * 3600;
    const std::string name = "lanspread";
    for (const auto step : {
             code,
             gnutls_x509_crt_set_version(certificate.handle, 3),
             gnutls_x509_crt_set_serial(certificate.handle, serial.data(), serial.size()),
             gnutls_x509_crt_set_dn_by_oid(certificate.handle, GNUTLS_OID_X520_COMMON_NAME, 0, name.data(),
                                           static_cast<unsigned>(name.size())),
             gnutls_x509_crt_set_activation_time(certificate.handle, 0),
             gnutls_x509_crt_set_expiration_time(certificate.handle, std::time(nullptr) + 100 * year),
             gnutls_x509_crt_set_key(certificate.handle, key.handle),
             gnutls_x509_crt_sign2(certificate.handle, certificate.handle, key.handle, GNUTLS_DIG_SHA512, 0),
         }) {
        if (step != 0) {
            return fail(gnutls_failure("making a certificate", step));
        }
    }
    gnutls_datum_t out{};
    // PKCS #8: the older format has no name for Ed25519, and GnuTLS cannot read back what it writes there.
    auto key_pem = take_pem(
        gnutls_x509_privkey_export2_pkcs8(key.handle, GNUTLS_X509_FMT_PEM, nullptr, GNUTLS_PKCS_PLAIN, &out),
        out, "the key");
    auto certificate_pem = take_pem(gnutls_x509_crt_export2(certificate.handle, GNUTLS_X509_FMT_PEM, &out),
                                    out, "the certificate");
    if (!key_pem) {
        return fail(key_pem.error());
    }
    if (!certificate_pem) {
        return fail(certificate_pem.error());
    }
    return Pem{std::move(*key_pem), std::move(*certificate_pem)};
}

/// More than a key or a certificate of ours has.
constexpr std::size_t max_pem_size = 64 * 1024;

Result<std::string> read_pem(const std::filesystem::path& path)
{
    const auto bytes = platform::read_file(path, max_pem_size);
    return bytes ? Result<std::string>(as_text(*bytes)) : fail(bytes.error());
}

Result<PeerId> key_id(gnutls_x509_crt_t certificate)
{
    PeerId id;
    auto size = id.bytes.size();
    const int code = gnutls_x509_crt_get_key_id(certificate, GNUTLS_KEYID_USE_SHA256,
                                                reinterpret_cast<unsigned char*>(id.bytes.data()), &size);
    if (code != 0 || size != id.bytes.size()) {
        return fail(gnutls_failure("the key's hash", code));
    }
    return id;
}

}  // namespace

Identity::Credentials::Credentials() { gnutls_certificate_allocate_credentials(&handle); }
Identity::Credentials::~Credentials() { gnutls_certificate_free_credentials(handle); }

Result<PeerId> peer_id_of_certificate(std::span<const unsigned char> der)
{
    const Certificate certificate;
    const gnutls_datum_t bytes{const_cast<unsigned char*>(der.data()), static_cast<unsigned>(der.size())};
    if (const int code = gnutls_x509_crt_import(certificate.handle, &bytes, GNUTLS_X509_FMT_DER); code != 0) {
        return fail(gnutls_failure("the peer's certificate", code));
    }
    return key_id(certificate.handle);
}

static Result<std::pair<PeerId, std::shared_ptr<Identity::Credentials>>> load(const Pem& pem)
{
    auto credentials = std::make_shared<Identity::Credentials>();
    const auto key = datum(pem.key);
    const auto certificate_pem = datum(pem.certificate);
    if (const int code = gnutls_certificate_set_x509_key_mem(credentials->handle, &certificate_pem, &key,
                                                             GNUTLS_X509_FMT_PEM);
        code < 0) {
        return fail(ErrorCode::invalid_input,
                    fmt::format("key and certificate do not fit: {}", gnutls_strerror(code)));
    }
    const Certificate certificate;
    if (const int code = gnutls_x509_crt_import(certificate.handle, &certificate_pem, GNUTLS_X509_FMT_PEM);
        code != 0) {
        return fail(gnutls_failure("certificate", code));
    }
    const auto id = key_id(certificate.handle);
    if (!id) {
        return fail(id.error());
    }
    return std::pair(*id, std::move(credentials));
}

Result<Identity> Identity::open(const std::filesystem::path& folder)
{
    const auto key_path = folder / "key.pem";
    const auto certificate_path = folder / "cert.pem";
    std::error_code ignored;
    if (!std::filesystem::exists(key_path, ignored)) {
        if (const auto folder_made = platform::make_folders(folder, platform::FileAccess::owner_only);
            !folder_made) {
            return fail(folder_made.error().in("identity"));
        }
        const auto made = generate();
        if (!made) {
            return fail(made.error());
        }
        // The key last: its presence says that both are there.
        for (const auto& [path, text] :
             {std::pair(certificate_path, made->certificate), std::pair(key_path, made->key)}) {
            const auto written =
                platform::write_atomically(path, as_bytes(text), platform::FileAccess::owner_only);
            if (!written) {
                return fail(written.error().in("identity"));
            }
        }
    }
    const auto key = read_pem(key_path);
    const auto certificate = read_pem(certificate_path);
    if (!key || !certificate) {
        return fail((key ? certificate : key).error().in("identity"));
    }
    auto loaded = load({*key, *certificate});
    if (!loaded) {
        return fail(loaded.error().in(fmt::format(
            "identity in {} (restore it, or remove both files to become a new peer)", folder.string())));
    }
    Identity identity;
    identity.id_ = loaded->first;
    identity.credentials_ = std::move(loaded->second);
    return identity;
}

Result<Identity> Identity::ephemeral()
{
    const auto made = generate();
    if (!made) {
        return fail(made.error());
    }
    auto loaded = load(*made);
    if (!loaded) {
        return fail(loaded.error());
    }
    Identity identity;
    identity.id_ = loaded->first;
    identity.credentials_ = std::move(loaded->second);
    return identity;
}

}  // namespace lanspread::transport
