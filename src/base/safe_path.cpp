#include "base/safe_path.h"

#include "base/utf8.h"
#include "base/windows_names.h"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>

namespace lanspread {

namespace {

constexpr std::size_t max_path_size = 1024;
constexpr std::size_t max_component_size = 255;
constexpr std::ptrdiff_t max_components = 32;

/// What is wrong with one component; empty where nothing is.
std::string_view problem_of_component(std::string_view component)
{
    if (component.empty()) {
        return "has an empty component";
    }
    if (component == "." || component == "..") {
        return "has a '.' or '..' component";
    }
    if (component.size() > max_component_size) {
        return "has a component over 255 bytes";
    }
    if (component.ends_with('.') || component.ends_with(' ')) {
        return "has a component that ends in a dot or a space";
    }
    if (is_windows_device_name(component)) {
        return "has a component that Windows takes for a device";
    }
    return {};
}

std::string_view problem_of_path(std::string_view text)
{
    if (text.empty() || text.size() > max_path_size) {
        return "is empty or over 1024 bytes";
    }
    if (composed(text) != text) {
        return "is not composed UTF-8 (NFC)";
    }
    if (has_control_characters(text)) {
        return "has a control character";
    }
    if (text.find_first_of(R"(\:<>"|?*)") != std::string_view::npos) {
        return R"(has one of \ : < > " | ? *)";
    }
    if (std::ranges::count(text, '/') >= max_components) {
        return "has more than 32 components";
    }
    return {};
}

}  // namespace

Result<SafePath> SafePath::parse(std::string_view text)
{
    auto problem = problem_of_path(text);
    for (const auto component : std::views::split(text, '/')) {
        problem = problem.empty() ? problem_of_component(std::string_view(component)) : problem;
    }
    if (!problem.empty()) {
        return fail(ErrorCode::invalid_input,
                    fmt::format("path '{}' {}", clip_utf8(text, max_component_size), problem));
    }
    SafePath path;
    path.text_ = text;
    return path;
}

std::string_view SafePath::first_component() const
{
    return std::string_view(text_).substr(0, text_.find('/'));
}

std::string SafePath::case_folded() const { return lanspread::case_folded(text_).value(); }

}  // namespace lanspread
