# Language, warnings and the packages, all from Debian 12.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

if(EMSCRIPTEN)
  include(${CMAKE_CURRENT_LIST_DIR}/browser_packages.cmake)
else()
  find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
  find_package(Eigen3 3.4 REQUIRED)
  find_package(fmt 9 REQUIRED)
  find_package(MPI REQUIRED COMPONENTS CXX)
  find_package(nlohmann_json 3.11 REQUIRED)
  find_package(pugixml 1.13 REQUIRED)
  find_package(tomlplusplus 3.3 REQUIRED)
  find_package(OpenMP REQUIRED)
endif()

# What every target of palsim shares.
add_library(palsim_settings INTERFACE)
target_include_directories(palsim_settings INTERFACE ${PROJECT_SOURCE_DIR})
set(palsim_options
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
  -Wno-missing-field-initializers  # designated initializers leave out defaults on purpose
  -Wno-stringop-overflow  # false alarms inside fmt 9 at -O3
  -ffp-contract=off  # no fused multiply-add: the same bytes out on any machine
  -fno-math-errno)   # rounding is one instruction
if(EMSCRIPTEN)
  list(APPEND palsim_options -Wno-deprecated-experimental-coroutine -Wno-unknown-warning-option
    -Wno-shorten-64-to-32)  # containers are indexed by 32 bits there
endif()
target_compile_options(palsim_settings INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:${palsim_options}>")
target_compile_definitions(palsim_settings INTERFACE EIGEN_DONT_PARALLELIZE)

# A layer is one static library; its dependencies are the layers below it.
function(palsim_layer name)
  cmake_parse_arguments(LAYER "" "" "SOURCES;USES;PACKAGES" ${ARGN})
  if(LAYER_SOURCES)
    add_library(palsim_${name} STATIC ${LAYER_SOURCES})
    set(scope PUBLIC)
  else()
    add_library(palsim_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_link_libraries(palsim_${name} ${scope} palsim_settings ${LAYER_USES} ${LAYER_PACKAGES})
endfunction()
