#pragma once

#include <cstring>
#include <utility>
#include <vector>

#include <gnutls/crypto.h>

#include "transport/hostile_client_test.h"

namespace lanspread::transport {

/// ngtcp2's own callbacks serve an attacker well, but for these.
struct HostileCallbacks {
    /// ngtcp2 hands no user data to its cipher; one thread drives one client at a time.
    static inline thread_local HostileClient* writing = nullptr;

    static HostileClient& self(void* user_data) { return *static_cast<HostileClient*>(user_data); }

    static int encrypt(std::uint8_t* out, const ngtcp2_crypto_aead* aead,
                       const ngtcp2_crypto_aead_ctx* context, const std::uint8_t* plaintext, std::size_t size,
                       const std::uint8_t* nonce, std::size_t nonce_size, const std::uint8_t* data,
                       std::size_t data_size)
    {
        const auto replacement =
            writing != nullptr ? std::exchange(writing->replacement_, {}) : std::string();
        if (replacement.empty()) {
            return ngtcp2_crypto_encrypt_cb(out, aead, context, plaintext, size, nonce, nonce_size, data,
                                            data_size);
        }
        must(replacement.size() <= size, "the packet is too small for these frames");
        std::vector<std::uint8_t> frames(size);  // the rest is PADDING
        std::memcpy(frames.data(), replacement.data(), replacement.size());
        return ngtcp2_crypto_encrypt_cb(out, aead, context, frames.data(), size, nonce, nonce_size, data,
                                        data_size);
    }

    static int received(ngtcp2_conn* connection, std::uint32_t, std::int64_t id, std::uint64_t,
                        const std::uint8_t*, std::size_t size, void* user_data, void*)
    {
        self(user_data).received_ += size;
        ngtcp2_conn_extend_max_stream_offset(connection, id, size);
        ngtcp2_conn_extend_max_offset(connection, size);
        return 0;
    }

    static int confirmed(ngtcp2_conn*, void* user_data)
    {
        self(user_data).confirmed_ = true;
        return 0;
    }

    static void random(std::uint8_t* out, std::size_t size, const ngtcp2_rand_ctx*)
    {
        static_cast<void>(gnutls_rnd(GNUTLS_RND_NONCE, out, size));
    }

    static int new_connection_id(ngtcp2_conn*, ngtcp2_cid* cid, std::uint8_t* token, std::size_t size, void*)
    {
        cid->datalen = size;
        random(cid->data, size, nullptr);
        random(token, NGTCP2_STATELESS_RESET_TOKENLEN, nullptr);
        return 0;
    }

    static ngtcp2_callbacks make()
    {
        ngtcp2_callbacks callbacks{};
        callbacks.client_initial = ngtcp2_crypto_client_initial_cb;
        callbacks.recv_crypto_data = ngtcp2_crypto_recv_crypto_data_cb;
        callbacks.encrypt = encrypt;
        callbacks.decrypt = ngtcp2_crypto_decrypt_cb;
        callbacks.hp_mask = ngtcp2_crypto_hp_mask_cb;
        callbacks.recv_retry = ngtcp2_crypto_recv_retry_cb;
        callbacks.recv_stream_data = received;
        callbacks.rand = random;
        callbacks.get_new_connection_id = new_connection_id;
        callbacks.update_key = ngtcp2_crypto_update_key_cb;
        callbacks.handshake_confirmed = confirmed;
        callbacks.delete_crypto_aead_ctx = ngtcp2_crypto_delete_crypto_aead_ctx_cb;
        callbacks.delete_crypto_cipher_ctx = ngtcp2_crypto_delete_crypto_cipher_ctx_cb;
        callbacks.get_path_challenge_data = ngtcp2_crypto_get_path_challenge_data_cb;
        callbacks.version_negotiation = ngtcp2_crypto_version_negotiation_cb;
        return callbacks;
    }
};

}  // namespace lanspread::transport
