#pragma once

#include <filesystem>
#include <functional>

#include <boost/asio/thread_pool.hpp>

#include "async/task.h"
#include "base/error.h"
#include "library/library.h"
#include "platform/disk_room.h"
#include "store/database.h"
#include "swarm/download_status.h"
#include "swarm/network.h"
#include "swarm/partial_content.h"

namespace lanspread::swarm {

/// What downloads borrow from the runtime. Everything in it outlives them.
struct DownloadEnvironment {
    Executor executor;
    Network& network;
    PartialContents& partials;  ///< where downloads put what they have, for the server
    library::Library& library;
    store::Database& database;
    asio::thread_pool& disk_pool;   ///< hashing and writing of chunks; two threads or more
    asio::thread_pool& store_pool;  ///< one thread: the database's
    std::function<void(const DownloadEvent&)> on_event;  ///< on the executor
    /// How much room there is in a folder. Called on the disk pool.
    std::function<Result<platform::DiskRoom>(const std::filesystem::path&)> disk_room = platform::disk_room;
    /// How long a full disk is left alone before it is tried again.
    Duration space_retry = std::chrono::seconds(3);
    /// How much work a crash may lose.
    Duration save_interval = std::chrono::seconds(2);
};

}  // namespace lanspread::swarm
