#include "base/error.h"

#include <cerrno>

#include <gtest/gtest.h>

namespace lanspread {

TEST(Error, has_a_word_for_each_code_that_leads_back_to_it)
{
    for (int code = 0; code <= static_cast<int>(ErrorCode::internal); ++code) {
        EXPECT_EQ(to_error_code(to_string(static_cast<ErrorCode>(code))), static_cast<ErrorCode>(code));
    }
    EXPECT_EQ(to_string(ErrorCode::not_found), "not_found");
    EXPECT_EQ(to_error_code("Not_found"), std::nullopt);
}

TEST(Error, keeps_its_code_when_context_is_put_in_front)
{
    const auto error = Error{ErrorCode::corrupt, "chunk 7 is wrong"}.in("doom").in("download");
    EXPECT_EQ(error.code, ErrorCode::corrupt);
    EXPECT_EQ(error.message, "download: doom: chunk 7 is wrong");
}

TEST(Error, tells_a_full_disk_and_a_missing_file_from_other_failures)
{
    EXPECT_EQ(system_error("write", ENOSPC).code, ErrorCode::disk_full);
    EXPECT_EQ(system_error("write", EDQUOT).code, ErrorCode::disk_full);
    EXPECT_EQ(system_error("open", ENOENT).code, ErrorCode::not_found);
    EXPECT_EQ(system_error("open", EACCES).code, ErrorCode::io);
    EXPECT_EQ(system_error("open /x", ENOENT).message, "open /x: No such file or directory");
}

}  // namespace lanspread
