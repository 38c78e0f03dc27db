# What `cmake --install` puts on a system: the program, the shared library with its public headers,
# and the package files for find_package(fraiseql).
include(CMakePackageConfigHelpers)

# The layers are static and hidden; the library is what the public headers name.
file(WRITE "${PROJECT_BINARY_DIR}/generated/library.cpp" "")
add_library(libfraiseql SHARED "${PROJECT_BINARY_DIR}/generated/library.cpp")
set_target_properties(libfraiseql PROPERTIES
  OUTPUT_NAME fraiseql
  EXPORT_NAME fraiseql
  VERSION "${PROJECT_VERSION}"
  SOVERSION "${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}")
# What public headers declare is in it whether something of ours uses it or not.
set(whole)
foreach(layer IN ITEMS cli values runtime schema engine data)
  list(APPEND whole $<TARGET_FILE:fraiseql_${layer}>)
endforeach()
target_link_libraries(libfraiseql PRIVATE
  -Wl,--whole-archive ${whole}
  -Wl,--no-whole-archive fraiseql_cli fraiseql_values fraiseql_data)
target_include_directories(libfraiseql INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(libfraiseql INTERFACE cxx_std_20)
add_dependencies(libfraiseql fraiseql_cli fraiseql_values fraiseql_data)

install(TARGETS fraiseql RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT server)
install(TARGETS libfraiseql EXPORT fraiseql-targets
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT dev)
install(DIRECTORY include/fraiseql DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT dev)
install(EXPORT fraiseql-targets
  NAMESPACE fraiseql::
  FILE fraiseql-config.cmake
  DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/fraiseql" COMPONENT dev)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/fraiseql-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/fraiseql-config-version.cmake"
  DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/fraiseql" COMPONENT dev)
