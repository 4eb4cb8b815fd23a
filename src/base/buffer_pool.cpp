#include "base/buffer_pool.h"

namespace lanspread {

BufferPool::BufferPool(std::size_t buffer_size, std::size_t max_idle)
    : buffer_size_(buffer_size), shelf_(std::make_shared<Shelf>())
{
    shelf_->max_idle = max_idle;
}

SharedBuffer BufferPool::take()
{
    std::unique_ptr<Buffer> buffer;
    {
        const std::lock_guard lock(shelf_->mutex);
        if (!shelf_->idle.empty()) {
            buffer = std::move(shelf_->idle.back());
            shelf_->idle.pop_back();
        }
    }
    if (!buffer) {
        buffer = std::make_unique<Buffer>(buffer_size_);
    }
    return {buffer.release(), [shelf = shelf_](Buffer* used) {
                std::unique_ptr<Buffer> owned(used);
                const std::lock_guard lock(shelf->mutex);
                if (shelf->idle.size() < shelf->max_idle) {
                    shelf->idle.push_back(std::move(owned));
                }
            }};
}

}  // namespace lanspread
