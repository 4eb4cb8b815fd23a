#pragma once
#include <string_view>

namespace lanspread::discovery {

enum class IpFamily { v4, v6 };

[[nodiscard]] inline std::string_view to_string(IpFamily family)
{
    return family == IpFamily::v4 ? "IPv4" : "IPv6";
}

}  // namespace lanspread::discovery
