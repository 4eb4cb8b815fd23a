#include "base/windows_names.h"

#include <algorithm>
#include <array>

namespace lanspread {

namespace {

constexpr std::array<std::string_view, 7> devices{"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"};
constexpr std::array<std::string_view, 2> numbered_devices{"com", "lpt"};
constexpr std::array<std::string_view, 13> numbers{"0", "1", "2", "3", "4", "5", "6",
                                                   "7", "8", "9", "¹", "²", "³"};

bool is_same_but_for_case(std::string_view text, std::string_view lower)
{
    return std::ranges::equal(
        text, lower, [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b; });
}

}  // namespace

bool is_windows_device_name(std::string_view component)
{
    auto stem = component.substr(0, component.find('.'));
    stem = stem.substr(0, stem.find_last_not_of(' ') + 1);
    const auto is_device = [&](std::string_view device) { return is_same_but_for_case(stem, device); };
    const auto is_numbered_device = [&](std::string_view device) {
        return is_same_but_for_case(stem.substr(0, device.size()), device) && stem.size() > device.size() &&
               std::ranges::find(numbers, stem.substr(device.size())) != numbers.end();
    };
    return std::ranges::any_of(devices, is_device) ||
           std::ranges::any_of(numbered_devices, is_numbered_device);
}

}  // namespace lanspread
