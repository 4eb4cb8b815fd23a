// One key in use on two PCs: how it is told.

#include <algorithm>
#include <chrono>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/log.h"
#include "party/addresses.h"
#include "party/party.h"

namespace lanspread::party {

namespace {

/// A place that was not told of again for so long is history.
constexpr std::chrono::minutes clone_memory{5};
constexpr std::size_t max_own_clones = 8;
/// An address is looked into once in so long, so that nobody can make us dial it all the time.
constexpr std::chrono::minutes hint_pause{1};
constexpr std::chrono::seconds check_patience{4};

/// "10.0.0.5 and 10.0.0.7"; with their ports where they are on one host.
std::string text_of(const std::vector<Address>& places)
{
    const bool share_a_host = std::ranges::any_of(
        places, [&](const Address& place) { return std::ranges::count(places, place.ip, &Address::ip) > 1; });
    std::vector<std::string> texts;
    for (const auto& place : places) {
        texts.push_back(share_a_host ? place.text() : place.ip_text());
    }
    return fmt::format("{}", fmt::join(texts, " and "));
}

}  // namespace

void Party::clone_seen(const std::string& path, const Address& address)
{
    const auto now = Clock::now();
    std::erase_if(clone_hints_, [now](const OwnClone& hint) { return hint.seen + hint_pause < now; });
    const bool is_looked_into =
        std::ranges::find(clone_hints_, address, &OwnClone::address) != clone_hints_.end();
    if (group_ && !is_leaving_ && !is_looked_into && clone_hints_.size() < max_own_clones &&
        is_dialable(address)) {
        clone_hints_.push_back({.address = address, .seen = now});
        group_->spawn(check_clone(path, address));
    }
}

/// Anybody can announce anything: whoever has our key can prove it.
Task<void> Party::check_clone(std::string path, Address address)
{
    DialRequest request{.addresses = {address}, .expected = self_};
    const auto dialled = co_await dial_first(endpoint_, std::move(request), Clock::now() + check_patience);
    if (!dialled.own_key.empty()) {
        own_key_found(path, address);
    } else if (!dialled.connection) {
        log::debug("party", "our own id is announced at {}, but: {}", address.text(),
                   dialled.connection.error().message);
    }
}

void Party::own_key_found(const std::string& path, const Address& address)
{
    const auto now = Clock::now();
    std::erase_if(own_clones_, [now](const OwnClone& clone) { return clone.seen + clone_memory < now; });
    const auto known =
        std::ranges::find(own_clones_, address.ip, [](const OwnClone& clone) { return clone.address.ip; });
    if (known != own_clones_.end()) {
        known->seen = now;
        return;
    }
    if (own_clones_.size() == max_own_clones) {
        return;
    }
    own_clones_.push_back({.address = address, .seen = now});
    const auto text = *own_clone_text();
    log::warning("party", "{} (by {})", text, path);
    options_.events.clone_found(self_, text);
}

void Party::watch_for_clones(const Session& session)
{
    const auto& peer = session.peer();
    const auto& addresses = session.addresses();
    const auto place = addresses.empty() ? session.connection().remote() : addresses.front();
    if (clones_.admitted(peer, session.epoch(), place, Clock::now())) {
        const auto text = clone_text(peer);
        log::warning("party", "{}", text);
        options_.events.clone_found(peer, text);
    }
}

std::string Party::clone_text(const PeerId& peer) const
{
    return fmt::format("{}: same identity on two PCs: {}; delete the state folder of one", name(peer),
                       text_of(clones_.places(peer, Clock::now())));
}

std::optional<std::string> Party::own_clone_text() const
{
    const auto now = Clock::now();
    std::vector<Address> places;
    for (const auto& clone : own_clones_) {
        if (clone.seen + clone_memory >= now) {
            places.push_back(clone.address);
        }
    }
    if (places.empty()) {
        return std::nullopt;
    }
    return fmt::format("same identity on two PCs: this one and {}; delete the state folder of one",
                       text_of(places));
}

std::vector<std::string> Party::problems() const
{
    std::vector<std::string> problems;
    if (auto own = own_clone_text()) {
        problems.push_back(std::move(*own));
    }
    for (const auto& peer : clones_.peers(Clock::now())) {
        problems.push_back(clone_text(peer));
    }
    std::ranges::sort(problems);
    return problems;
}

}  // namespace lanspread::party
