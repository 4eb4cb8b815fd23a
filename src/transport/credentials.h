#pragma once

#include <span>

#include <gnutls/gnutls.h>

#include "transport/identity.h"

namespace lanspread::transport {

/// Key and certificate as GnuTLS wants them. Immutable after loading, so threads and sessions share it.
struct Identity::Credentials {
    Credentials();
    ~Credentials();
    Credentials(const Credentials&) = delete;
    Credentials& operator=(const Credentials&) = delete;

    gnutls_certificate_credentials_t handle = nullptr;
};

/// SHA-256 of the public key (SubjectPublicKeyInfo) in a DER certificate that nobody vouches for.
[[nodiscard]] Result<PeerId> peer_id_of_certificate(std::span<const unsigned char> der);

}  // namespace lanspread::transport
