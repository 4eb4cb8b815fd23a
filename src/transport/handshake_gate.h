#pragma once

#include <cstddef>
#include <unordered_map>

#include "base/address.h"

namespace lanspread::transport {

/// Which dials of others are taken up, so that the handshakes that run end in time. Each costs a millisecond
/// of work. Where a hundred peers dial one at once, those that it took up beyond what it can do would all
/// time out, be begun again, and time out again; one that is not taken up is only sent again by QUIC, some 60
/// ms later, and so on (RFC 9002 §6.2). Pure.
///
/// A stranger may begin handshakes from addresses that are not its own: half of the room is therefore for
/// those who have proven that they receive what is sent to their address, by the token of a Retry packet
/// (RFC 9000 §8.1.2), which costs us next to nothing; and one host gets half of all.
class HandshakeGate {
public:
    static constexpr std::size_t max_at_once = 16;
    static constexpr std::size_t max_unproven = max_at_once / 2;
    static constexpr std::size_t max_of_host = max_at_once / 2;

    enum class Verdict {
        accept,
        prove,  ///< ask for a proof of the address
        ignore,
    };

    [[nodiscard]] Verdict judge(const Address& remote, bool is_proven) const;
    /// `handshake` names it; unique among those that run.
    void began(const void* handshake, const Address& remote, bool is_proven);
    /// Whoever began it has answered what was sent to its address.
    void proved(const void* handshake);
    /// Fine for one that is not known.
    void ended(const void* handshake);

private:
    struct Handshake {
        Address host;  ///< port 0
        bool is_proven = false;
    };

    std::unordered_map<const void*, Handshake> running_;
    std::size_t unproven_ = 0;  ///< among them
};

}  // namespace lanspread::transport
