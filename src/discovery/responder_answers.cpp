// How a responder answers; responder.cpp has the rest of it.
#include "discovery/responder.h"

#include "discovery/service_records.h"

#include <algorithm>

namespace lanspread::discovery {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds multicast_interval{1};
constexpr milliseconds defence_interval{250};
constexpr seconds ordinary_resolver_ttl{10};
constexpr std::size_t max_pending = 64;
constexpr int max_direct_answers_per_second = 20;

bool asks_for(const DnsQuestion& question, const DnsRecord& record)
{
    if (question.name != record.name) {
        return false;
    }
    if (const auto* absence = std::get_if<AbsenceData>(&record.data)) {
        return question.type != RecordType::any &&
               std::ranges::find(absence->types, question.type) == absence->types.end();
    }
    return question.type == RecordType::any || question.type == record.type();
}

}  // namespace

std::vector<OutgoingMessage> Responder::on_query(const DnsMessage& query, const Address& from,
                                                 bool is_neighbour, TimePoint now)
{
    if (!is_speaking_) {
        return {};
    }
    if (query.questions.empty()) {
        for (auto& answer : pending_) {
            if (answer.querier == from) {
                drop_known_answers(query, answer.records);
            }
        }
        std::erase_if(pending_, [](const auto& answer) { return answer.records.empty(); });
        return {};
    }
    auto records = asked_for(query);
    drop_known_answers(query, records);
    const bool is_ordinary_resolver = from.port != mdns_port;
    if (is_ordinary_resolver) {
        // It may not know what an NSEC record is for.
        std::erase_if(
            records, [this](auto i) { return std::holds_alternative<AbsenceData>(records_[i].record.data); });
    }
    if (records.empty()) {
        return {};
    }
    // A direct answer to a probe might go to another process of its machine, and the name be taken.
    const bool wants_unicast =
        query.authorities.empty() && std::ranges::all_of(query.questions, &DnsQuestion::wants_unicast);
    if (is_ordinary_resolver || (wants_unicast && were_heard_recently(records, now))) {
        if (is_neighbour && may_answer_directly(now)) {
            return {{.to = from, .message = direct_answer(query, records, is_ordinary_resolver)}};
        }
        if (is_ordinary_resolver) {
            return {};
        }
    }
    const auto due = answer_time(query, records, now);
    if (query.authorities.empty()) {
        schedule(from, std::move(records), due);
    } else {
        defend(std::move(records), due);
    }
    return {};
}

void Responder::on_response(const DnsMessage& response, TimePoint now)
{
    for (const auto& heard : response.answers) {
        if (heard.ttl == seconds(0)) {
            object(heard, now);
            continue;
        }
        // Who else says what only we can say, does not say it in our stead.
        const auto own = std::ranges::find_if(records_, [&heard](const auto& candidate) {
            const auto& record = candidate.record;
            return !record.is_unique && record.ttl <= heard.ttl && record.name == heard.name &&
                   record.data == heard.data;
        });
        if (own == records_.end()) {
            continue;
        }
        own->multicast_at = now;
        for (auto& answer : pending_) {
            answer.records.erase(static_cast<std::size_t>(own - records_.begin()));
        }
    }
    std::erase_if(pending_, [](const auto& answer) { return answer.records.empty(); });
}

/// Who hears that a record of ours is withdrawn forgets it in a second (RFC 6762 §10.1), unless we say that
/// it is not.
void Responder::object(const DnsRecord& withdrawn, TimePoint now)
{
    for (std::size_t i = 0; i < records_.size() && is_speaking_; ++i) {
        const auto& own = records_[i];
        if (own.record.name == withdrawn.name && own.record.data == withdrawn.data) {
            schedule({}, {i}, std::max(now, own.may_multicast_at(multicast_interval)));
        }
    }
}

Responder::RecordSet Responder::asked_for(const DnsMessage& query) const
{
    RecordSet records;
    for (std::size_t i = 0; i < records_.size(); ++i) {
        if (std::ranges::any_of(query.questions, [this, i](const auto& question) {
                return asks_for(question, records_[i].record);
            })) {
            records.insert(i);
        }
    }
    return records;
}

