#include "api/local_place.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/un.h>
#include <unistd.h>

#include <fmt/format.h>

#include "api/control_protocol.h"
#include "platform/paths.h"

namespace lanspread::api {

Result<LocalPlace> LocalPlace::in(const std::filesystem::path& state_folder)
{
    const int folder = ::open(state_folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        return fail(system_error(fmt::format("state folder {}", platform::to_utf8(state_folder)), errno));
    }
    return LocalPlace(state_folder / socket_name, folder);
}

LocalPlace::~LocalPlace()
{
    if (folder_ >= 0) {
        ::close(folder_);
    }
}

LocalPlace::LocalPlace(LocalPlace&& other) noexcept
    : path_(std::move(other.path_)), folder_(std::exchange(other.folder_, -1))
{
}

asio::local::stream_protocol::endpoint LocalPlace::endpoint() const
{
    const auto& direct = path_.native();
    if (direct.size() < sizeof(sockaddr_un::sun_path)) {
        return {direct};
    }
    return {fmt::format("/proc/self/fd/{}/{}", folder_, socket_name)};
}

}  // namespace lanspread::api
