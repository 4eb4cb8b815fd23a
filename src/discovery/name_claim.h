#pragma once
#include "discovery/jitter.h"
#include "discovery/own_facts.h"

#include <deque>
#include <optional>
#include <span>

namespace lanspread::discovery {

/// Claims our names on one link: probes whether somebody has them (RFC 6762 §8.1), lets simultaneous probes
/// be decided (§8.2), and takes other names where these are taken (§9). Decides only; whoever owns it sends
/// what it gives, says nothing under the names before they are won, and calls `poll` when `next_wake` has
/// come.
class NameClaim {
public:
    /// `jitter` outlives the claim.
    NameClaim(const PeerId& self, Jitter& jitter) : self_(self), jitter_(jitter), names_(service_names(self))
    {
    }

    [[nodiscard]] const ServiceNames& names() const { return names_; }
    [[nodiscard]] bool is_won() const { return state_ == State::won; }

    /// Probes from the start: we are new on this link, or may have been moved to another without noticing.
    void begin(TimePoint now);

    /// What has become of the claim.
    enum class Outcome {
        unchanged,
        contested,  ///< somebody says something else under our names: they are probed for again
        renamed,    ///< somebody has them: there are others, to be probed for
    };
    /// To be called with each response from the link's neighbours, whoever sent it.
    [[nodiscard]] Outcome on_response(const DnsMessage& response, const OwnFacts& own, TimePoint now);
    /// To be called with each probe. `records` are what we say on this link, as of `service_records`.
    [[nodiscard]] Outcome on_probe(const DnsMessage& probe, std::span<const DnsRecord> records,
                                   const OwnFacts& own, TimePoint now);

    /// The next probe, where one is due; the names may be won after it.
    [[nodiscard]] std::optional<DnsMessage> poll(std::span<const DnsRecord> records, TimePoint now);
    [[nodiscard]] TimePoint next_wake() const { return next_at_; }

private:
    enum class State { idle, probing, won };

    void probe_after(Duration delay, TimePoint now);
    Outcome rename(TimePoint now);
    void count_conflict(TimePoint now);
    [[nodiscard]] Duration pause_after_conflict() const;
    [[nodiscard]] bool is_ours(const DnsName& name) const
    {
        return name == names_.instance || name == names_.host;
    }

    PeerId self_;
    Jitter& jitter_;
    State state_ = State::idle;
    unsigned number_ = 1;
    ServiceNames names_;
    int probes_sent_ = 0;
    int ties_lost_ = 0;
    TimePoint defers_until_ = TimePoint::min();  // to the winner of a tie
    TimePoint next_at_ = TimePoint::max();
    std::deque<TimePoint> conflicts_;  // the last ones, as many as make us slow
    bool is_slow_ = false;
};

}  // namespace lanspread::discovery
