#pragma once
#include "discovery/dns_message.h"
#include "discovery/jitter.h"

#include <optional>
#include <set>
#include <vector>

namespace lanspread::discovery {

constexpr std::uint16_t mdns_port = 5353;

/// A message that a part of the engine wants sent.
struct OutgoingMessage {
    std::optional<Address> to;  ///< nothing: to everybody on the link
    DnsMessage message;
};

/// Tells one link about us: announces (RFC 6762 §8.3), answers (§6) and says goodbye (§10.1). Decides only:
/// whoever owns it sends what it gives, and calls `poll` when `next_wake` has come.
class Responder {
public:
    /// `jitter` outlives the responder.
    explicit Responder(Jitter& jitter) : jitter_(jitter) {}

    /// What is true on this link from now on, as of `service_records`. It is announced at once, and again a
    /// second later; addresses that are no longer among it are withdrawn.
    void set_records(std::vector<DnsRecord> records, TimePoint now);

    /// `is_neighbour`: `from` is an address of this link's subnets, and may be answered directly.
    [[nodiscard]] std::vector<OutgoingMessage> on_query(const DnsMessage& query, const Address& from,
                                                        bool is_neighbour, TimePoint now);
    [[nodiscard]] std::vector<OutgoingMessage> poll(TimePoint now);
    [[nodiscard]] TimePoint next_wake() const;

    /// Everything, withdrawn.
    [[nodiscard]] DnsMessage goodbye() const;

private:
    struct OwnRecord {
        DnsRecord record{};
        std::optional<TimePoint> multicast_at{};

        /// No record goes to everybody twice in a second (§6).
        [[nodiscard]] bool may_multicast(TimePoint now) const { return may_multicast_at() <= now; }
        [[nodiscard]] TimePoint may_multicast_at() const;
    };
    using RecordSet = std::set<std::size_t>;  // positions in records_

    /// An answer that waits for its time: for others to ask the same, and for the rest of a long known-answer
    /// list.
    struct PendingAnswer {
        Address querier;
        TimePoint due;
        RecordSet records;
    };

    [[nodiscard]] RecordSet asked_for(const DnsMessage& query) const;
    void drop_known_answers(const DnsMessage& query, RecordSet& records) const;
    void schedule(const DnsMessage& query, const Address& from, RecordSet records, TimePoint now);
    [[nodiscard]] bool were_heard_recently(const RecordSet& records, TimePoint now) const;
    [[nodiscard]] bool may_answer_directly(TimePoint now);
    [[nodiscard]] DnsMessage direct_answer(const DnsMessage& query, const RecordSet& records,
                                           bool is_ordinary_resolver) const;
    [[nodiscard]] DnsMessage announcement(TimePoint now);
    [[nodiscard]] std::optional<DnsMessage> due_answers(TimePoint now);
    void multicast(OwnRecord& own, std::vector<DnsRecord>& section, TimePoint now);

    Jitter& jitter_;
    std::vector<OwnRecord> records_;
    std::vector<DnsRecord> withdrawn_;  // to be announced once more, with a TTL of 0
    std::vector<PendingAnswer> pending_;
    int announcements_left_ = 0;
    TimePoint announce_at_ = TimePoint::max();
    TimePoint direct_answers_since_ = TimePoint::min();
    int direct_answers_ = 0;
};

}  // namespace lanspread::discovery
