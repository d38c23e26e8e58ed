# Programs for any Linux of one CPU: zig as cross compiler, all libraries static. With musl the C library is static too;
# with glibc it is the host's, of 2.28 or newer, for programs that load further libraries of the host.
#
# Set MCAPI_CPU (x86_64, aarch64) and MCAPI_LIBC (musl, glibc). MCAPI_STATIC_PREFIX is the directory of the static libraries;
# where it is not set, build_support/static_libs.py finds or builds them.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${MCAPI_CPU})

if(NOT MCAPI_STATIC_PREFIX)
    execute_process(
        COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/../build_support/static_libs.py --cpu ${MCAPI_CPU} --libc ${MCAPI_LIBC}
        OUTPUT_VARIABLE MCAPI_STATIC_PREFIX OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE status)
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "no static libraries for ${MCAPI_CPU}")
    endif()
endif()
# This file is read again for every check of the compiler.
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES MCAPI_CPU MCAPI_LIBC MCAPI_STATIC_PREFIX)

set(CMAKE_C_COMPILER ${MCAPI_STATIC_PREFIX}/bin/cc)
# Of C++ there is only what a CMakeLists.txt wants checked.
set(CMAKE_CXX_COMPILER ${MCAPI_STATIC_PREFIX}/bin/cc)
set(CMAKE_AR ${MCAPI_STATIC_PREFIX}/bin/ar)
set(CMAKE_RANLIB ${MCAPI_STATIC_PREFIX}/bin/ranlib)
set(PKG_CONFIG_EXECUTABLE ${MCAPI_STATIC_PREFIX}/bin/static-pkg-config)

# Nothing of the machine that builds may slip in; its programs may be used.
set(CMAKE_FIND_ROOT_PATH ${MCAPI_STATIC_PREFIX})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# -O2 always: without it zig adds UBSan's calls.
set(CMAKE_C_FLAGS_INIT "-O2 -g0")
set(CMAKE_CXX_FLAGS_INIT "-O2 -g0")
