#pragma once

#include <filesystem>

#include <boost/asio/local/stream_protocol.hpp>

#include "async/task.h"
#include "base/error.h"

namespace lanspread::api {

/// The control socket's place in a state folder, for as long as it is bound or dialled. The address of a Unix
/// socket holds 107 bytes, and a state folder may lie deeper: then the address goes through an open
/// descriptor of the folder (proc(5)).
class LocalPlace {
public:
    /// `not_found` where the folder is not there.
    [[nodiscard]] static Result<LocalPlace> in(const std::filesystem::path& state_folder);
    ~LocalPlace();
    LocalPlace(LocalPlace&& other) noexcept;
    LocalPlace& operator=(LocalPlace&&) = delete;

    [[nodiscard]] asio::local::stream_protocol::endpoint endpoint() const;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    LocalPlace(std::filesystem::path path, int folder) : path_(std::move(path)), folder_(folder) {}

    std::filesystem::path path_;
    int folder_;  ///< descriptor; -1 where moved from
};

}  // namespace lanspread::api
