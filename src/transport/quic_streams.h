#pragma once

#include <cstdint>

#include <ngtcp2/ngtcp2.h>

namespace lanspread::transport {

/// What ngtcp2 tells a QuicConnection about its streams. Called by C code: nothing is thrown out of these.
struct StreamCallbacks {
    static void set(ngtcp2_callbacks& callbacks);

private:
    static int received(ngtcp2_conn*, std::uint32_t flags, std::int64_t id, std::uint64_t offset,
                        const std::uint8_t* data, std::size_t size, void* user_data, void* stream_user_data);
    static int acknowledged(ngtcp2_conn*, std::int64_t id, std::uint64_t offset, std::uint64_t size,
                            void* user_data, void* stream_user_data);
    static int opened(ngtcp2_conn*, std::int64_t id, void* user_data);
    static int closed(ngtcp2_conn*, std::uint32_t flags, std::int64_t id, std::uint64_t code, void* user_data,
                      void* stream_user_data);
    static int was_reset(ngtcp2_conn*, std::int64_t id, std::uint64_t final_size, std::uint64_t code,
                         void* user_data, void* stream_user_data);
    static int may_send_more(ngtcp2_conn*, std::int64_t id, std::uint64_t limit, void* user_data,
                             void* stream_user_data);
    static int may_open_more(ngtcp2_conn*, std::uint64_t count, void* user_data);
};

}  // namespace lanspread::transport
