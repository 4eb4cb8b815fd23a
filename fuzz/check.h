#pragma once

#include <cstdio>
#include <cstdlib>

#include "base/bytes.h"

/// Ends a fuzzer as a crash, so that libFuzzer keeps the input: for what must hold whatever the input was.
inline void check(bool holds, const char* what)
{
    if (!holds) {
        std::fprintf(stderr, "does not hold: %s\n", what);
        std::abort();
    }
}

/// What libFuzzer gives, as the program's parsers take it.
inline lanspread::ByteSpan input(const std::uint8_t* data, std::size_t size)
{
    return std::as_bytes(std::span(data, size));
}
