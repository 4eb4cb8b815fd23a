#include "lanspread/doctor_command.h"

#include <cstdio>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "doctor/gather.h"
#include "doctor/make_report.h"
#include "lanspread/doctor_output.h"
#include "lanspread/format.h"
#include "lanspread/terminal.h"
#include "platform/paths.h"
#include "platform/process.h"
#include "wire/codec.h"

namespace lanspread::cli {

namespace {

/// Peers between which a measurement can be asked for: those that are connected here, and this one.
std::vector<const doctor::View*> measurable(const doctor::Diagnosis& party, const doctor::View& self)
{
    std::vector<const doctor::View*> peers{&self};
    for (const auto& member : party.members) {
        if (member.answered) {
            peers.push_back(&member.seen);
        }
    }
    return peers;
}

/// A line on a terminal's standard error that the next one replaces.
void show_progress(std::string_view text)
{
    if (const auto width = error_terminal_width()) {
        fmt::print(stderr, "\r\x1b[K{}", cut(printable(text), *width - 1));
        std::fflush(stderr);
    }
}

/// One after the other, each way, for a measurement has the network to itself.
std::vector<doctor::Speed> measure_all(const api::ControlClient& client, const doctor::Diagnosis& party)
{
    const doctor::View self{.id = party.id, .name = party.name};
    const auto peers = measurable(party, self);
    const auto count = peers.size() * (peers.size() - 1);
    std::vector<doctor::Speed> speeds;
    for (const auto* from : peers) {
        for (const auto* to : peers) {
            if (from == to) {
                continue;
            }
            show_progress(
                fmt::format("measuring {} of {}: {} to {}", speeds.size() + 1, count, from->name, to->name));
            const auto speed =
                client.ask<doctor::Speed>(runtime::MeasureSpeed{.from = from->id, .to = to->id});
            speeds.push_back(
                speed
                    ? *speed
                    : doctor::Speed{.from = from->id, .to = to->id, .problem = speed.error().error.message});
        }
    }
    show_progress("");
    return speeds;
}

}  // namespace

ExitCode examine_network(const CommonOptions& options, const DoctorOptions& doctor)
{
    auto cards = doctor::look_at_cards();
    if (!cards) {
        return fail_with(cards.error());
    }
    const api::ControlClient client(options.state_folder);
    show_progress("asking the party …");
    const auto party = client.ask<doctor::Diagnosis>(runtime::Diagnose{});
    show_progress("");
    if (!party && !party.error().no_peer) {
        return fail_with(party.error());
    }
    doctor::Facts facts{.cards = std::move(*cards),
                        .firewalls = doctor::look_at_firewalls(),
                        .party = party ? std::optional(*party) : std::nullopt,
                        .speeds = {},
                        .state_folder = shell_word(platform::to_utf8(options.state_folder)),
                        .is_root = platform::is_administrator()};
    if (doctor.speed && facts.party) {
        facts.speeds = measure_all(client, *facts.party);
    }
    const auto report = doctor::make_report(facts);
    if (options.json) {
        const auto text = wire::encode(report, api::max_answer_size);
        if (!text) {
            return fail_with(text.error());
        }
        print_now(*text + '\n');
    } else {
        print_now(text_of(report));
    }
    return report.good ? ExitCode::done : ExitCode::failed;
}

}  // namespace lanspread::cli
