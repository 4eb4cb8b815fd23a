#pragma once

#include <filesystem>
#include <functional>

#include <boost/asio/thread_pool.hpp>

#include "async/task.h"
#include "base/error.h"
#include "library/library.h"
#include "store/database.h"
#include "swarm/download_status.h"
#include "swarm/network.h"

namespace lanspread::swarm {

/// What downloads borrow from the runtime. Everything in it outlives them.
struct DownloadEnvironment {
    Executor executor;
    Network& network;
    library::Library& library;
    store::Database& database;
    asio::thread_pool& disk_pool;   ///< hashing and writing of chunks; two threads or more
    asio::thread_pool& store_pool;  ///< one thread: the database's
    std::function<void(const DownloadEvent&)> on_event;  ///< on the executor
    /// Bytes that can still be written in a folder; empty: asks the file system. Called on the disk pool.
    std::function<Result<std::uint64_t>(const std::filesystem::path&)> free_space = {};
    /// How long a full disk is left alone before it is tried again.
    Duration space_retry = std::chrono::seconds(3);
    /// How much work a crash may lose.
    Duration save_interval = std::chrono::seconds(2);
};

}  // namespace lanspread::swarm
