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
    /// The most instances that are believed from one address. Whoever announces, announces its own.
    static constexpr std::size_t max_instances_per_source = 64;

    /// `self` is not reported, under whatever name. `jitter` outlives the browser.
    Browser(const Link& link, const PeerId& self, Jitter& jitter);

    /// What we are called on this link: said in our questions, lest we answer them.
    void set_own_instance(DnsName instance) { own_instance_ = std::move(instance); }

    /// Asks for everybody at once (a start, or a new address), then after 1, 2, 4 … seconds up to every hour.
    void restart(TimePoint now);
    /// The link may lead to another network than before: who does not say so anew is gone in ten seconds.
    void doubt(TimePoint now);
    /// The link has other addresses, so that others are its neighbours. Who was not one before is asked for
    /// anew.
    void set_link(const Link& link, TimePoint now);
    [[nodiscard]] std::vector<PeerChange> on_response(const DnsMessage& response, const Address& from,
                                                      TimePoint now);
    /// What somebody asked everybody, so that we need not (RFC 6762 §7.3).
    void on_question(const DnsMessage& query, TimePoint now);
    /// A probe tells who is about to be here, a second before the announcement may. Of one who is not known
    /// yet that is believed for ten seconds, as a hint to dial; nothing that is known changes by it.
    [[nodiscard]] std::vector<PeerChange> on_probe(const DnsMessage& probe, const Address& from,
                                                   TimePoint now);

    struct Due {
        std::vector<DnsMessage> queries;
        std::vector<PeerChange> changes;
    };
    [[nodiscard]] Due poll(TimePoint now);
    [[nodiscard]] TimePoint next_wake() const { return wake_; }

    /// Who is reported at the moment.
    [[nodiscard]] std::vector<PeerId> reported() const;

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
        std::string host_key{};  ///< of its host, where that is known
        Address source{};        ///< who told of it first; without port
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
    [[nodiscard]] bool may_believe_more() const;
    [[nodiscard]] bool would_list_all(const std::vector<DnsRecord>& known_answers, TimePoint now) const;
    void take_as_asked(const DnsQuestion& question, TimePoint now);
    static void take_as_asked(Lifetime& life, TimePoint now);

    [[nodiscard]] bool settle(Instances::iterator instance, DnsName host, TimePoint now);
    void leave_host(const Instance& instance);
    void touch(const Host& host);
    [[nodiscard]] bool is_over(const Instance& instance, TimePoint now) const;
    void expire(TimePoint now);
    [[nodiscard]] std::vector<PeerChange> report(TimePoint now);
    [[nodiscard]] std::optional<Sighting> sighting(const Instance& instance) const;

    [[nodiscard]] std::vector<DnsQuestion> due_questions(TimePoint now);
    [[nodiscard]] std::vector<DnsRecord> known_answers(TimePoint now) const;
    void plan_next_browse(TimePoint now);
    void notice(const Lifetime& life);
    void find_next_wake();
    void drop(Instances::iterator instance);

    Link link_;
    PeerId self_;
    DnsName own_instance_;
    Jitter& jitter_;
    Instances instances_;                     // by the key of their name
    std::map<std::string, Host> hosts_;       // by the key of their name; each has an instance
    std::set<std::string> touched_;           // instances to report about
    std::vector<PeerChange> dropped_;         // to be reported too
    std::map<Address, std::size_t> sources_;  // how many instances each told of
    Address heard_from_;                      // who said what is being heard
    TimePoint browse_at_ = TimePoint::max();
    TimePoint browsed_at_ = TimePoint::min();
    Duration browse_interval_{0};
    bool browses_afresh_ = false;  // the next question lists nobody as known
    TimePoint polled_at_ = TimePoint::min();
    TimePoint questions_at_ =
        TimePoint::min();  // refreshing waits for this, so that it cannot be made a flood
    TimePoint wake_ = TimePoint::max();
};

}  // namespace lanspread::discovery
