#include "lanspread/verify_command.h"

#include <fmt/format.h>

#include "base/quantity.h"
#include "lanspread/ask_and_print.h"
#include "lanspread/format.h"
#include "lanspread/get_command.h"
#include "lanspread/output.h"

namespace lanspread::cli {

namespace {

ExitCode verify_only(const CommonOptions& options, const std::string& game)
{
    return ask_and_print<runtime::VerifyReport>(
        options, runtime::VerifyGame{.game = game},
        [](const runtime::VerifyReport& report) { return text_of(report); },
        [](const runtime::VerifyReport& report) { return report.good ? ExitCode::done : ExitCode::failed; });
}

/// The download that repairs the game: the one that has begun, or has ended since.
api::Answer<runtime::Download> repairing_download(const api::ControlClient& client, const std::string& game)
{
    auto now = client.ask<runtime::Game>(runtime::GetGame{.game = game});
    if (!now) {
        return std::unexpected(now.error());
    }
    if (now->downloads.empty()) {
        return std::unexpected(
            api::ControlError{.error = {ErrorCode::unavailable,
                                        fmt::format("{}: its repair is not among the downloads", game)}});
    }
    return std::move(now->downloads.front());
}

std::string repaired_text(const runtime::VerifyReport& found, const runtime::Download& download)
{
    auto text = fmt::format("repaired seconds={:.2f} chunks={} fetched={} local={}\n", download.seconds,
                            found.bad_chunks, download.bytes_fetched, download.bytes_local);
    for (const auto& source : download.sources) {
        if (source.bytes > 0) {
            text += fmt::format("  {} from {}\n", size_text(source.bytes), printable(source.name));
        }
    }
    if (!found.extra.empty()) {
        text += fmt::format("  what does not belong to the game ({}) was moved to .lanspread/extra\n",
                            count_text(found.extra.size(), "file"));
    }
    return text;
}

}  // namespace

ExitCode verify_game(const CommonOptions& options, const VerifyOptions& verify)
{
    if (!verify.repair) {
        return verify_only(options, verify.game);
    }
    const api::ControlClient client(options.state_folder);
    RepairReport report;
    auto found = client.ask<runtime::VerifyReport>(runtime::VerifyGame{.game = verify.game, .repair = true});
    if (!found) {
        return fail_with(found.error());
    }
    report.found = std::move(*found);
    if (!options.json) {
        print_now(text_of(report.found));
    }
    if (report.found.repairing) {
        auto download = repairing_download(client, verify.game);
        auto ended = download ? wait_for_end(client, std::move(*download)) : std::move(download);
        if (!ended) {
            return fail_with(ended.error());
        }
        report.downloads.push_back(std::move(*ended));
    }
    const bool is_repaired = !report.downloads.empty() && report.downloads.front().state == "done";
    if (options.json) {
        if (const auto printed = print_json(report); printed != ExitCode::done) {
            return printed;
        }
    } else if (is_repaired) {
        print_now(repaired_text(report.found, report.downloads.front()));
    }
    if (!report.found.good && !is_repaired) {
        complain(report.downloads.empty()
                     ? report.found.repair_problem
                     : fmt::format("{}: {}", verify.game, state_text(report.downloads.front())));
        return ExitCode::failed;
    }
    return ExitCode::done;
}

}  // namespace lanspread::cli
