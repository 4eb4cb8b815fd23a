#pragma once
#include "base/address.h"
#include "platform/interfaces.h"

#include <functional>
#include <optional>
#include <set>
#include <vector>

namespace lanspread::discovery {

/// Which addresses are of use to whom. An address is told only over the card behind which it lies: so a peer
/// in the hall is not sent to a VPN or to a bridge of containers, and of two networks neither learns of the
/// other. A value: made anew when the cards change.
class Reach {
public:
    /// The address of ours that the system would send from (platform::source_towards).
    using SourceTowards = std::function<std::optional<Address>(const Address& remote)>;

    Reach() = default;
    /// `cards`: those to be used, best first.
    Reach(std::vector<platform::NetworkInterface> cards, SourceTowards source_towards);

    /// Our addresses (port 0) for a peer at `remote`: those of the card that leads there. Link-local IPv6
    /// ones only where `remote` is one. For a peer on this host, on its loopback: those of all cards.
    [[nodiscard]] std::vector<Address> own_addresses(const Address& remote) const;
    /// All of ours but the link-local IPv6 ones, best first; port 0.
    [[nodiscard]] std::vector<Address> own_addresses() const;

    /// Whether a peer at `to` may be told that another one listens at `address`: the same card of ours leads
    /// to both.
    [[nodiscard]] bool may_hand_on(const Address& address, const Address& to) const;

private:
    [[nodiscard]] std::set<std::uint32_t> cards_towards(const Address& remote) const;

    std::vector<platform::NetworkInterface> cards_;
    SourceTowards source_towards_;
};

}  // namespace lanspread::discovery
