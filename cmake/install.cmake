# What `cmake --install` puts in place: the command, the files that it finds by name, its manual page
# and bash's completion, both printed by the command itself.
include(GNUInstallDirs)

set(palsim_words ${PROJECT_BINARY_DIR}/palsim.1 ${PROJECT_BINARY_DIR}/palsim.bash)
add_custom_command(OUTPUT ${palsim_words}
  COMMAND sh -c "\"$<TARGET_FILE:palsim>\" man >palsim.1"
  COMMAND sh -c "\"$<TARGET_FILE:palsim>\" completion bash >palsim.bash"
  DEPENDS palsim WORKING_DIRECTORY ${PROJECT_BINARY_DIR} VERBATIM)
add_custom_target(palsim_manual ALL DEPENDS ${palsim_words})

install(TARGETS palsim RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(TARGET palsim_cuda)
  install(TARGETS palsim_cuda LIBRARY DESTINATION ${CMAKE_INSTALL_BINDIR})  # beside what opens it
endif()
install(FILES ${PROJECT_BINARY_DIR}/palsim.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${PROJECT_BINARY_DIR}/palsim.bash RENAME palsim
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)

foreach(folder topologies models experiments)
  file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.toml)
  install(FILES ${files} DESTINATION ${CMAKE_INSTALL_DATADIR}/palsim/${folder})
endforeach()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/experiments/choose DESTINATION
        ${CMAKE_INSTALL_DATADIR}/palsim/experiments FILES_MATCHING PATTERN "*.toml")
# Pages and what they are made of, also the simulator's core if it was compiled for browsers; not what
# compiling, tests and bundling need.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/web DESTINATION ${CMAKE_INSTALL_DATADIR}/palsim
        FILES_MATCHING PATTERN "*.html" PATTERN "*.css" PATTERN "*.js" PATTERN "LICENSES.txt"
        PATTERN "*.entry.js" EXCLUDE PATTERN "core" EXCLUDE PATTERN "node_modules" EXCLUDE
        PATTERN "screenshots" EXCLUDE PATTERN "tests" EXCLUDE)
install(FILES ${PROJECT_SOURCE_DIR}/build/web/palsim_core.js OPTIONAL
        DESTINATION ${CMAKE_INSTALL_DATADIR}/palsim/build/web)
