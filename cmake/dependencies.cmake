# Third-party libraries, all from Debian 12's packages; one imported target each.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(CURL 7.85 REQUIRED)
find_package(tl-expected REQUIRED)
find_package(CLI11 REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_path(HIREDIS_INCLUDE hiredis/hiredis.h REQUIRED)
find_library(HIREDIS_LIBRARY hiredis REQUIRED)
add_library(fraiseql_hiredis INTERFACE)
target_include_directories(fraiseql_hiredis SYSTEM INTERFACE "${HIREDIS_INCLUDE}")
target_link_libraries(fraiseql_hiredis INTERFACE "${HIREDIS_LIBRARY}")
find_path(ARGON2_INCLUDE_DIR argon2.h REQUIRED)
find_library(ARGON2_LIBRARY argon2 REQUIRED)

add_library(fraiseql_argon2 INTERFACE)
target_include_directories(fraiseql_argon2 SYSTEM INTERFACE "${ARGON2_INCLUDE_DIR}")
target_link_libraries(fraiseql_argon2 INTERFACE "${ARGON2_LIBRARY}")

find_path(WSLAY_INCLUDE_DIR wslay/wslay.h REQUIRED)
find_library(WSLAY_LIBRARY wslay REQUIRED)
add_library(fraiseql_wslay INTERFACE)
target_include_directories(fraiseql_wslay SYSTEM INTERFACE "${WSLAY_INCLUDE_DIR}")
target_link_libraries(fraiseql_wslay INTERFACE "${WSLAY_LIBRARY}")

add_library(fraiseql_asio INTERFACE)
target_compile_definitions(fraiseql_asio INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_VISIBILITY)
# False alarm of g++ 12 about the frames of awaitables in optimised builds.
target_compile_options(fraiseql_asio INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>)
target_link_libraries(fraiseql_asio INTERFACE Boost::headers Threads::Threads)
