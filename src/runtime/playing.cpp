#include "runtime/playing.h"

#include <list>
#include <utility>

namespace lanspread::runtime {

struct Playing::State {
    OnChange on_change;
    std::list<std::string> programs;
};

Playing::Playing(OnChange on_change) : state_(std::make_shared<State>(std::move(on_change))) {}

std::shared_ptr<void> Playing::begin(std::string program)
{
    const auto place = state_->programs.insert(state_->programs.end(), std::move(program));
    state_->on_change(*place, true);
    return {nullptr, [weak = std::weak_ptr(state_), place](void*) {
                if (const auto state = weak.lock()) {
                    const auto ended = std::move(*place);
                    state->programs.erase(place);
                    state->on_change(ended, false);
                }
            }};
}

std::vector<std::string> Playing::programs() const
{
    return {state_->programs.begin(), state_->programs.end()};
}

}  // namespace lanspread::runtime
