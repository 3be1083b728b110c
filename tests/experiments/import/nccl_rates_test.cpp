#include "experiments/import/nccl_rates.hpp"

#include <doctest/doctest.h>

#include "tests/support/network_examples.hpp"

using namespace palsim;

TEST_CASE("an NVLink has the rate that NCCL gives the GPU's generation") {
  CHECK(nccl_nvlink_rate(60) == gigabytes_per_s(18));
  CHECK(nccl_nvlink_rate(70) == gigabytes_per_s(20));
  CHECK(nccl_nvlink_rate(80) == gigabytes_per_s(20));
  CHECK(nccl_nvlink_rate(86) == gigabytes_per_s(12));
  CHECK(nccl_nvlink_rate(90) == gigabytes_per_s(20.6));
  CHECK(nccl_nvlink_rate(100) == gigabytes_per_s(40.1));
}

TEST_CASE("a PCIe link has the rate of its speed and lanes, in the spelling of any kernel") {
  CHECK(nccl_pcie_rate("2.5 GT/s", 16).rate == gigabytes_per_s(3));
  CHECK(nccl_pcie_rate("5.0 GT/s PCIe", 16).rate == gigabytes_per_s(6));
  CHECK(nccl_pcie_rate("8 GT/s", 16).rate == gigabytes_per_s(12));
  CHECK(nccl_pcie_rate("8.0 GT/s PCIe", 8).rate == gigabytes_per_s(6));
  CHECK(nccl_pcie_rate("16 GT/s", 16).rate == gigabytes_per_s(24));
  CHECK(nccl_pcie_rate("32.0 GT/s PCIe", 16).rate == gigabytes_per_s(48));
  CHECK(nccl_pcie_rate("64.0 GT/s PCIe", 16).rate == gigabytes_per_s(96));
  CHECK(nccl_pcie_rate("16.0 GT/s PCIe", 16).source == "16 GT/s x16");
}

TEST_CASE("a PCIe link of unknown speed or width is taken as generation 3 x16, and said to be") {
  CHECK(nccl_pcie_rate("", 0).rate == gigabytes_per_s(12));
  CHECK(nccl_pcie_rate("Unknown speed", 16).rate == gigabytes_per_s(12));
  CHECK(nccl_pcie_rate("16 GT/s", 0).rate == gigabytes_per_s(24));
  CHECK(nccl_pcie_rate("", 0).source == "8 GT/s x16, NCCL's fallback");
}

TEST_CASE("between NUMA nodes the rate is that of the CPU's generation") {
  const auto intel = [](std::int64_t model) {
    return nccl_numa_rate({"x86_64", "GenuineIntel", 6, model}).rate;
  };
  CHECK(intel(79) == gigabytes_per_s(6));     // Broadwell
  CHECK(intel(85) == gigabytes_per_s(10));    // Skylake
  CHECK(intel(106) == gigabytes_per_s(10));   // Ice Lake
  CHECK(intel(143) == gigabytes_per_s(22));   // Sapphire Rapids
  CHECK(intel(207) == gigabytes_per_s(40));   // Emerald Rapids
  CHECK(intel(0xAD) == gigabytes_per_s(40));  // Granite Rapids
  const auto amd = [](std::int64_t family) {
    return nccl_numa_rate({"x86_64", "AuthenticAMD", family, 1}).rate;
  };
  CHECK(amd(23) == gigabytes_per_s(16));
  CHECK(amd(143) == gigabytes_per_s(16));  // as older dumps count family 17h
  CHECK(amd(25) == gigabytes_per_s(24));
  CHECK(amd(26) == gigabytes_per_s(32));
  CHECK(nccl_numa_rate({"x86_64", "CentaurHauls", 7, 0x5B}).rate == gigabytes_per_s(9));
  CHECK(nccl_numa_rate({"arm64", "", 0, 0}).rate == gigabytes_per_s(6));
  CHECK(nccl_numa_rate({"ppc64", "", 0, 0}).rate == gigabytes_per_s(32));
  CHECK(nccl_numa_rate({}).rate == gigabytes_per_s(6));
}
