// What palsim validate may be asked: exit status 2, one line, for anything else.
#include <doctest/doctest.h>

#include "tests/support/palsim_home.hpp"

using namespace palsim;

TEST_CASE("an unknown validation or format is refused with the nearest known one") {
  const Home home;
  CHECK(home.refusal({"validate", "l40s_tpc"}) ==
        "palsim validate l40s_tpc: not a validation; did you mean 'l40s_tcp'?");
  CHECK(home.refusal({"validate", "--format", "csv"}) ==
        "--format csv: 5 validations; write the name of one");
  CHECK(home.refusal({"validate", "nccl", "--format", "cvs"}) ==
        "--format cvs: not a format; did you mean 'csv'?");
}

TEST_CASE("measurements that are not there, or spoilt, are refused by file and line") {
  const Home home;
  const std::string path =
      (home.folder().path() / "experiments/validation/l40s_tcp/measurements.csv").string();
  CHECK(home.refusal({"validate", "l40s_tcp"}) ==
        path + ": cannot be read; write the name of a readable CSV file");
  home.folder().write("experiments/validation/l40s_tcp/measurements.csv",
                      "algorithm,sync_interval\nddp,1\n");
  CHECK(home.refusal({"validate", "l40s_tcp"})
            .starts_with(path + ":1:1: no column 'link_bits_per_s'; write a header with "));
}
