#include "platform/process.h"

#include <cerrno>

#include <unistd.h>

namespace lanspread::platform {

bool is_administrator() { return ::geteuid() == 0; }

Error replace_process(const std::vector<std::string>& arguments)
{
    if (arguments.empty()) {
        return {ErrorCode::invalid_input, "no program is named"};
    }
    std::vector<char*> pointers;
    pointers.reserve(arguments.size() + 1);
    for (const auto& argument : arguments) {
        pointers.push_back(const_cast<char*>(argument.c_str()));  // execvp changes nothing
    }
    pointers.push_back(nullptr);
    ::execvp(pointers.front(), pointers.data());
    return system_error(arguments.front(), errno);
}

}  // namespace lanspread::platform
