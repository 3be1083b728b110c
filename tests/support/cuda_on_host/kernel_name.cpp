#include "kernel_name.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>

namespace cuda_on_host {

// Most kernels have no linkage, so the dynamic linker does not know them; binutils reads the names
// that the compiler left.
std::string kernel_name(const void* kernel) {
  const std::string unknown = "a kernel";
  Dl_info program;
  if (dladdr(kernel, &program) == 0) return unknown;
  const bool moved = static_cast<const Elf64_Ehdr*>(program.dli_fbase)->e_type == ET_DYN;
  const auto at = reinterpret_cast<std::uintptr_t>(kernel) -
                  (moved ? reinterpret_cast<std::uintptr_t>(program.dli_fbase) : 0);
  const std::string command =
      fmt::format("addr2line -Cfe /proc/{}/exe {:#x} 2>/dev/null", getpid(), at);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> answer(popen(command.c_str(), "r"), pclose);
  std::array<char, 1000> line{};
  if (answer == nullptr || std::fgets(line.data(), line.size(), answer.get()) == nullptr) {
    return unknown;
  }
  std::string name = line.data();
  if (name.ends_with('\n')) name.pop_back();
  return name.empty() || name == "??" ? unknown : name;
}

}  // namespace cuda_on_host
