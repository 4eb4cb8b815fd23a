#include "lanspread/queue_commands.h"

#include <fmt/format.h>

#include "lanspread/ask_and_print.h"
#include "lanspread/format.h"
#include "lanspread/output.h"
#include "lanspread/queue_output.h"

namespace lanspread::cli {

namespace {

using Downloads = std::vector<runtime::Download>;

ExitCode pause_or_resume(const CommonOptions& options, const DownloadChoice& choice,
                         const runtime::Command& command)
{
    if (choice.all == !choice.game.empty()) {
        complain("name a game, or say --all");
        return ExitCode::wrong_use;
    }
    return ask_and_print<Downloads>(options, command, [](const Downloads& downloads) {
        std::string text;
        for (const auto& download : downloads) {
            text += printable(fmt::format("{}: {}", download.title, state_text(download))) + '\n';
        }
        return text.empty() ? std::string("There is nothing to do.\n") : text;
    });
}

std::string place_text(const runtime::Download& download)
{
    return printable(fmt::format("{}: position {} in the queue, priority {}, {}", download.title,
                                 download.position, download.priority, state_text(download))) +
           '\n';
}

}  // namespace

ExitCode list_downloads(const CommonOptions& options)
{
    return ask_and_print<Downloads>(options, runtime::GetDownloads{},
                                    [](const Downloads& downloads) { return queue_text(downloads); });
}

ExitCode pause_downloads(const CommonOptions& options, const DownloadChoice& choice)
{
    return pause_or_resume(options, choice, runtime::PauseDownloads{.game = choice.game, .all = choice.all});
}

ExitCode resume_downloads(const CommonOptions& options, const DownloadChoice& choice)
{
    return pause_or_resume(options, choice, runtime::ResumeDownloads{.game = choice.game, .all = choice.all});
}

ExitCode set_priority(const CommonOptions& options, const std::string& game, const std::string& priority)
{
    return ask_and_print<runtime::Download>(options, runtime::SetPriority{.game = game, .priority = priority},
                                            place_text);
}

ExitCode move_download(const CommonOptions& options, const std::string& game, std::uint32_t position)
{
    return ask_and_print<runtime::Download>(
        options, runtime::MoveDownload{.game = game, .position = position}, place_text);
}

ExitCode show_or_change_settings(const CommonOptions& options, const std::string& name,
                                 const std::string& value)
{
    const auto describe = [&name](const runtime::Settings& settings) {
        return settings_text(settings, name);
    };
    if (!value.empty()) {
        return ask_and_print<runtime::Settings>(options, runtime::ChangeSetting{.name = name, .value = value},
                                                describe);
    }
    if (!name.empty() && settings_text({}, name).empty()) {
        complain(fmt::format("there is no setting '{}': `lanspread settings` lists them", name));
        return ExitCode::not_found;
    }
    return ask_and_print<runtime::Settings>(options, runtime::GetSettings{}, describe);
}

}  // namespace lanspread::cli
