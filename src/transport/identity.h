#pragma once

#include <filesystem>
#include <memory>

#include "base/digest.h"
#include "base/error.h"

namespace lanspread::transport {

/// This peer's key and self-signed certificate. Made on the first start, read on every later one.
class Identity {
public:
    /// Reads `folder`/key.pem and cert.pem, or makes both (Ed25519; the folder 0700, the key 0600) where
    /// neither exists.
    [[nodiscard]] static Result<Identity> open(const std::filesystem::path& folder);
    /// One that is on no disk, for tests.
    [[nodiscard]] static Result<Identity> ephemeral();

    /// SHA-256 of the public key: what the other side computes from what TLS proved.
    [[nodiscard]] const PeerId& id() const { return id_; }

    struct Credentials;  ///< the TLS library's; for the transport only
    [[nodiscard]] const std::shared_ptr<Credentials>& credentials() const { return credentials_; }

private:
    PeerId id_;
    std::shared_ptr<Credentials> credentials_;
};

}  // namespace lanspread::transport
