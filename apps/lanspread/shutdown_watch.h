#pragma once

#include <memory>
#include <string>

#include "async/cancellation.h"

namespace lanspread::cli {

/// Sees to it that the process ends when it is asked to. On a thread of its own, so that it works even where
/// the core thread hangs: the first SIGINT, SIGTERM or SIGHUP asks for an orderly end, a second one ends the
/// process at once (exit code 128 + signal), and so does the passing of two seconds after the end began (exit
/// code 1), with what is still running named in the log.
class ShutdownWatch {
public:
    /// Cancels `shutdown` to ask for the orderly end.
    explicit ShutdownWatch(CancellationToken shutdown);
    /// The process has ended in order.
    ~ShutdownWatch();
    ShutdownWatch(const ShutdownWatch&) = delete;
    ShutdownWatch& operator=(const ShutdownWatch&) = delete;

    /// The end has begun for another reason than a signal: the two seconds run. Thread-safe, idempotent.
    void end_has_begun();
    /// What is still to be joined, for the log. Thread-safe.
    void set_unfinished(std::string names);

private:
    struct Core;
    std::unique_ptr<Core> core_;
};

}  // namespace lanspread::cli
