#include "party/peer_book.h"

#include <algorithm>

#include <fmt/format.h>

#include "party/addresses.h"

namespace lanspread::party {

namespace {

/// Ways in which one peer was found: three paths on a handful of cards.
constexpr std::size_t max_paths = 16;

}  // namespace

void PeerBook::sighted(const std::string& path, const std::string& interface_name, const PeerId& peer,
                       const std::string& name, const std::vector<Address>& addresses, TimePoint now)
{
    auto* record = peer == self_ ? nullptr : record_of(peer, now);
    if (record == nullptr) {
        return;
    }
    add_path(*record, path, interface_name, now);
    add_addresses(*record, addresses, record->was_connected);
    record->last_seen = now;
    if (!name.empty()) {
        record->name = name;
    }
    const bool is_news = !record->is_listed || record->attempts.back_off.failures() > 0;
    record->is_listed = true;
    record->waits_for_news = false;
    if (!record->is_connected && is_news) {
        record->attempts.back_off.renewed(now, peer < self_ ? parameters_.head_start : Duration());
    }
}

void PeerBook::lost(const PeerId& peer)
{
    const auto found = records_.find(peer);
    if (found != records_.end() && !found->second.is_connected) {
        found->second.is_listed = false;
        found->second.waits_for_news = true;
    }
}

Result<void> PeerBook::type(const std::string& host_port, TimePoint now)
{
    if (!typed_.contains(host_port) && typed_.size() == parameters_.max_typed) {
        return fail(ErrorCode::refused,
                    fmt::format("address '{}': {} addresses are kept already", host_port, typed_.size()));
    }
    typed_[host_port].attempts.back_off.renewed(now);
    return {};
}

void PeerBook::ban(const PeerId& peer, const std::string& reason)
{
    if (bans_.insert_or_assign(peer, reason).second) {
        bans_by_age_.push_back(peer);
    }
    if (bans_.size() > parameters_.max_bans) {
        bans_.erase(bans_by_age_.front());
        bans_by_age_.pop_front();
    }
    if (auto* record = record_of(peer, TimePoint::min())) {
        record->is_listed = true;
    }
}

const std::string* PeerBook::ban_reason(const PeerId& peer) const
{
    const auto found = bans_.find(peer);
    return found == bans_.end() ? nullptr : &found->second;
}

void PeerBook::joined(const std::string& path, const PeerId& peer, const std::string& name,
                      const std::vector<Address>& addresses, TimePoint now)
{
    auto* record = record_of(peer, now);
    if (record == nullptr) {
        return;  // every record is a connected peer's: this one is served, but not remembered
    }
    if (!path.empty()) {
        add_path(*record, path, "", now);
    }
    add_addresses(*record, addresses, false);
    record->name = name;
    record->is_listed = true;
    record->is_connected = true;
    record->was_connected = true;
    record->waits_for_news = false;
    record->connected_at = now;
    record->last_seen = now;
    record->attempts.problem.reset();
}

void PeerBook::left(const PeerId& peer, Left how, TimePoint now, double jitter)
{
    const auto found = records_.find(peer);
    if (found == records_.end() || !found->second.is_connected) {
        return;
    }
    auto& record = found->second;
    record.is_connected = false;
    record.is_listed = is_banned(peer);
    record.last_seen = now;
    record.waits_for_news = how == Left::goodbye;
    const bool was_steady = how == Left::lost && now - record.connected_at >= parameters_.steady_after;
    const auto retry = [&](BackOff& back_off) {
        if (was_steady) {
            back_off.renewed(now);
        } else {
            back_off.failed(now, jitter);
        }
    };
    retry(record.attempts.back_off);
    for (auto& [text, typed] : typed_) {
        if (typed.peer == peer) {
            retry(typed.attempts.back_off);
        }
    }
}

std::vector<PeerBook::Dial> PeerBook::next_dials(TimePoint now)
{
    forget_old(now);
    struct Due {
        Attempts* attempts;
        Dial dial;
    };
    std::vector<Due> due;
    for (auto& [peer, record] : records_) {
        if (is_waiting(peer, record) && record.attempts.back_off.due() <= now) {
            due.push_back(
                {.attempts = &record.attempts, .dial = {.target = peer, .addresses = record.addresses}});
        }
    }
    for (auto& [text, typed] : typed_) {
        if (is_waiting(typed) && typed.attempts.back_off.due() <= now) {
            due.push_back({.attempts = &typed.attempts, .dial = {.target = text, .addresses = {}}});
        }
    }
    std::ranges::sort(due, {}, [](const Due& entry) {
        return std::pair(entry.attempts->back_off.failures(), entry.attempts->back_off.due());
    });
    std::vector<Dial> dials;
    for (auto& [attempts, dial] : due) {
        if (has_room_for(*attempts)) {
            begin(*attempts);
            dials.push_back(std::move(dial));
        }
    }
    return dials;
}

TimePoint PeerBook::next_due() const
{
    auto next = TimePoint::max();
    const auto consider = [&](const Attempts& attempts) {
        if (has_room_for(attempts)) {  // where there is none, the end of a dial is what to wait for
            next = std::min(next, attempts.back_off.due());
        }
    };
    for (const auto& [peer, record] : records_) {
        if (is_waiting(peer, record)) {
            consider(record.attempts);
        }
    }
    for (const auto& [text, typed] : typed_) {
        if (is_waiting(typed)) {
            consider(typed.attempts);
        }
    }
    return next;
}

void PeerBook::reached(const Target& target, const PeerId& peer, TimePoint now)
{
    auto* attempts = attempts_at(target);
    if (attempts == nullptr) {
        return;
    }
    end(*attempts);
    attempts->problem.reset();
    const auto* text = std::get_if<std::string>(&target);
    if (text == nullptr) {
        return;
    }
    typed_[*text].peer = peer;
    if (auto* record = record_of(peer, now)) {
        add_path(*record, "connect", "", now);
    }
}

void PeerBook::failed(const Target& target, const Error& error, TimePoint now, double jitter)
{
    auto* attempts = attempts_at(target);
    if (attempts == nullptr) {
        return;
    }
    end(*attempts);
    attempts->problem = error;
    if (error.code == ErrorCode::refused) {
        attempts->back_off.refused(now, jitter);
    } else {
        attempts->back_off.failed(now, jitter);
    }
}

const PeerBook::Record* PeerBook::find(const PeerId& peer) const
{
    const auto found = records_.find(peer);
    return found == records_.end() ? nullptr : &found->second;
}

PeerBook::Record* PeerBook::record_of(const PeerId& peer, TimePoint now)
{
    const auto found = records_.find(peer);
    if (found != records_.end()) {
        return &found->second;
    }
    if (records_.size() >= parameters_.max_records && !make_room()) {
        return nullptr;
    }
    auto& record = records_[peer];
    record.last_seen = now;
    return &record;
}

bool PeerBook::make_room()
{
    auto oldest = records_.end();
    const auto value = [this](const auto& entry) {
        return std::pair(is_banned(entry.first), entry.second.last_seen);
    };
    for (auto entry = records_.begin(); entry != records_.end(); ++entry) {
        const auto& record = entry->second;
        const bool is_free = !record.is_connected && !record.attempts.is_running;
        if (is_free && (oldest == records_.end() || value(*entry) < value(*oldest))) {
            oldest = entry;
        }
    }
    if (oldest == records_.end()) {
        return false;
    }
    records_.erase(oldest);
    return true;
}

void PeerBook::add_addresses(Record& record, const std::vector<Address>& addresses,
                             bool after_the_first) const
{
    std::vector<Address> merged;
    const auto add = [&](const Address& address) {
        if (merged.size() < parameters_.max_addresses && is_dialable(address) &&
            std::ranges::find(merged, address) == merged.end()) {
            merged.push_back(address);
        }
    };
    if (after_the_first && !record.addresses.empty()) {
        add(record.addresses.front());
    }
    std::ranges::for_each(addresses, add);
    std::ranges::for_each(record.addresses, add);
    record.addresses = std::move(merged);
}

void PeerBook::add_path(Record& record, const std::string& path, const std::string& interface_name,
                        TimePoint now) const
{
    const auto found = std::ranges::find_if(record.found_by, [&](const FoundBy& known) {
        return known.path == path && known.interface_name == interface_name;
    });
    if (found != record.found_by.end()) {
        found->at = now;
    } else if (record.found_by.size() < max_paths) {
        record.found_by.push_back({.path = path, .interface_name = interface_name, .at = now});
    }
}

void PeerBook::forget_old(TimePoint now)
{
    std::erase_if(records_, [&](const auto& entry) {
        const auto& record = entry.second;
        return !record.is_listed && !record.is_connected && !record.attempts.is_running &&
               now - record.last_seen > parameters_.keep_dialling_for;
    });
}

bool PeerBook::is_waiting(const PeerId& peer, const Record& record) const
{
    return !record.is_connected && !record.attempts.is_running && !record.waits_for_news &&
           !record.addresses.empty() && !is_banned(peer);
}

bool PeerBook::is_waiting(const Typed& typed) const
{
    const auto* record = typed.peer ? find(*typed.peer) : nullptr;
    return !typed.attempts.is_running && !(record != nullptr && record->is_connected);
}

PeerBook::Attempts* PeerBook::attempts_at(const Target& target)
{
    if (const auto* text = std::get_if<std::string>(&target)) {
        const auto found = typed_.find(*text);
        return found == typed_.end() ? nullptr : &found->second.attempts;
    }
    const auto found = records_.find(std::get<PeerId>(target));
    return found == records_.end() ? nullptr : &found->second.attempts;
}

bool PeerBook::has_room_for(const Attempts& attempts) const
{
    return dials_ < parameters_.max_dials &&
           (attempts.back_off.failures() == 0 || retries_ < parameters_.max_retries);
}

void PeerBook::begin(Attempts& attempts)
{
    attempts.is_running = true;
    attempts.is_retry = attempts.back_off.failures() > 0;
    ++dials_;
    retries_ += attempts.is_retry ? 1 : 0;
}

void PeerBook::end(Attempts& attempts)
{
    attempts.is_running = false;
    ++attempts.ended;
    --dials_;
    retries_ -= attempts.is_retry ? 1 : 0;
}

}  // namespace lanspread::party
