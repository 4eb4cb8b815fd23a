#include "lanspread/cover_command.h"

#include "api/control_client.h"
#include "lanspread/format.h"
#include "platform/files.h"
#include "platform/paths.h"

namespace lanspread::cli {

namespace {

/// More than any thumbnail has.
constexpr std::size_t max_picture = 64 * 1024 * 1024;

Result<void> copy(const std::string& from, const std::string& to)
{
    const auto bytes = platform::read_file(platform::to_path(from), max_picture);
    return bytes ? platform::write_atomically(platform::to_path(to), *bytes) : fail(bytes.error());
}

}  // namespace

ExitCode show_cover(const CommonOptions& options, const std::string& game, const CoverOptions& cover)
{
    const auto text = api::ControlClient(options.state_folder)
                          .ask_for_text(runtime::GetCover{.game = game, .width = cover.width});
    if (!text) {
        return fail_with(text.error());
    }
    const auto answer = api::answer_in<runtime::Cover>(*text);
    if (!answer) {
        return fail_with(answer.error());
    }
    if (!cover.output.empty()) {
        if (const auto copied = copy(answer->path, cover.output); !copied) {
            return fail_with(copied.error());
        }
    }
    const auto& path = cover.output.empty() ? answer->path : cover.output;
    print_now(options.json ? *text + '\n' : printable(path) + '\n');
    return ExitCode::done;
}

}  // namespace lanspread::cli
