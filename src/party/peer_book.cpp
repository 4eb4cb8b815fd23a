#include "party/peer_book.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "party/addresses.h"
#include "party/roster.h"

namespace lanspread::party {

namespace {

/// Ways in which one peer was found: five paths, some of them on a handful of cards.
constexpr std::size_t max_paths = 16;

/// A peer that was here so short a while ago comes first when the network is back.
constexpr std::chrono::minutes recent{1};

/// Whether the path goes on looking, and says when a peer is gone.
bool is_lasting(const FoundBy& found) { return found.path == "mdns" || found.path == "beacon"; }

}  // namespace

void PeerBook::sighted(const std::string& path, const std::string& interface_name, const PeerId& peer,
                       const std::string& name, const std::vector<Address>& addresses, TimePoint now)
{
    auto* record = peer == self_ ? nullptr : record_of(peer, now);
    if (record == nullptr) {
        return;
    }
    add_path(*record, path, interface_name, now);
    const bool brings_addresses = add_addresses(*record, addresses, record->was_connected);
    const bool was_silent = now - record->last_seen >= parameters_.silence;
    record->last_seen = now;
    if (!name.empty()) {
        record->name = name;
    }
    const bool has_failed = record->attempts.back_off.failures() > 0;
    const bool is_news = !record->is_listed || (has_failed && (brings_addresses || was_silent));
    record->is_listed = true;
    record->waits_for_news = false;
    if (!record->is_connected && is_news) {
        record->attempts.back_off.renewed(now);
        record->dials_us = !dials_first(self_, peer);
    }
}

void PeerBook::lost(const std::string& path, const PeerId& peer)
{
    const auto found = records_.find(peer);
    if (found == records_.end()) {
        return;
    }
    auto& record = found->second;
    for (auto& way : record.found_by) {
        way.is_lost = way.is_lost || way.path == path;
    }
    const bool is_seen = std::ranges::any_of(
        record.found_by, [](const FoundBy& way) { return is_lasting(way) && !way.is_lost; });
    if (!record.is_connected && !is_seen) {
        record.is_listed = false;
        // Who was connected, and broke off without a goodbye, may be there all the same.
        record.waits_for_news = record.waits_for_news || !record.was_connected;
    }
}

void PeerBook::found(const std::string& path, const std::string& interface_name, const PeerId& peer,
                     TimePoint now)
{
    if (const auto found = records_.find(peer); found != records_.end()) {
        add_path(found->second, path, interface_name, now);
    }
}

void PeerBook::network_changed(TimePoint now, const std::function<double()>& jitter)
{
    const auto soon = [&] {
        return std::chrono::duration_cast<Duration>(parameters_.changed_network_spread * jitter());
    };
    for (auto& [peer, record] : records_) {
        const bool is_recent = record.is_listed || now - record.last_seen < recent;
        record.dials_us = false;
        record.attempts.back_off.renewed(
            now, soon() + (is_recent ? Duration() : parameters_.changed_network_spread));
    }
    for (auto& [text, typed] : typed_) {
        typed.attempts.back_off.renewed(now, soon());
    }
}

/// How much later than the other one of two that find each other dials.
Duration PeerBook::head_start() const
{
    const auto to_dial = std::ranges::count_if(records_, [this](const auto& entry) {
        return is_waiting(entry.first, entry.second) || entry.second.attempts.is_running;
    });
    const auto at_once = static_cast<Duration::rep>(parameters_.max_young_dials);
    const auto turns = 1 + to_dial / static_cast<Duration::rep>(parameters_.head_start_grows_with);
    return std::min<Duration>(parameters_.head_start * turns, parameters_.longest_head_start) +
           std::min<Duration>(pace_.typical() * to_dial / at_once, parameters_.longest_queue);
}

Result<void> PeerBook::type(const std::string& host_port, TimePoint now)
{
    if (!typed_.contains(host_port) && typed_.size() == parameters_.max_typed) {
        return fail(ErrorCode::refused,
                    fmt::format("address '{}': {} addresses are kept already", host_port, typed_.size()));
    }
    auto& typed = typed_[host_port];
    typed.is_dropped = false;
    typed.attempts.back_off.renewed(now);
    return {};
}

void PeerBook::untype(const std::string& host_port)
{
    const auto found = typed_.find(host_port);
    if (found == typed_.end()) {
        return;
    }
    found->second.is_dropped = true;
    if (!found->second.attempts.is_running) {
        typed_.erase(found);
    }
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
    record.dials_us = false;
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

bool PeerBook::looks_after(const PeerId& peer, TimePoint now) const
{
    constexpr std::chrono::seconds very_soon{1};
    const auto* record = find(peer);
    return record != nullptr &&
           (record->attempts.is_running || (is_waiting(peer, *record) && !record->attempts.problem &&
                                            record->attempts.back_off.due() < now + very_soon));
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

bool PeerBook::add_addresses(Record& record, const std::vector<Address>& addresses,
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
    const auto before = std::exchange(record.addresses, std::move(merged));
    return std::ranges::any_of(record.addresses, [&before](const Address& address) {
        return std::ranges::find(before, address) == before.end();
    });
}

void PeerBook::add_path(Record& record, const std::string& path, const std::string& interface_name,
                        TimePoint now) const
{
    const auto found = std::ranges::find_if(record.found_by, [&](const FoundBy& known) {
        return known.path == path && (known.interface_name == interface_name || path == "gossip");
    });
    if (found != record.found_by.end()) {
        *found = {.path = path, .interface_name = interface_name, .at = now};
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

}  // namespace lanspread::party
