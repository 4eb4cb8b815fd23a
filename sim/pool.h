#pragma once

#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace lanspread::sim {

/// Values that events refer to by number. References stay valid while others come and go; a number is used
/// again after its value was removed.
template <class Value>
class Pool {
public:
    using Id = std::uint32_t;

    [[nodiscard]] Id add(Value value)
    {
        if (unused_.empty()) {
            values_.push_back(std::move(value));
            return static_cast<Id>(values_.size() - 1);
        }
        const auto id = unused_.back();
        unused_.pop_back();
        values_[id] = std::move(value);
        return id;
    }
    [[nodiscard]] Value& operator[](Id id) { return values_[id]; }
    [[nodiscard]] const Value& operator[](Id id) const { return values_[id]; }
    void remove(Id id) { unused_.push_back(id); }
    /// Removes it and returns it.
    [[nodiscard]] Value take(Id id)
    {
        remove(id);
        return std::move(values_[id]);
    }

private:
    std::deque<Value> values_;
    std::vector<Id> unused_;
};

}  // namespace lanspread::sim
