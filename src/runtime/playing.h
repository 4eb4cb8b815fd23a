#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace lanspread::runtime {

/// The programs that somebody plays now: uploads give way to them. On the core thread.
class Playing {
public:
    /// `on_change` is called after each change, with the program that began or ended.
    using OnChange = std::function<void(const std::string& program, bool has_begun)>;

    explicit Playing(OnChange on_change);

    /// The program is played until what this returns is destroyed, which may be after this object's end.
    [[nodiscard]] std::shared_ptr<void> begin(std::string program);
    /// In the order in which they began.
    [[nodiscard]] std::vector<std::string> programs() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace lanspread::runtime
