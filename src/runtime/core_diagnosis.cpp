// What `lanspread doctor` asks of the running peer.

#include <algorithm>

#include "runtime/core.h"
#include "runtime/diagnosis_asker.h"
#include "runtime/settings.h"
#include "wire/codec.h"

namespace lanspread::runtime {

namespace {

using std::chrono::seconds;

/// For mDNS to announce and to answer once more, after everybody was asked anew.
constexpr seconds first_look{3};
/// For the next beacon of everybody, where something was not heard at first: they come every 5 s, or so.
constexpr seconds second_look{7};
constexpr seconds fresh_beacon{6};
/// More than a test takes there.
constexpr seconds speed_patience{8};

double megabits_of(const wire::SpeedTested& tested)
{
    return static_cast<double>(tested.bytes) * 8 / static_cast<double>(tested.microseconds);
}

bool is_all_heard(const doctor::Diagnosis& diagnosis)
{
    return std::ranges::all_of(diagnosis.members, [&](const doctor::Member& member) {
        const auto is_heard = [&](std::string_view path) {
            return is_heard_here(diagnosis, member, path, {}) && is_heard_there(diagnosis, member, path);
        };
        return !member.answered || (is_heard("mdns") && is_heard("beacon"));
    });
}

}  // namespace

/// Why a measurement would be a nuisance now.
std::optional<std::string> PeerRuntime::Core::why_no_speed_test() const
{
    if (!settings_from(stored_settings).speed_tests) {
        return "its setting speed_tests is off";
    }
    if (!playing.programs().empty()) {
        return "somebody plays there";
    }
    const auto queue = downloads.snapshot();
    const bool is_fetching = std::ranges::any_of(queue, [](const swarm::DownloadStatus& status) {
        return status.state == swarm::DownloadState::running;
    });
    return is_fetching ? std::optional<std::string>("a download runs there") : std::nullopt;
}

Task<doctor::Diagnosis> PeerRuntime::Core::diagnose()
{
    const auto start = Clock::now();
    const bool listens = config.discovery && party.connected_count() > 0;
    if (listens) {
        mdns.refresh();
        co_await sleep_until(start + first_look);
    }
    auto diagnosis = co_await look_around(first_look - seconds(1));
    if (listens && !is_all_heard(diagnosis)) {
        co_await sleep_until(start + second_look);
        diagnosis = co_await look_around(second_look - seconds(1));
    }
    co_return diagnosis;
}

/// `fresh`: what mDNS has heard in this time, it has heard since it was asked anew.
Task<doctor::Diagnosis> PeerRuntime::Core::look_around(seconds fresh)
{
    auto members = co_await ask_party(&party, endpoint->port());
    co_return doctor::Diagnosis{.id = identity.id().hex(),
                                .name = config.name,
                                .port = endpoint->port(),
                                .port_is_fixed = config.listen.port != 0,
                                .discovery = config.discovery,
                                .fresh_mdns_seconds = static_cast<std::uint64_t>(fresh.count()),
                                .fresh_beacon_seconds = static_cast<std::uint64_t>(fresh_beacon.count()),
                                .interfaces = config.interfaces,
                                .problems = status().problems,
                                .members = std::move(members)};
}

/// One after the other, for each test has the network to itself.
Task<Result<doctor::Speed>> PeerRuntime::Core::measure_speed(MeasureSpeed command)
{
    const auto from = PeerId::parse(command.from);
    const auto to = PeerId::parse(command.to);
    if (!from || !to || from == to) {
        co_return fail(ErrorCode::invalid_input, "a measurement needs the ids of two peers");
    }
    Result<wire::SpeedTested> tested = fail(ErrorCode::internal, "not measured");
    if (*to == identity.id()) {
        tested = co_await diagnosis_server.test_speed(*from);
    } else {
        const party::DiagnosisRequest question = wire::TestSpeed{.peer = *from};
        const auto answer = co_await party.request(*to, question, Clock::now() + speed_patience);
        tested = answer ? wire::decode_answer<wire::SpeedTested>(answer->frame) : fail(answer.error());
    }
    co_return doctor::Speed{.from = command.from,
                            .to = command.to,
                            .megabits = tested ? megabits_of(*tested) : 0,
                            .problem = tested ? std::string() : tested.error().message};
}

}  // namespace lanspread::runtime
