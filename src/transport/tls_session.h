#pragma once

#include <memory>
#include <optional>

#include <gnutls/gnutls.h>
#include <ngtcp2/ngtcp2_crypto.h>

#include "transport/credentials.h"

namespace lanspread::transport {

/// The TLS 1.3 side of one QUIC connection (RFC 9001): mutual authentication by self-signed certificates, of
/// which only the key counts; one cipher suite; ALPN `lanspread/1`. A C handle with its settings; owned by
/// its QuicConnection.
class TlsSession {
public:
    enum class Side { client, server };

    /// `reference` leads the callbacks of ngtcp2's GnuTLS glue to the connection; it and `credentials`
    /// outlive the session. `on_secrets` is GnuTLS's secret function: where the packet keys are made of what
    /// TLS agreed on.
    [[nodiscard]] static Result<std::unique_ptr<TlsSession>> make(Side side,
                                                                  const Identity::Credentials& credentials,
                                                                  ngtcp2_crypto_conn_ref& reference,
                                                                  gnutls_handshake_secret_func on_secrets);
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    [[nodiscard]] gnutls_session_t handle() const { return handle_; }
    /// The id of the key that the other side has proven to hold. Only after the handshake.
    [[nodiscard]] Result<PeerId> peer_id() const;

private:
    TlsSession() = default;
    gnutls_session_t handle_ = nullptr;
};

}  // namespace lanspread::transport
