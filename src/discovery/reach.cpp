#include "discovery/reach.h"

#include <algorithm>

namespace lanspread::discovery {

namespace {

bool is_scoped(const Address& address) { return !address.is_v4() && address.is_link_local(); }

}  // namespace

Reach::Reach(std::vector<platform::NetworkInterface> cards, SourceTowards source_towards)
    : cards_(std::move(cards)), source_towards_(std::move(source_towards))
{
}

std::vector<Address> Reach::own_addresses(const Address& remote) const
{
    if (remote.is_loopback()) {
        return own_addresses();
    }
    const auto leading = cards_towards(remote);
    std::vector<Address> addresses;
    for (const auto& card : cards_) {
        for (const auto& own : card.addresses) {
            if (leading.contains(card.index) && (!is_scoped(own.address) || is_scoped(remote))) {
                addresses.push_back(own.address);
                addresses.back().scope = 0;
            }
        }
    }
    return addresses;
}

std::vector<Address> Reach::own_addresses() const
{
    std::vector<Address> addresses;
    for (const auto& card : cards_) {
        for (const auto& own : card.addresses) {
            if (!is_scoped(own.address)) {
                addresses.push_back(own.address);
            }
        }
    }
    return addresses;
}

bool Reach::may_hand_on(const Address& address, const Address& to) const
{
    if (address.is_loopback() || (is_scoped(address) && !is_scoped(to))) {
        return address.is_loopback() && to.is_loopback();
    }
    const auto behind = cards_towards(address);
    const auto leading = cards_towards(to);
    return to.is_loopback() ||
           std::ranges::any_of(behind, [&leading](auto card) { return leading.contains(card); });
}

/// Two cards in one network are both among them.
std::set<std::uint32_t> Reach::cards_towards(const Address& remote) const
{
    std::set<std::uint32_t> indices;
    const auto add_where = [this, &indices](const auto& condition) {
        for (const auto& card : cards_) {
            if (std::ranges::any_of(card.addresses, condition)) {
                indices.insert(card.index);
            }
        }
    };
    if (is_scoped(remote)) {
        add_where(
            [&remote](const auto& own) { return remote.scope != 0 && own.address.scope == remote.scope; });
        return indices;
    }
    add_where([&remote](const auto& own) { return own.is_on_link(remote); });
    if (indices.empty() && source_towards_) {
        if (const auto source = source_towards_(remote)) {
            add_where([&source](const auto& own) { return own.address.ip == source->ip; });
        }
    }
    return indices;
}

}  // namespace lanspread::discovery
