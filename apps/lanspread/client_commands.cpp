#include "lanspread/client_commands.h"

#include <cstdio>

#include <fmt/format.h>

#include "lanspread/ask_and_print.h"
#include "lanspread/format.h"
#include "lanspread/output.h"

namespace lanspread::cli {

namespace {

constexpr auto as_page = [](const auto& answer) { return text_of(answer); };

}  // namespace

void print_now(std::string_view text)
{
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

ExitCode show_status(const CommonOptions& options)
{
    return ask_and_print<runtime::Status>(options, runtime::GetStatus{}, as_page);
}

ExitCode list_peers(const CommonOptions& options)
{
    return ask_and_print<std::vector<runtime::Peer>>(options, runtime::GetPeers{}, as_page);
}

ExitCode connect_to(const CommonOptions& options, const std::string& address)
{
    return ask_and_print<runtime::Peer>(
        options, runtime::Connect{.address = address}, [](const runtime::Peer& peer) {
            return fmt::format("connected to {} ({}) at {}\n", printable(peer.name), peer.id.substr(0, 12),
                               peer.address);
        });
}

ExitCode cancel_download(const CommonOptions& options, const std::string& game, bool remove)
{
    return ask_and_print<runtime::Download>(
        options, runtime::CancelDownload{.game = game, .remove = remove},
        [remove](const runtime::Download& download) {
            return remove ? fmt::format("{}: cancelled, and what was fetched is deleted\n",
                                        printable(download.title))
                          : fmt::format("{}: cancelled; {} are kept for a later `lanspread get`\n",
                                        printable(download.title), size_text(download.bytes_done));
        });
}

ExitCode rescan(const CommonOptions& options)
{
    return ask_and_print<runtime::Status>(options, runtime::Rescan{}, as_page);
}

ExitCode show_events(const CommonOptions& options, bool follow)
{
    auto events = api::ControlClient(options.state_folder).events(follow);
    if (!events) {
        return fail_with(events.error());
    }
    while (true) {
        const auto text = events->receive();
        if (!text) {
            return fail_with(text.error());
        }
        if (!*text) {
            return ExitCode::done;
        }
        const auto event = api::answer_in<runtime::Event>(**text);
        if (!event) {
            return fail_with(event.error());
        }
        print_now(options.json ? **text + '\n' : text_of(*event));
    }
}

}  // namespace lanspread::cli
