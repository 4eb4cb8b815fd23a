#include "lanspread/playing_command.h"

#include <optional>

#include <fmt/format.h>

#include "platform/process.h"

namespace lanspread::cli {

namespace {

/// The connection that tells the peer that somebody plays, which the program inherits.
api::Answer<api::ControlConnection> tell_peer(const CommonOptions& options, const std::string& program)
{
    auto connection = api::ControlConnection::open(options.state_folder);
    if (!connection) {
        return connection;
    }
    if (const auto sent = connection->send(runtime::Play{.program = program}); !sent) {
        return std::unexpected(sent.error());
    }
    // The program starts once its packets have precedence.
    const auto text = connection->receive();
    if (!text) {
        return std::unexpected(text.error());
    }
    if (const auto answer = api::answer_in<runtime::Status>(text->value_or("")); !answer) {
        return std::unexpected(answer.error());
    }
    if (const auto kept = connection->keep_over_exec(); !kept) {
        return std::unexpected(kept.error());
    }
    return connection;
}

}  // namespace

ExitCode play(const CommonOptions& options, const std::vector<std::string>& arguments)
{
    if (arguments.empty()) {
        complain("name the program to play: lanspread playing COMMAND [ARGUMENT...]");
        return ExitCode::wrong_use;
    }
    const auto connection = tell_peer(options, arguments.front());
    if (!connection) {
        complain(fmt::format("uploads do not give way: {}", connection.error().error.message));
    }
    return fail_with(platform::replace_process(arguments));
}

}  // namespace lanspread::cli