/// RFC 6762 §7.1: what the querier knows for at least half its lifetime yet is not repeated.
void Responder::drop_known_answers(const DnsMessage& query, RecordSet& records) const
{
    std::erase_if(records, [this, &query](auto i) {
        const auto& own = records_[i].record;
        return std::ranges::any_of(query.answers, [&own](const auto& known) {
            return known.ttl * 2 >= own.ttl && known.name == own.name && known.data == own.data;
        });
    });
}

/// RFC 6762 §6 and §7.2: what only we can answer is answered at once, but where others may answer as well, or
/// a known-answer list goes on, the answer waits.
TimePoint Responder::answer_time(const DnsMessage& query, const RecordSet& records, TimePoint now)
{
    const bool is_probe = !query.authorities.empty();
    const bool is_ours_alone =
        std::ranges::all_of(records, [this](auto i) { return records_[i].record.is_unique; });
    auto due = now;
    if (query.is_truncated) {
        due += jitter_.between(milliseconds(400), milliseconds(500));
    } else if (!is_probe && (!is_ours_alone || query.questions.size() > 1)) {
        due += jitter_.between(milliseconds(20), milliseconds(120));
    }
    const Duration interval =
        is_probe && is_ours_alone ? Duration(defence_interval) : Duration(multicast_interval);
    for (const auto i : records) {
        due = std::max(due, records_[i].may_multicast_at(interval));
    }
    return due;
}

void Responder::schedule(const Address& from, RecordSet records, TimePoint due)
{
    if (pending_.size() < max_pending) {
        pending_.push_back({.querier = from, .due = due, .records = std::move(records)});
    } else {
        // Too many ask at once to keep them apart. The answer reaches them all.
        auto& last = pending_.back().is_defence ? pending_.front() : pending_.back();
        for (const auto i : records) {
            last.due = std::max(last.due, records_[i].may_multicast_at(multicast_interval));
        }
        last.querier = {};
        last.records.merge(records);
    }
}

/// Whatever else is asked, who probes is told before its second is over.
void Responder::defend(RecordSet records, TimePoint due)
{
    const auto known = std::ranges::find_if(pending_, &PendingAnswer::is_defence);
    if (known == pending_.end()) {
        pending_.push_back({.querier = {}, .due = due, .records = std::move(records), .is_defence = true});
    } else {
        known->due = std::max(known->due, due);
        known->records.merge(records);
    }
}

/// RFC 6762 §5.4: everybody else's cache can do without hearing it for another while.
bool Responder::were_heard_recently(const RecordSet& records, TimePoint now) const
{
    return std::ranges::all_of(records, [this, now](auto i) {
        const auto& [record, multicast_at] = records_[i];
        return multicast_at && *multicast_at + record.ttl / 4 > now;
    });
}

bool Responder::may_answer_directly(TimePoint now)
{
    if (direct_answers_since_ + seconds(1) <= now) {
        direct_answers_since_ = now;
        direct_answers_ = 0;
    }
    return ++direct_answers_ <= max_direct_answers_per_second;
}

DnsMessage Responder::direct_answer(const DnsMessage& query, const RecordSet& records,
                                    bool is_ordinary_resolver) const
{
    DnsMessage answer{.is_response = true};
    for (std::size_t i = 0; i < records_.size(); ++i) {
        auto record = records_[i].record;
        if (!records.contains(i) && is_on_request(record)) {
            continue;
        }
        if (is_ordinary_resolver) {
            // RFC 6762 §6.7: it knows nothing of the bit, and will not hear when the record changes.
            record.is_unique = false;
            record.ttl = std::min(record.ttl, ordinary_resolver_ttl);
        }
        (records.contains(i) ? answer.answers : answer.additionals).push_back(std::move(record));
    }
    if (is_ordinary_resolver) {
        answer.id = query.id;
        answer.questions = query.questions;
        for (auto& question : answer.questions) {
            question.wants_unicast = false;
        }
    }
    return answer;
}

}  // namespace lanspread::discovery
