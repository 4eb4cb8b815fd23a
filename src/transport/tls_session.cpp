#include "transport/tls_session.h"

#include <fmt/format.h>
#include <ngtcp2/ngtcp2_crypto_gnutls.h>

namespace lanspread::transport {

namespace {

// One suite, so that one packet cipher is enough; both curves for a peer whose TLS library has no Ed25519.
constexpr const char* priorities =
    "NONE:+VERS-TLS1.3:+AES-128-GCM:+AEAD:+SHA256:+GROUP-X25519:+GROUP-SECP256R1:+SIGN-EDDSA-ED25519:"
    "+SIGN-ECDSA-SECP256R1-SHA256:+CTYPE-X509:%DISABLE_TLS13_COMPAT_MODE";

constexpr std::string_view protocol = "lanspread/1";

/// Any key is welcome here: who the peer is gets decided by the key's hash, after TLS has proven that the
/// peer holds it. GnuTLS refuses a peer that names another protocol, but not one that names none (RFC 9001
/// §8.1 has both refused).
int accept_any_single_certificate(gnutls_session_t session)
{
    gnutls_datum_t chosen{};
    if (gnutls_alpn_get_selected_protocol(session, &chosen) != 0) {
        return GNUTLS_E_NO_APPLICATION_PROTOCOL;
    }
    unsigned count = 0;
    const auto* list = gnutls_certificate_get_peers(session, &count);
    return list != nullptr && count == 1 &&
                   gnutls_certificate_type_get2(session, GNUTLS_CTYPE_PEERS) == GNUTLS_CRT_X509
               ? 0
               : GNUTLS_E_CERTIFICATE_ERROR;
}

}  // namespace

Result<std::unique_ptr<TlsSession>> TlsSession::make(Side side, const Identity::Credentials& credentials,
                                                     ngtcp2_crypto_conn_ref& reference,
                                                     gnutls_handshake_secret_func on_secrets)
{
    std::unique_ptr<TlsSession> session(new TlsSession);
    const bool is_server = side == Side::server;
    const unsigned flags =
        (is_server ? GNUTLS_SERVER : GNUTLS_CLIENT) | GNUTLS_NO_TICKETS | GNUTLS_NO_AUTO_REKEY;
    if (const int code = gnutls_init(&session->handle_, flags); code != 0) {
        return fail(ErrorCode::internal, fmt::format("TLS: {}", gnutls_strerror(code)));
    }
    auto* const handle = session->handle_;
    const gnutls_datum_t alpn{reinterpret_cast<unsigned char*>(const_cast<char*>(protocol.data())),
                              static_cast<unsigned>(protocol.size())};
    for (const int code : {
             gnutls_priority_set_direct(handle, priorities, nullptr),
             is_server ? ngtcp2_crypto_gnutls_configure_server_session(handle)
                       : ngtcp2_crypto_gnutls_configure_client_session(handle),
             gnutls_credentials_set(handle, GNUTLS_CRD_CERTIFICATE, credentials.handle),
             gnutls_alpn_set_protocols(handle, &alpn, 1, GNUTLS_ALPN_MANDATORY),
         }) {
        if (code != 0) {
            return fail(ErrorCode::internal, fmt::format("TLS: {}", gnutls_strerror(code)));
        }
    }
    gnutls_handshake_set_secret_function(handle, on_secrets);
    gnutls_session_set_verify_function(handle, accept_any_single_certificate);
    gnutls_session_set_ptr(handle, &reference);
    if (is_server) {
        gnutls_certificate_server_set_request(handle, GNUTLS_CERT_REQUIRE);
    }
    return session;
}

TlsSession::~TlsSession() { gnutls_deinit(handle_); }

Result<PeerId> TlsSession::peer_id() const
{
    unsigned count = 0;
    const auto* list = gnutls_certificate_get_peers(handle_, &count);
    if (list == nullptr || count != 1) {
        return fail(ErrorCode::refused, "the peer sent no certificate");
    }
    return peer_id_of_certificate({list[0].data, list[0].size});
}

}  // namespace lanspread::transport
