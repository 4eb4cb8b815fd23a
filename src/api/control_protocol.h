#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "wire/messages.h"

/// What is spoken on the control socket. The asker connects, sends one frame with a command
/// (runtime/commands.h), and gets one frame with its answer, or with a wire::Failure; then the connection is
/// closed. The answer to GetEvents is a stream of frames, an Event each; after the answer to Play the
/// connection stays, for as long as somebody plays. A frame is a length (4 bytes,
/// network order) and as many bytes of JSON, as between peers.
///
/// Whoever may open the socket (the owner of the state folder: its mode is 0600) may command the peer.
namespace lanspread::api {

/// The socket's name in the state folder.
inline constexpr std::string_view socket_name = "control.sock";

inline constexpr std::size_t max_request_size = wire::max_message_size;
/// Answers hold whole libraries and come from ourselves.
inline constexpr std::size_t max_answer_size = 64 * 1024 * 1024;

inline constexpr std::size_t frame_header_size = 4;
using FrameHeader = std::array<unsigned char, frame_header_size>;

/// The header of a frame of `size` bytes.
[[nodiscard]] constexpr FrameHeader frame_header(std::uint32_t size)
{
    return {static_cast<unsigned char>(size >> 24U), static_cast<unsigned char>(size >> 16U),
            static_cast<unsigned char>(size >> 8U), static_cast<unsigned char>(size)};
}

/// The size that a header announces: to be checked before it is believed.
[[nodiscard]] constexpr std::size_t frame_size(std::span<const unsigned char, frame_header_size> header)
{
    return std::size_t{header[0]} << 24U | std::size_t{header[1]} << 16U | std::size_t{header[2]} << 8U |
           header[3];
}

}  // namespace lanspread::api
