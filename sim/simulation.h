#pragma once

#include "sim/outcome.h"
#include "sim/scenario.h"

namespace lanspread::sim {

/// Runs a scenario in virtual time, until every downloader that stays has finished or the time is over: each
/// peer is a real swarm::Scheduler and a real swarm::UploadQueue, and what passes between them (requests,
/// answers, announcements) takes the time that latency and links cost. One thread, no sleep; the same
/// scenario has the same outcome, but for the CPU that it took.
///
/// Left out, and free of charge here: manifests, headers, acknowledgements, losses, slow start, the bytes of
/// messages, disks, and CPU.
[[nodiscard]] Outcome simulate(const Scenario& scenario);

}  // namespace lanspread::sim
