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

/// Tells one link about us: announces (RFC 6762 §8.3), answers (§6), defends our names (§8.1) and says
/// goodbye (§10.1). Silent until told that the names are ours. Decides only: whoever owns it sends what it
/// gives, and calls `poll` when `next_wake` has come.
class Responder {
public:
    /// `jitter` outlives the responder.
    explicit Responder(Jitter& jitter) : jitter_(jitter) {}

    /// What is true on this link from now on, as of `service_records` and `records_on_request`. Who speaks
    /// announces it at once, and again a second later; addresses that are no longer among it are withdrawn.
    void set_records(std::vector<DnsRecord> records, TimePoint now);
    /// The names are ours: announces, and answers from now on.
    void speak(TimePoint now);
    /// The names are to be claimed again.
    void fall_silent();
    /// They are in doubt besides: what was said under them may be another's now, so there is no goodbye for
    /// it.
    void disown();

    /// `is_neighbour`: `from` is an address of this link's subnets, and may be answered directly.
    [[nodiscard]] std::vector<OutgoingMessage> on_query(const DnsMessage& query, const Address& from,
                                                        bool is_neighbour, TimePoint now);
    /// Takes what somebody else told everybody as if we had (RFC 6762 §7.4), and objects where they withdraw
    /// what is ours.
    void on_response(const DnsMessage& response, TimePoint now);
    [[nodiscard]] std::vector<OutgoingMessage> poll(TimePoint now);
    [[nodiscard]] TimePoint next_wake() const;

    /// What was announced, withdrawn; nothing where nothing was.
    [[nodiscard]] std::optional<DnsMessage> goodbye() const;

private:
    struct OwnRecord {
        DnsRecord record{};
        std::optional<TimePoint> multicast_at{};

        /// No record goes to everybody twice in a second, but against a probe (§6).
        [[nodiscard]] TimePoint may_multicast_at(Duration interval) const;
    };
    using RecordSet = std::set<std::size_t>;  // positions in records_

    /// An answer that waits for its time: for others to ask the same, and for the rest of a long known-answer
    /// list.
    struct PendingAnswer {
        Address querier;
        TimePoint due;
        RecordSet records;
        bool is_defence = false;  ///< against probes: one for all, and kept apart
    };

    [[nodiscard]] RecordSet asked_for(const DnsMessage& query) const;
    void drop_known_answers(const DnsMessage& query, RecordSet& records) const;
    [[nodiscard]] TimePoint answer_time(const DnsMessage& query, const RecordSet& records, TimePoint now);
    void schedule(const Address& from, RecordSet records, TimePoint due);
    void defend(RecordSet records, TimePoint due);
    void object(const DnsRecord& withdrawn, TimePoint now);
    void drop_pending(const RecordSet& records);
    void keep_pending(const std::vector<OwnRecord>& next);
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
    bool is_speaking_ = false;
    bool has_announced_ = false;  // something that others may still believe
    int announcements_left_ = 0;
    TimePoint announce_at_ = TimePoint::max();
    TimePoint direct_answers_since_ = TimePoint::min();
    int direct_answers_ = 0;
};

}  // namespace lanspread::discovery
