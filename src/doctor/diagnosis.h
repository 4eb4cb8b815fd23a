#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/class.hpp>

#include "wire/diagnosis.h"

/// What a running peer finds out about its network for `lanspread doctor`. Plain described structs, for the
/// control socket. Ids are their text.
namespace lanspread::doctor {

/// How one peer sees another: a cell of the matrix.
struct View {
    std::string id;  ///< of the one that is seen
    std::string name;
    std::string state;  ///< "connected", "connecting", "unreachable", "banned"
    double round_trip_ms = 0;
    std::vector<wire::ReachPath> found_by;
};
BOOST_DESCRIBE_STRUCT(View, (), (id, name, state, round_trip_ms, found_by))

/// A peer that is known here, and what it answered.
struct Member {
    View seen;                        ///< from here
    std::string address;              ///< the one in use
    std::string problem;              ///< why it is not connected; else empty
    bool answered = false;            ///< whether it told whom it sees; the rest means nothing without
    std::string silence;              ///< why it did not
    double clock_ahead_ms = 0;        ///< of its clock before this PC's …
    double clock_uncertainty_ms = 0;  ///< … give or take so much
    std::string
        dial_back;  ///< whether it reached this PC from a new port: "reached", "failed", "refused", ""
    std::string dial_back_problem;
    std::vector<View> sees;
};
BOOST_DESCRIBE_STRUCT(Member, (),
                      (seen, address, problem, answered, silence, clock_ahead_ms, clock_uncertainty_ms,
                       dial_back, dial_back_problem, sees))

/// Answer to Diagnose.
struct Diagnosis {
    std::string id;
    std::string name;
    std::uint16_t port = 0;      ///< UDP, where it listens
    bool port_is_fixed = false;  ///< it was given; else the next start takes another one
    bool discovery = true;
    /// What was heard within these times tells about now: by mDNS, by which everybody was asked anew, and by
    /// beacon.
    std::uint64_t fresh_mdns_seconds = 0;
    std::uint64_t fresh_beacon_seconds = 0;
    std::vector<std::string> interfaces;  ///< the only ones that are used; empty: all
    std::vector<std::string> problems;    ///< of its status
    std::vector<Member> members;
};
BOOST_DESCRIBE_STRUCT(Diagnosis, (),
                      (id, name, port, port_is_fixed, discovery, fresh_mdns_seconds, fresh_beacon_seconds,
                       interfaces, problems, members))

/// Whether what `member` tells, and how it is seen from here, shows that a way of discovery ("mdns",
/// "beacon") gets through: towards here (on `interface`; empty: on any), and from here.
[[nodiscard]] bool is_heard_here(const Diagnosis& party, const Member& member, std::string_view path,
                                 std::string_view interface);
[[nodiscard]] bool is_heard_there(const Diagnosis& party, const Member& member, std::string_view path);

/// Answer to MeasureSpeed: how fast bytes went from one peer to another.
struct Speed {
    std::string from;     ///< id
    std::string to;       ///< id
    double megabits = 0;  ///< a second; 0 where it was not measured
    std::string problem;  ///< why not; else empty
};
BOOST_DESCRIBE_STRUCT(Speed, (), (from, to, megabits, problem))

}  // namespace lanspread::doctor
