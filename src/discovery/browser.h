#pragma once
#include "discovery/jitter.h"
#include "discovery/lifetime.h"
#include "discovery/link.h"
#include "discovery/service_records.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace lanspread::discovery {

/// What a browser noticed about one instance of the service.
struct PeerChange {
    enum class Kind {
        appeared,
        changed,  ///< other facts, or the same ones heard again after a while
        vanished,
    };
    Kind kind = Kind::appeared;
    Sighting sighting;  ///< of what vanished: as it last was
};

/// Looks for the others on one link: asks for the service (RFC 6762 §5.2), keeps what it hears for as long as
/// it counts, and asks for what is missing or about to run out. Decides only: whoever owns it sends what it
/// gives, and calls `poll` when `next_wake` has come. A peer is complete, and told, once all of PTR, SRV, TXT
/// and an address of it are known.
class Browser {
public:
    /// The most instances that are kept; who comes later has to wait until one is gone.
    static constexpr std::size_t max_instances = 4096;
    static constexpr std::size_t max_addresses = 16;
    /// The most instances that one host may have, so that a record of its address is not work for thousands.
    static constexpr std::size_t max_instances_per_host = 16;

    /// `self` is not reported. `jitter` outlives the browser.
    Browser(const Link& link, const PeerId& self, Jitter& jitter);

    /// Asks for everybody at once (a start, or a new address), then after 1, 2, 4 … seconds up to every hour.
    void restart(TimePoint now);
    [[nodiscard]] std::vector<PeerChange> on_response(const DnsMessage& response, TimePoint now);

    struct Due {
        std::vector<DnsMessage> queries;
        std::vector<PeerChange> changes;
    };
    [[nodiscard]] Due poll(TimePoint now);
    [[nodiscard]] TimePoint next_wake() const { return wake_; }

    /// Who is reported at the moment.
    [[nodiscard]] std::vector<Sighting> reported() const;

private:
    struct Host {
        DnsName name;
        std::map<Address, Lifetime> addresses;
        std::optional<Lifetime> missing;  ///< while there is no address
        std::set<std::string> instances;  ///< keys of those that listen here
    };
    struct Instance {
        DnsName name{};
        Lifetime pointer{};
        Lifetime service_life{};
        Lifetime text_life{};
        ServiceData service{};
        std::optional<PeerText> text{};
        bool was_heard = false;  ///< its SRV record, since it was last looked at for reporting
        std::optional<Sighting> reported{};
        TimePoint reported_at{};
    };
    using Instances = std::map<std::string, Instance>;

    void hear(const DnsRecord& record, const PointerData& data, TimePoint now);
    void hear(const DnsRecord& record, const ServiceData& data, TimePoint now);
    void hear(const DnsRecord& record, const TextData& data, TimePoint now);
    void hear(const DnsRecord& record, const AddressData& data, TimePoint now);
    template <class Data>
    void hear_all(const DnsMessage& response, TimePoint now);
    void flush(const DnsMessage& response, TimePoint now);

    [[nodiscard]] bool settle(Instances::iterator instance, DnsName host, TimePoint now);
    void leave_host(const Instance& instance);
    void touch(const Host& host);
    [[nodiscard]] bool is_over(const Instance& instance, TimePoint now) const;
    void expire(TimePoint now);
    [[nodiscard]] std::vector<PeerChange> report(TimePoint now);
    [[nodiscard]] std::optional<Sighting> sighting(const Instance& instance) const;

    [[nodiscard]] std::vector<DnsQuestion> due_questions(TimePoint now);
    [[nodiscard]] std::vector<DnsRecord> known_answers(TimePoint now) const;
    void notice(const Lifetime& life);
    void find_next_wake();

    std::uint32_t link_index_;
    std::string link_name_;
    bool is_loopback_;
    PeerId self_;
    Jitter& jitter_;
    Instances instances_;                // by the key of their name
    std::map<std::string, Host> hosts_;  // by the key of their name; each has an instance
    std::set<std::string> touched_;      // instances to report about
    std::vector<PeerChange> dropped_;    // to be reported too
    TimePoint browse_at_ = TimePoint::max();
    Duration browse_interval_{0};
    TimePoint questions_at_ =
        TimePoint::min();  // refreshing waits for this, so that it cannot be made a flood
    TimePoint wake_ = TimePoint::max();
};

}  // namespace lanspread::discovery
