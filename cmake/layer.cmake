# fraiseql_layer(name DEPS <lower layers> LIBS <third-party targets>)
#
# One static library per folder of src/. DEPS is the whole list of layers that the folder may
# include: the linker and tools/check_layers.py both hold it to that. Files beside the sources
# become tests: *_test.cpp needs nothing, *_pgtest.cpp needs a private PostgreSQL.
function(fraiseql_layer name)
  cmake_parse_arguments(ARG "" "" "DEPS;LIBS;TEST_LIBS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "*.cpp")
  set(unit_tests ${sources})
  list(FILTER unit_tests INCLUDE REGEX "_test\\.cpp$")
  set(pg_tests ${sources})
  list(FILTER pg_tests INCLUDE REGEX "_pgtest\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_(test|pgtest|bench)\\.cpp$|/main\\.cpp$")

  list(TRANSFORM ARG_DEPS PREPEND "fraiseql_" OUTPUT_VARIABLE layers)
  if(sources)
    add_library(fraiseql_${name} STATIC ${sources})
    target_link_libraries(fraiseql_${name} PUBLIC fraiseql_flags ${layers} ${ARG_LIBS})
  else()
    add_library(fraiseql_${name} INTERFACE)
    target_link_libraries(fraiseql_${name} INTERFACE fraiseql_flags ${layers} ${ARG_LIBS})
  endif()

  if(FRAISEQL_TESTS)
    find_package(GTest REQUIRED)
    if(unit_tests)
      add_executable(${name}_test ${unit_tests})
      target_link_libraries(${name}_test PRIVATE fraiseql_${name} ${ARG_TEST_LIBS} GTest::gmock
                                                 GTest::gtest_main)
      gtest_discover_tests(${name}_test TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60
                           PROPERTIES LABELS unit TIMEOUT 120)
    endif()
    if(pg_tests)
      add_executable(${name}_pgtest ${pg_tests})
      target_link_libraries(${name}_pgtest PRIVATE fraiseql_${name} fraiseql_testing GTest::gmock
                                                   ${ARG_TEST_LIBS})
      # One process for the whole file set: its private cluster starts once.
      add_test(NAME ${name}_pgtest COMMAND ${name}_pgtest)
      set_tests_properties(${name}_pgtest PROPERTIES LABELS pg TIMEOUT 600)
    endif()
  endif()
endfunction()
