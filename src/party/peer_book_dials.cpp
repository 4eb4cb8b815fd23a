// When peers are dialled; what is known of them is in peer_book.cpp.

#include <algorithm>

#include "party/peer_book.h"

namespace lanspread::party {

std::vector<PeerBook::Dial> PeerBook::next_dials(TimePoint now)
{
    forget_old(now);
    struct Due {
        Attempts* attempts;
        Dial dial;
    };
    const auto head_start = this->head_start();
    std::vector<Due> due;
    for (auto& [peer, record] : records_) {
        if (is_waiting(peer, record) && due_of(record, head_start) <= now) {
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
        if (has_room_for(*attempts) && room_at() <= now) {
            begin(*attempts, now);
            dials.push_back(std::move(dial));
        }
    }
    return dials;
}

TimePoint PeerBook::next_due() const
{
    auto next = TimePoint::max();
    const auto consider = [&](const Attempts& attempts, TimePoint due) {
        if (has_room_for(attempts)) {  // where there is none, the end of a dial is what to wait for
            next = std::min(next, std::max(due, room_at()));
        }
    };
    const auto head_start = this->head_start();
    for (const auto& [peer, record] : records_) {
        if (is_waiting(peer, record)) {
            consider(record.attempts, due_of(record, head_start));
        }
    }
    for (const auto& [text, typed] : typed_) {
        if (is_waiting(typed)) {
            consider(typed.attempts, typed.attempts.back_off.due());
        }
    }
    return next;
}

TimePoint PeerBook::due_of(const Record& record, Duration head_start)
{
    const auto due = record.attempts.back_off.due();
    return record.dials_us && record.attempts.back_off.failures() == 0 ? due + head_start : due;
}

void PeerBook::reached(const Target& target, const PeerId& peer, TimePoint now)
{
    auto* attempts = attempts_at(target);
    if (attempts == nullptr) {
        return;
    }
    pace_.took(now - attempts->began);
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
    drop_unwanted(target);
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
    forget_unproven(target);
    drop_unwanted(target);
}

/// What a peer that has gone once said of where else it listens is forgotten when nobody answers there: only
/// the address that worked is its own for certain.
void PeerBook::forget_unproven(const Target& target)
{
    constexpr unsigned failures_that_tell = 4;
    const auto* peer = std::get_if<PeerId>(&target);
    const auto found = peer == nullptr ? records_.end() : records_.find(*peer);
    if (found == records_.end()) {
        return;
    }
    auto& record = found->second;
    const bool is_unproven = !record.is_listed && record.was_connected && record.addresses.size() > 1;
    if (is_unproven && record.attempts.back_off.failures() >= failures_that_tell) {
        record.addresses.resize(1);
    }
}

void PeerBook::drop_unwanted(const Target& target)
{
    const auto* text = std::get_if<std::string>(&target);
    if (text != nullptr && typed_.at(*text).is_dropped) {
        typed_.erase(*text);
    }
}

bool PeerBook::is_waiting(const PeerId& peer, const Record& record) const
{
    return !record.is_connected && !record.attempts.is_running && !record.waits_for_news &&
           !record.addresses.empty() && !is_banned(peer);
}

bool PeerBook::is_waiting(const Typed& typed) const
{
    const auto* record = typed.peer ? find(*typed.peer) : nullptr;
    return !typed.attempts.is_running && !typed.is_dropped && !(record != nullptr && record->is_connected);
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
    return running_since_.size() < parameters_.max_dials &&
           (attempts.back_off.failures() == 0 || retries_ < parameters_.max_retries);
}

TimePoint PeerBook::room_at() const
{
    if (running_since_.size() < parameters_.max_young_dials) {
        return TimePoint::min();
    }
    const auto last = static_cast<std::ptrdiff_t>(parameters_.max_young_dials);
    return *std::prev(running_since_.end(), last) + std::max(parameters_.young_for, 2 * pace_.typical());
}

void PeerBook::begin(Attempts& attempts, TimePoint now)
{
    attempts.is_running = true;
    attempts.began = now;
    running_since_.insert(now);
    attempts.is_retry = attempts.back_off.failures() > 0;
    retries_ += attempts.is_retry ? 1 : 0;
}

void PeerBook::end(Attempts& attempts)
{
    attempts.is_running = false;
    ++attempts.ended;
    running_since_.erase(running_since_.find(attempts.began));
    retries_ -= attempts.is_retry ? 1 : 0;
}

}  // namespace lanspread::party
