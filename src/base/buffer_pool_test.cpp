#include "base/buffer_pool.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <thread>

#include <gtest/gtest.h>

namespace lanspread {

TEST(BufferPool, uses_a_returned_buffer_again)
{
    BufferPool pool(1024, 1);
    const auto* memory = pool.take()->span().data();
    const auto again = pool.take();
    EXPECT_EQ(again->span().data(), memory);
    EXPECT_EQ(again->span().size(), 1024);
}

TEST(BufferPool, does_not_give_a_buffer_that_somebody_holds)
{
    BufferPool pool(16, 2);
    const auto first = pool.take();
    auto second_owner = first;
    EXPECT_NE(pool.take(), first);
}

TEST(BufferPool, keeps_no_more_than_it_may)
{
    BufferPool pool(16, 1);
    std::array<SharedBuffer, 2> taken{pool.take(), pool.take()};
    const auto* memory = taken[0].get();
    taken = {};
    const auto first = pool.take();
    const auto second = pool.take();
    EXPECT_EQ(first.get(), memory);
    EXPECT_NE(second.get(), memory);
}

TEST(BufferPool, may_go_before_its_buffers)
{
    SharedBuffer buffer;
    {
        BufferPool pool(16, 4);
        buffer = pool.take();
    }
    buffer->span()[15] = std::byte{1};
    EXPECT_EQ(buffer->span()[15], std::byte{1});
}

TEST(BufferPool, gives_memory_that_begins_where_a_page_does)
{
    BufferPool pool(1024 * 1024, 1);
    const auto buffer = pool.take();
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer->span().data()) % 4096, 0U);
}

TEST(BufferPool, serves_several_threads_with_buffers_of_their_own)
{
    BufferPool pool(64, 4);
    const auto work = [&pool](std::byte mark) {
        for (int i = 0; i < 2'000; ++i) {
            const auto buffer = pool.take();
            std::ranges::fill(buffer->span(), mark);
            std::this_thread::yield();
            ASSERT_TRUE(std::ranges::all_of(buffer->span(), [mark](auto byte) { return byte == mark; }));
        }
    };
    std::jthread first(work, std::byte{1});
    std::jthread second(work, std::byte{2});
}

}  // namespace lanspread
