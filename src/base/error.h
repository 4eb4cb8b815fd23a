#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace lanspread {

/// What kind of thing went wrong: what a caller may decide on. The message is for people.
enum class ErrorCode {
    invalid_input,  ///< bytes, arguments or a file that break their format
    not_found,      ///< the named game, peer, file or chunk is not here
    refused,        ///< the other side, or our own rules, said no
    unavailable,    ///< not now: the peer is gone, the connection is closed, nobody has it
    timed_out,      ///< no answer in the time that was given
    disk_full,      ///< the file system has no room
    io,             ///< the file system or a socket failed
    corrupt,        ///< bytes that are not what their hash says
    exists,         ///< already there, or already running
    internal,       ///< a bug of ours
};

/// The word for `code` that the command line and the control API use ("not_found").
[[nodiscard]] std::string_view to_string(ErrorCode code);
/// The code whose word it is; nothing where it is nobody's.
[[nodiscard]] std::optional<ErrorCode> to_error_code(std::string_view word);

/// An expected failure. `message` names the thing and, where there is one, the way out: "games folder /x: no
/// such folder".
struct Error {
    ErrorCode code = ErrorCode::internal;
    std::string message;

    bool operator==(const Error&) const = default;

    /// The same error with its context in front: "manifest of doom: …".
    [[nodiscard]] Error in(std::string_view context) const;
};

/// The result of whatever can fail in an expected way. Exceptions are left for cancellation, out of memory
/// and bugs.
template <class T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string message)
{
    return std::unexpected(Error{code, std::move(message)});
}

[[nodiscard]] inline std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }

/// The error for a failed system call, by its errno: ENOSPC and EDQUOT are disk_full, ENOENT is not_found,
/// the rest io.
[[nodiscard]] Error system_error(std::string_view what, int error_number);

}  // namespace lanspread
