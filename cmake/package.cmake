# Debian packages and a tarball, by `cpack` in a build folder: fraiseql (the server, its systemd unit
# and its settings file) and libfraiseql-dev (the library and its headers).
set(deploy "${PROJECT_SOURCE_DIR}/deploy")
# In the packages only: `cmake --install` into somebody's prefix has no business in /etc.
install(FILES "${deploy}/systemd/fraiseql.service" DESTINATION lib/systemd/system
  COMPONENT server EXCLUDE_FROM_ALL)
install(FILES "${deploy}/systemd/sysusers.conf" DESTINATION lib/sysusers.d RENAME fraiseql.conf
  COMPONENT server EXCLUDE_FROM_ALL)
install(FILES "${deploy}/fraiseql.toml" DESTINATION /etc/fraiseql
  COMPONENT server EXCLUDE_FROM_ALL)
install(FILES "${PROJECT_SOURCE_DIR}/README.md" "${PROJECT_SOURCE_DIR}/CHANGELOG.md"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/fraiseql" COMPONENT server)
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/fraiseql" RENAME copyright COMPONENT server)

set(CPACK_PACKAGE_NAME fraiseql)
set(CPACK_PACKAGE_VENDOR "FraiseQL maintainers")
set(CPACK_PACKAGE_CONTACT "FraiseQL maintainers <maintainers@fraiseql.invalid>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL server dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_SERVER_PACKAGE_NAME fraiseql)
set(CPACK_DEBIAN_SERVER_PACKAGE_SECTION database)
set(CPACK_DEBIAN_SERVER_DESCRIPTION "GraphQL API from a PostgreSQL database")
set(CPACK_DEBIAN_SERVER_PACKAGE_RECOMMENDS "ca-certificates")
set(CPACK_DEBIAN_SERVER_PACKAGE_CONTROL_EXTRA
  "${deploy}/debian/postinst;${deploy}/debian/prerm;${deploy}/debian/conffiles")
set(CPACK_DEBIAN_SERVER_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_DEV_PACKAGE_NAME libfraiseql-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_RECOMMENDS "libboost1.81-dev")
set(CPACK_DEBIAN_DEV_DESCRIPTION "GraphQL API from a PostgreSQL database: C++ library")
include(CPack)
