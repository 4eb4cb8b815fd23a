#include "discovery/name_claim.h"

#include <algorithm>

namespace lanspread::discovery {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int probe_count = 3;
constexpr milliseconds probe_interval{250};
constexpr seconds tie_pause{1};
/// Who loses more often than this is not up against another that starts, but against one that will not let
/// it.
constexpr int max_ties_lost = 3;

// RFC 6762 §8.1: who meets that many conflicts in that time, pauses before each further try.
constexpr std::size_t conflict_limit = 15;
constexpr seconds conflict_period{10};
constexpr seconds conflict_pause{5};
constexpr seconds calm_after{60};

/// The data that is proposed for a name, in the order in which RFC 6762 §8.2 compares it.
std::vector<std::pair<RecordType, Bytes>> proposal(std::span<const DnsRecord> records, const DnsName& name)
{
    std::vector<std::pair<RecordType, Bytes>> result;
    for (const auto& record : records) {
        if (record.name == name) {
            result.emplace_back(record.type(), plain_data(record.data));
        }
    }
    std::ranges::sort(result);
    return result;
}

/// Whether another's proposal comes before ours. Whoever has our key claims both names at once, so that one
/// of them decides about both; name by name, each side could lose one.
bool loses(std::span<const DnsRecord> ours, std::span<const DnsRecord> theirs, const ServiceNames& names)
{
    for (const auto* name : {&names.instance, &names.host}) {
        const auto their_proposal = proposal(theirs, *name);
        const auto order = proposal(ours, *name) <=> their_proposal;
        if (!their_proposal.empty() && order != 0) {
            return order < 0;
        }
    }
    return false;
}

}  // namespace

void NameClaim::begin(TimePoint now)
{
    ties_lost_ = 0;
    probe_after(Duration(0), now);
}

void NameClaim::probe_after(Duration delay, TimePoint now)
{
    state_ = State::probing;
    probes_sent_ = 0;
    next_at_ = now + delay + jitter_.between(milliseconds(0), probe_interval);
}

NameClaim::Outcome NameClaim::on_response(const DnsMessage& response, const OwnFacts& own, TimePoint now)
{
    // What comes before the first probe may have been said of somebody who is gone (RFC 6762 §8.1).
    if (state_ == State::idle || (state_ == State::probing && probes_sent_ == 0)) {
        return Outcome::unchanged;
    }
    for (const auto* section : {&response.answers, &response.authorities, &response.additionals}) {
        for (const auto& record : *section) {
            if (record.ttl == seconds(0) || !is_ours(record.name) || own.includes(record, now)) {
                continue;
            }
            if (state_ == State::probing) {
                return rename(now);
            }
            count_conflict(now);
            ties_lost_ = 0;
            probe_after(pause_after_conflict(), now);
            return Outcome::contested;
        }
    }
    return Outcome::unchanged;
}

NameClaim::Outcome NameClaim::on_probe(const DnsMessage& probe, std::span<const DnsRecord> records,
                                       const OwnFacts& own, TimePoint now)
{
    // The winner goes on probing, and every probe may come over IPv4 and IPv6.
    if (state_ != State::probing || now < defers_until_ ||
        std::ranges::all_of(
            probe.authorities,
            [&](const auto& record) { return !is_ours(record.name) || own.includes(record, now); })) {
        return Outcome::unchanged;
    }
    const bool has_lost = loses(records, probe.authorities, names_);
    if (!has_lost) {
        return Outcome::unchanged;
    }
    if (++ties_lost_ > max_ties_lost) {
        return rename(now);
    }
    defers_until_ = now + tie_pause;
    probe_after(tie_pause, now);
    return Outcome::unchanged;
}

NameClaim::Outcome NameClaim::rename(TimePoint now)
{
    count_conflict(now);
    names_ = service_names(self_, ++number_);
    ties_lost_ = 0;
    probe_after(pause_after_conflict(), now);
    return Outcome::renamed;
}

void NameClaim::count_conflict(TimePoint now)
{
    is_slow_ = is_slow_ && conflicts_.back() + calm_after > now;
    conflicts_.push_back(now);
    if (conflicts_.size() > conflict_limit) {
        conflicts_.pop_front();
    }
    is_slow_ =
        is_slow_ || (conflicts_.size() == conflict_limit && conflicts_.front() + conflict_period > now);
}

Duration NameClaim::pause_after_conflict() const { return is_slow_ ? conflict_pause : Duration(0); }

std::optional<DnsMessage> NameClaim::poll(std::span<const DnsRecord> records, TimePoint now)
{
    if (now < next_at_) {
        return std::nullopt;
    }
    if (probes_sent_ == probe_count) {
        state_ = State::won;
        next_at_ = TimePoint::max();
        return std::nullopt;
    }
    ++probes_sent_;
    next_at_ = now + probe_interval;
    // Not for a direct answer, though §8.1 prefers that: where somebody else shares the port on this machine,
    // the answer might go to them (§15.1).
    DnsMessage probe{.questions = {{.name = names_.instance}, {.name = names_.host}}};
    for (auto record : records) {
        if (record.is_unique) {
            record.is_unique = false;  // only proposed: nobody shall flush a cache for it
            probe.authorities.push_back(std::move(record));
        }
    }
    return probe;
}

}  // namespace lanspread::discovery
