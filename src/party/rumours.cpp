#include "party/rumours.h"

#include <algorithm>
#include <tuple>

namespace lanspread::party {

namespace {

constexpr std::chrono::seconds cleaning_pause{1};

}  // namespace

void Rumours::heard(const PeerId& teller, const PeerId& peer, const std::vector<Address>& addresses,
                    TimePoint now, Duration delay)
{
    const auto kept = std::min(addresses.size(), parameters_.max_addresses);
    const std::vector<Address> listed(addresses.begin(),
                                      addresses.begin() + static_cast<std::ptrdiff_t>(kept));
    if (listed.empty()) {
        return;
    }
    const Saying fresh{.teller = teller, .addresses = listed, .due = now + delay};
    if (const auto known = rumours_.find(peer); known != rumours_.end()) {
        auto& sayings = known->second.sayings;
        if (const auto same = std::ranges::find(sayings, teller, &Saying::teller); same != sayings.end()) {
            if (same->addresses != listed) {
                *same = fresh;
            }
            return;
        }
        if (sayings.size() >= parameters_.max_tellers_of_peer) {
            const auto wrong = std::ranges::max_element(sayings, {}, &Saying::failures);
            if (wrong->failures == 0) {
                return;
            }
            drop(known, static_cast<std::size_t>(wrong - sayings.begin()));
        }
    }
    auto& source = tellers_[teller];
    if (source.sayings >= parameters_.max_of_teller ||
        (size_ >= parameters_.max_rumours && !make_room(source.sayings))) {
        return;
    }
    ++source.sayings;
    ++size_;
    rumours_[peer].sayings.push_back(fresh);
}

std::vector<Rumours::Dial> Rumours::next_dials(TimePoint now, const IsWanted& is_wanted, std::size_t room)
{
    forget_old(now);
    struct Due {
        const PeerId* peer;
        Rumour* rumour;
        Saying* saying;
    };
    std::vector<Due> due;
    for (auto& [peer, rumour] : rumours_) {
        for (auto& saying : rumour.sayings) {
            if (saying.due <= now) {
                due.push_back({.peer = &peer, .rumour = &rumour, .saying = &saying});
            }
        }
    }
    std::ranges::sort(due, {}, [](const Due& entry) {
        return std::tuple(entry.saying->failures, entry.saying->due, *entry.peer);
    });
    std::vector<Dial> dials;
    for (const auto& [peer, rumour, saying] : due) {
        if (dials.size() == room) {
            break;
        }
        if (!has_room_for(*rumour, *saying)) {
            continue;
        }
        if (!is_wanted(*peer)) {
            saying->due = now + look_again;
        } else if (auto dial = try_dial(*peer, *saying, now)) {
            begin(*rumour, *dial, now);
            dials.push_back(std::move(*dial));
        }
    }
    return dials;
}

TimePoint Rumours::next_due() const
{
    auto next = TimePoint::max();
    for (const auto& [peer, rumour] : rumours_) {
        for (const auto& saying : rumour.sayings) {
            next = has_room_for(rumour, saying) ? std::min(next, saying.due) : next;
        }
    }
    return next;
}

void Rumours::reached(const PeerId& peer, const Address& address, TimePoint now)
{
    if (const auto host = hosts_.find(address.ip); host != hosts_.end()) {
        host->second = {.dials = host->second.dials, .has_answered = true, .last_dial = now};
    }
    const auto found = rumours_.find(peer);
    if (found == rumours_.end()) {
        return;
    }
    end(found->second, Outcome::reached, now);
    while (found->second.sayings.size() > 1) {
        drop(found, 0);
    }
    drop(found, 0);
}

void Rumours::failed(const PeerId& peer, ErrorCode code, TimePoint now)
{
    const auto found = rumours_.find(peer);
    if (found == rumours_.end() || !found->second.dial) {
        return;  // it was reached in another way meanwhile
    }
    auto& rumour = found->second;
    const auto dialled = *rumour.dial;
    end(rumour, code == ErrorCode::refused ? Outcome::refused : Outcome::unanswered, now);
    const auto saying = std::ranges::find(rumour.sayings, dialled.teller, &Saying::teller);
    if (saying == rumour.sayings.end()) {
        return;
    }
    ++saying->failures;
    saying->due = now + (is_given_up(*saying) ? parameters_.given_up_for
                                              : parameters_.pause * (saying->failures == 1 ? 1 : 4));
}

void Rumours::forget(const PeerId& banned)
{
    for (auto rumour = rumours_.begin(); rumour != rumours_.end();) {
        const auto next = std::next(rumour);
        auto& sayings = rumour->second.sayings;
        for (auto index = sayings.size(); index > 0; --index) {
            const bool is_last = sayings.size() == 1;
            if (!rumour->second.dial && (rumour->first == banned || sayings[index - 1].teller == banned)) {
                drop(rumour, index - 1);
                if (is_last) {
                    break;
                }
            }
        }
        rumour = next;
    }
}

void Rumours::network_changed(TimePoint now)
{
    for (auto& [key, host] : hosts_) {
        host.in_vain = 0;
        host.rests_until = now;
    }
    for (auto& [peer, rumour] : rumours_) {
        for (auto& saying : rumour.sayings) {
            saying.failures = 0;
            saying.due = now;
        }
    }
}

std::vector<PeerId> Rumours::told_by(const PeerId& teller) const
{
    std::vector<PeerId> peers;
    for (const auto& [peer, rumour] : rumours_) {
        if (std::ranges::find(rumour.sayings, teller, &Saying::teller) != rumour.sayings.end()) {
            peers.push_back(peer);
        }
    }
    return peers;
}

bool Rumours::has_room_for(const Rumour& rumour, const Saying& saying) const
{
    const auto& teller = tellers_.at(saying.teller);
    const auto places = parameters_.max_dials - (teller.spent == 0 ? 0 : parameters_.kept_for_good);
    return !rumour.dial && dials_ < places && teller.dials < parameters_.max_dials_of_teller;
}

/// The dial for what was said, or nothing; then it is due when there may be one.
std::optional<Rumours::Dial> Rumours::try_dial(const PeerId& peer, Saying& saying, TimePoint now) const
{
    if (tellers_.at(saying.teller).spent >= parameters_.credit) {
        saying.due = now + parameters_.credit_returns;
        return std::nullopt;
    }
    Dial dial{.peer = peer, .teller = saying.teller, .addresses = {}};
    auto earliest = TimePoint::max();
    for (const auto& address : saying.addresses) {
        const auto free = free_at(address, saying.teller, now);
        earliest = std::min(earliest, free);
        if (free <= now) {
            dial.addresses.push_back(address);
        }
    }
    if (dial.addresses.empty()) {
        saying.due = std::max(earliest, now + look_again);
        return std::nullopt;
    }
    return dial;
}

void Rumours::begin(Rumour& rumour, const Dial& dial, TimePoint now)
{
    rumour.dial = dial;
    ++dials_;
    ++tellers_.at(dial.teller).dials;
    begin_at_hosts(dial, now);
}

void Rumours::end(Rumour& rumour, Outcome outcome, TimePoint now)
{
    if (!rumour.dial) {
        return;
    }
    const auto dial = *rumour.dial;
    rumour.dial.reset();
    --dials_;
    auto& teller = tellers_.at(dial.teller);
    --teller.dials;
    if (outcome != Outcome::reached) {
        teller.returned_at = teller.spent == 0 ? now : teller.returned_at;
        ++teller.spent;
    } else if (teller.spent > 0) {
        --teller.spent;
    }
    end_at_hosts(dial, outcome, now);
}

/// Takes one away from the teller that has the most of them, if that leaves it with no fewer than the others.
bool Rumours::make_room(std::size_t of_the_asker)
{
    const auto most =
        std::ranges::max_element(tellers_, {}, [](const auto& teller) { return teller.second.sayings; });
    if (most->second.sayings <= of_the_asker + 1) {
        return false;
    }
    for (auto rumour = rumours_.begin(); rumour != rumours_.end(); ++rumour) {
        auto& sayings = rumour->second.sayings;
        const auto saying = std::ranges::find(sayings, most->first, &Saying::teller);
        if (saying != sayings.end() && !rumour->second.dial) {
            drop(rumour, static_cast<std::size_t>(saying - sayings.begin()));
            return true;
        }
    }
    return false;
}

/// The rumour goes with its last saying.
void Rumours::drop(Map::iterator rumour, std::size_t saying)
{
    auto& sayings = rumour->second.sayings;
    --tellers_.at(sayings[saying].teller).sayings;
    --size_;
    sayings.erase(sayings.begin() + static_cast<std::ptrdiff_t>(saying));
    if (sayings.empty()) {
        rumours_.erase(rumour);
    }
}

/// What was given up long ago, and what has no memory to keep. Gives back the credit that time returns.
void Rumours::forget_old(TimePoint now)
{
    if (now < next_cleaning_) {
        return;
    }
    next_cleaning_ = now + cleaning_pause;
    for (auto rumour = rumours_.begin(); rumour != rumours_.end();) {
        const auto next = std::next(rumour);
        const auto& sayings = rumour->second.sayings;
        for (auto index = sayings.size(); index > 0; --index) {
            const bool is_last = sayings.size() == 1;
            if (is_given_up(sayings[index - 1]) && sayings[index - 1].due <= now && !rumour->second.dial) {
                drop(rumour, index - 1);
                if (is_last) {
                    break;
                }
            }
        }
        rumour = next;
    }
    for (auto& [peer, teller] : tellers_) {
        while (teller.spent > 0 && teller.returned_at + parameters_.credit_returns <= now) {
            --teller.spent;
            teller.returned_at += parameters_.credit_returns;
        }
    }
    std::erase_if(tellers_, [](const auto& entry) {
        return entry.second.sayings == 0 && entry.second.spent == 0 && entry.second.dials == 0;
    });
}

}  // namespace lanspread::party
