#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <span>
#include <vector>

namespace lanspread {

/// Memory for one chunk on its way between disk, hash and wire. Its content is whatever the last user left.
/// It begins where a page does: large blocks that plain `new` gives lie 16 bytes further on, and the kernel
/// copies files there much slower.
class Buffer {
public:
    explicit Buffer(std::size_t capacity)
        : memory_(static_cast<std::byte*>(::operator new(capacity, alignment))), capacity_(capacity)
    {
    }

    [[nodiscard]] std::span<std::byte> span() { return {memory_.get(), capacity_}; }
    [[nodiscard]] std::span<const std::byte> span() const { return {memory_.get(), capacity_}; }

private:
    static constexpr std::align_val_t alignment{4096};
    struct Free {
        void operator()(std::byte* memory) const { ::operator delete(memory, alignment); }
    };

    std::unique_ptr<std::byte, Free> memory_;
    std::size_t capacity_;
};

using SharedBuffer = std::shared_ptr<Buffer>;

/// Buffers of one size that are used again and again: a fresh megabyte costs 256 page faults, a used one
/// none. Thread-safe. A buffer goes back by itself when its last owner drops it, also after the pool is gone.
class BufferPool {
public:
    /// Keeps at most `max_idle` unused buffers of `buffer_size` bytes.
    BufferPool(std::size_t buffer_size, std::size_t max_idle);

    [[nodiscard]] SharedBuffer take();
    [[nodiscard]] std::size_t buffer_size() const { return buffer_size_; }

private:
    struct Shelf {
        std::mutex mutex;
        std::vector<std::unique_ptr<Buffer>> idle;
        std::size_t max_idle = 0;
    };

    std::size_t buffer_size_;
    std::shared_ptr<Shelf> shelf_;
};

}  // namespace lanspread
