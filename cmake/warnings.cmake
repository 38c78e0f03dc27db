# Compiler flags that every layer shares: warnings are errors, sanitizers by choice.
add_library(fraiseql_flags INTERFACE)
target_compile_options(fraiseql_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast -Wnon-virtual-dtor -Werror
  # Designated initializers leave out what has a default; that is their point.
  -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False alarms of g++ 12 in optimised builds of libstdc++'s own containers (GCC PR 105329, 105651).
  target_compile_options(fraiseql_flags INTERFACE -Wno-restrict -Wno-stringop-overflow
    -Wno-array-bounds -Wno-maybe-uninitialized -Wno-dangling-pointer)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # libstdc++'s own stable_sort uses what C++17 deprecated.
  target_compile_options(fraiseql_flags INTERFACE -Wno-deprecated-declarations)
endif()
# Of its own, for the programs of the tests, which are built as applications are.
add_library(fraiseql_sanitizer INTERFACE)
if(FRAISEQL_SANITIZE)
  target_compile_options(fraiseql_sanitizer INTERFACE
    -fsanitize=${FRAISEQL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(fraiseql_sanitizer INTERFACE -fsanitize=${FRAISEQL_SANITIZE})
  target_link_libraries(fraiseql_flags INTERFACE fraiseql_sanitizer)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  find_program(FRAISEQL_MOLD mold)
  if(FRAISEQL_MOLD)
    target_link_options(fraiseql_flags INTERFACE -fuse-ld=mold)
  endif()
endif()
target_include_directories(fraiseql_flags INTERFACE
  "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/include" "${PROJECT_BINARY_DIR}/generated")
