#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "doctor/diagnosis.h"

/// What `lanspread doctor` prints, as text or as JSON. Plain described structs.
namespace lanspread::doctor {

struct Finding {
    std::string severity;  ///< "problem": it hinders; "warning": it may; "note"
    std::string topic;  ///< "interface", "firewall", "reach", "multicast", "speed", "clock", "names", "peer"
    std::string text;   ///< what is so, for people
    std::vector<std::string> remedy;  ///< lines to type; none where it is not done by typing
};
BOOST_DESCRIBE_STRUCT(Finding, (), (severity, topic, text, remedy))

struct InterfaceRow {
    std::string name;
    std::string kind;
    bool usable = false;
    std::string reason;
    std::vector<std::string> addresses;  ///< "192.0.2.1/24"
    std::uint32_t megabits = 0;          ///< 0: not known, as for the next two
    std::uint32_t card_megabits = 0;     ///< the most that the card can do
    std::uint32_t partner_megabits = 0;  ///< the most that the other end of the cable offers
    bool half_duplex = false;
};
BOOST_DESCRIBE_STRUCT(InterfaceRow, (),
                      (name, kind, usable, reason, addresses, megabits, card_megabits, partner_megabits,
                       half_duplex))

struct FirewallRow {
    std::string program;
    std::string state;
};
BOOST_DESCRIBE_STRUCT(FirewallRow, (), (program, state))

struct PortRow {
    std::uint16_t port = 0;
    std::string purpose;
    std::string firewall;  ///< "open", "closed", "cannot tell"
};
BOOST_DESCRIBE_STRUCT(PortRow, (), (port, purpose, firewall))

/// Whether a path of discovery gets through on a network card.
struct MulticastRow {
    std::string interface;
    std::string path;         ///< "mdns", "beacon"
    std::uint32_t peers = 0;  ///< that are connected over this card and answered
    std::uint32_t in = 0;     ///< of them, whom we heard
    std::uint32_t out = 0;    ///< of them, who heard us
    std::string verdict;
};
BOOST_DESCRIBE_STRUCT(MulticastRow, (), (interface, path, peers, in, out, verdict))

/// A peer of the party, this one among them.
struct PeerRow {
    std::string id;
    std::string name;
    std::string address;  ///< empty for this one
    bool answered = false;
    std::string problem;
    double clock_ahead_ms = 0;
    std::string dial_back;
};
BOOST_DESCRIBE_STRUCT(PeerRow, (), (id, name, address, answered, problem, clock_ahead_ms, dial_back))

/// One cell of the matrix: how `from` sees `to`.
struct ReachRow {
    std::string from;  ///< ids
    std::string to;
    std::string state;  ///< as in View; "unknown" where it does not know it, "silent" where it did not answer
    double round_trip_ms = 0;
    double megabits = 0;        ///< from `from` to `to`; 0: not measured
    std::string speed_problem;  ///< why not, where it was asked for
};
BOOST_DESCRIBE_STRUCT(ReachRow, (), (from, to, state, round_trip_ms, megabits, speed_problem))

struct Report {
    bool good = true;  ///< no problem was found
    bool peer_running = false;
    std::vector<Finding> findings;  ///< problems first
    std::vector<InterfaceRow> interfaces;
    std::vector<FirewallRow> firewalls;
    std::vector<PortRow> ports;
    std::vector<MulticastRow> multicast;
    std::vector<PeerRow> peers;  ///< this one first
    std::vector<ReachRow> reach;
};
BOOST_DESCRIBE_STRUCT(Report, (),
                      (good, peer_running, findings, interfaces, firewalls, ports, multicast, peers, reach))

}  // namespace lanspread::doctor
