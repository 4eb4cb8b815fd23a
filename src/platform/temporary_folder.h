#pragma once

#include <filesystem>

namespace lanspread::platform {

/// An empty folder with a name of its own below the system's folder for such things, removed at the end with
/// all that is in it. For tests and demonstrations.
class TemporaryFolder {
public:
    /// Throws where it cannot be made.
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace lanspread::platform
