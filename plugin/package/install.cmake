# What `cmake --install` lays down, and the archives made of it. Nothing in it remembers where it was built:
# the command finds its library beside itself, and the CMake and pkg-config files find the prefix from their own place.
include(CMakePackageConfigHelpers)

set(package_dir ${PROJECT_SOURCE_DIR}/plugin/package)
set(cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ramus)

install(TARGETS ramus EXPORT ramusTargets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${PROJECT_SOURCE_DIR}/plugin/ramus.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ramus)
install(EXPORT ramusTargets NAMESPACE ramus:: DESTINATION ${cmake_dir})
configure_package_config_file(${package_dir}/ramusConfig.cmake.in ${PROJECT_BINARY_DIR}/package/ramusConfig.cmake
                              INSTALL_DESTINATION ${cmake_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/ramusConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/ramusConfig.cmake ${PROJECT_BINARY_DIR}/package/ramusConfigVersion.cmake
        DESTINATION ${cmake_dir})

file(RELATIVE_PATH RAMUS_PC_TO_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${package_dir}/ramus.pc.in ${PROJECT_BINARY_DIR}/package/ramus.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/package/ramus.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

if(RAMUS_BUILD_CLI)
  file(RELATIVE_PATH to_libdir /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_LIBDIR})
  set_target_properties(ramus_cli PROPERTIES INSTALL_RPATH "$ORIGIN/${to_libdir}")
  install(TARGETS ramus_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

install(FILES ${PROJECT_SOURCE_DIR}/adapters/checks/baseline.schema.json
              ${PROJECT_SOURCE_DIR}/adapters/checks/checks.schema.json
              ${PROJECT_SOURCE_DIR}/adapters/report/report.schema.json
              ${PROJECT_SOURCE_DIR}/adapters/report/comparison.schema.json
        DESTINATION ${CMAKE_INSTALL_DATADIR}/ramus)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md
              ${PROJECT_SOURCE_DIR}/plugin/STABILITY.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR TGZ)
find_program(RAMUS_FILE file)
find_program(RAMUS_DPKG_SHLIBDEPS dpkg-shlibdeps)
if(RAMUS_FILE AND RAMUS_DPKG_SHLIBDEPS)  # they find out which packages a .deb depends on
  list(APPEND CPACK_GENERATOR DEB)
endif()
set(CPACK_PACKAGE_VENDOR "The Ramus authors")
set(CPACK_PACKAGE_CONTACT "${CPACK_PACKAGE_VENDOR} <${PROJECT_HOMEPAGE_URL}>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
include(CPack)
