# The packages of the core that runs in a browser (Emscripten): headers alone, each linked into a
# folder of their own, since /usr/include as a whole is this machine's.
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
function(palsim_headers target folder)
  find_path(${folder}_home ${folder} REQUIRED NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH
            PATHS /usr/include /usr/include/eigen3 /usr/local/include)
  file(CREATE_LINK ${${folder}_home}/${folder} ${PROJECT_BINARY_DIR}/packages/${folder} SYMBOLIC)
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${target} INTERFACE ${PROJECT_BINARY_DIR}/packages)
  target_compile_definitions(${target} INTERFACE ${ARGN})
endfunction()

palsim_headers(Boost::headers boost)
palsim_headers(Eigen3::Eigen Eigen)
palsim_headers(fmt::fmt fmt FMT_HEADER_ONLY)
palsim_headers(nlohmann_json::nlohmann_json nlohmann)
palsim_headers(tomlplusplus::tomlplusplus toml++)

include_directories(BEFORE SYSTEM ${PROJECT_SOURCE_DIR}/web/core/standard)
# Exceptions and a coroutine's passing on to another are WebAssembly's own, which browsers have
# since 2022 and 2024.
add_compile_options(-fwasm-exceptions -mtail-call)
add_link_options(-fwasm-exceptions -mtail-call)
