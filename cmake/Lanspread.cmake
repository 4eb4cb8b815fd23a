# How every folder of src/ becomes a library, a test program and (where there is one) a fuzzer.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(LANSPREAD_SANITIZE "" CACHE STRING "Sanitizers to build with, as for -fsanitize=")
set(LANSPREAD_TEST_PREFIX "" CACHE STRING "Stands before the names of the tests, to tell build trees apart")
option(LANSPREAD_FUZZ "Build the libFuzzer programs of fuzz/" OFF)

find_package(Threads REQUIRED)
# no-pch-timestamp: so that ccache can reuse what was compiled with the precompiled header.
add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Xclang> $<$<COMPILE_LANGUAGE:CXX>:-fno-pch-timestamp>)
add_link_options(-fuse-ld=lld)
add_compile_definitions(_FORTIFY_SOURCE=$<IF:$<CONFIG:Release>,2,0> LANSPREAD_VERSION="${PROJECT_VERSION}")
if(LANSPREAD_SANITIZE)
    add_compile_options(-fsanitize=${LANSPREAD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
    add_link_options(-fsanitize=${LANSPREAD_SANITIZE})
endif()
if(LANSPREAD_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# What our own code is held to; third-party sources are not compiled with it.
add_library(lanspread_options INTERFACE)
target_compile_options(lanspread_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wpedantic;-Wshadow;-Wnon-virtual-dtor;-Wimplicit-fallthrough;-Wno-missing-designated-field-initializers;-Werror>)

# lanspread_test(NAME LIBRARIES target... SOURCES file...)
# The program NAME_test, run by ctest.
function(lanspread_test name)
    cmake_parse_arguments(arg "" "" "LIBRARIES;SOURCES" ${ARGN})
    add_executable(${name}_test ${arg_SOURCES})
    target_link_libraries(${name}_test PRIVATE ${arg_LIBRARIES} lanspread_options lanspread_test_main)
    target_precompile_headers(${name}_test REUSE_FROM lanspread_test_main)
    add_test(NAME ${LANSPREAD_TEST_PREFIX}${name} COMMAND ${name}_test --gtest_brief=1)
    set_tests_properties(${LANSPREAD_TEST_PREFIX}${name} PROPERTIES LABELS unit TIMEOUT 600)
endfunction()

# lanspread_folder(NAME [USES folder...] [LIBRARIES target...] [PRIVATE_LIBRARIES target...])
# NAME.cpp files become the library lanspread_NAME; *_test.cpp beside them the program NAME_test, run by ctest.
# USES names the folders below that it may include: naming one that is not there yet is an error.
function(lanspread_folder name)
    cmake_parse_arguments(arg "" "" "USES;LIBRARIES;PRIVATE_LIBRARIES" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
    file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.h)
    file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp)
    list(REMOVE_ITEM sources ${tests} "")
    list(FILTER sources EXCLUDE REGEX "_windows\\.cpp$")

    foreach(used ${arg_USES})
        if(NOT TARGET lanspread_${used})
            message(FATAL_ERROR "src/${name} may not use src/${used}: that folder is not below it (see ARCHITECTURE.md)")
        endif()
    endforeach()
    list(TRANSFORM arg_USES PREPEND lanspread_)

    add_library(lanspread_${name} STATIC ${sources})
    target_sources(lanspread_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${CMAKE_SOURCE_DIR}/src FILES ${headers})
    set_target_properties(lanspread_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
    target_include_directories(lanspread_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(lanspread_${name}
        PUBLIC ${arg_USES} ${arg_LIBRARIES}
        PRIVATE ${arg_PRIVATE_LIBRARIES} lanspread_options)
    target_precompile_headers(lanspread_${name} REUSE_FROM lanspread_pch)
    target_link_libraries(lanspread_${name} PUBLIC lanspread_pch)

    if(tests)
        lanspread_test(${name} LIBRARIES lanspread_${name} ${arg_PRIVATE_LIBRARIES} SOURCES ${tests})
    endif()
endfunction()
