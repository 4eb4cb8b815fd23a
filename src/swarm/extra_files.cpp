#include "swarm/extra_files.h"

#include <fmt/format.h>

#include "swarm/partial_folder.h"

namespace lanspread::swarm {

namespace {

/// The first of `.lanspread/extra`, `.lanspread/extra-2`, … that is not there.
Result<std::string> free_name(const platform::Folder& root)
{
    for (unsigned number = 1;; ++number) {
        auto name =
            number == 1 ? std::string(".lanspread/extra") : fmt::format(".lanspread/extra-{}", number);
        const auto entry = root.stat(known_safe(name));
        if (!entry) {
            return entry.error().code == ErrorCode::not_found ? Result<std::string>(std::move(name))
                                                              : fail(entry.error());
        }
    }
}

}  // namespace

Result<void> ExtraFiles::move_aside(const std::string& name)
{
    auto safe = SafePath::parse(name);
    if (!safe) {
        return fail(ErrorCode::refused,
                    "does not belong to the game, and has a name that cannot be moved: "
                    "move it away by hand");
    }
    if (folder_.empty()) {
        auto free = free_name(root_);
        if (!free) {
            return fail(free.error());
        }
        folder_ = std::move(*free);
    }
    auto to = SafePath::parse(fmt::format("{}/{}", folder_, name));
    if (!to) {
        return fail(to.error());
    }
    if (auto made = root_.make_folders(known_safe(parent_of(to->text()))); !made) {
        return made;
    }
    if (auto moved = root_.rename(*safe, root_, *to); !moved) {
        return moved;
    }
    moved_.push_back(name);
    return {};
}

}  // namespace lanspread::swarm
