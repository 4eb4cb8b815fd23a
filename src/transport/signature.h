#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "transport/identity.h"

/// Signatures (Ed25519, RFC 8032) by the keys that peers are known by, for what is said outside of a
/// connection.
namespace lanspread::transport {

using PublicKey = std::array<std::byte, 32>;
using Signature = std::array<std::byte, 64>;

/// Signs with a peer's own key. A value that shares the key; any thread.
class Signer {
public:
    /// `refused` where the key is not an Ed25519 one, so a person put it there.
    [[nodiscard]] static Result<Signer> of(const Identity& identity);

    [[nodiscard]] const PublicKey& public_key() const { return public_key_; }
    /// What is signed must begin with words of its own, so that it is taken for nothing else.
    [[nodiscard]] Result<Signature> sign(ByteSpan message) const;

private:
    struct Key;
    std::shared_ptr<const Key> key_;
    PublicKey public_key_{};
};

/// Whether `signature` is that of `message` by `key`. Costs about 0.2 ms. Any thread.
[[nodiscard]] bool verify_signature(const PublicKey& key, ByteSpan message, const Signature& signature);

/// Whose key that is: what the transport finds out of a certificate with it.
[[nodiscard]] PeerId peer_id_of_key(const PublicKey& key);

}  // namespace lanspread::transport
