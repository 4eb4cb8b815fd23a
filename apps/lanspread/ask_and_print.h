#pragma once

#include "lanspread/client_commands.h"

namespace lanspread::cli {

/// Prints it as a line of JSON and gives `done`; where it is too long for that, the exit code of the error.
template <class T>
ExitCode print_json(const T& answer)
{
    const auto text = wire::encode(answer, api::max_answer_size);
    if (!text) {
        return fail_with(text.error());
    }
    print_now(*text + '\n');
    return ExitCode::done;
}

/// Asks, prints the answer (as it came where JSON is wanted, else what `describe` makes of it) and gives
/// `judge`'s word on it.
template <class T, class Describe, class Judge>
ExitCode ask_and_print(const CommonOptions& options, const runtime::Command& command, Describe describe,
                       Judge judge)
{
    const auto text = api::ControlClient(options.state_folder).ask_for_text(command);
    if (!text) {
        return fail_with(text.error());
    }
    const auto answer = api::answer_in<T>(*text);
    if (!answer) {
        return fail_with(answer.error());
    }
    print_now(options.json ? *text + '\n' : describe(*answer));
    return judge(*answer);
}

template <class T, class Describe>
ExitCode ask_and_print(const CommonOptions& options, const runtime::Command& command, Describe describe)
{
    return ask_and_print<T>(options, command, describe, [](const T&) { return ExitCode::done; });
}

}  // namespace lanspread::cli
