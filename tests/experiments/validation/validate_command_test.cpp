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

TEST_CASE("a validation here takes one experiment, a backend that is there, and sensible numbers") {
  const Home home;
  const Words here{"validate", "small", "--backend", "cpu"};
  const auto with = [&](const Words& more) {
    Words words = here;
    words.insert(words.end(), more.begin(), more.end());
    return home.refusal(words);
  };
  CHECK(home.refusal({"validate", "--backend", "cpu"}) ==
        "palsim validate --backend: no experiments; write one");
  CHECK(home.refusal({"validate", "small", "--backend", "cup"}) ==
        "--backend cup: not a backend; did you mean 'cpu'?");
  CHECK(with({"--repeats", "0"}) == "--repeats 0: write a number from 1 to 1000");
  CHECK(with({"--format", "csv"}).starts_with("--format csv: not a format"));
  CHECK(with({"--calibration", "missing.toml"}).starts_with("--calibration missing.toml: "));
  CHECK(with({}).ends_with("the experiment has no [training]; write one with a learning_rate"));
  CHECK(home.refusal({"validate", "nccl", "--repeats", "2"}) ==
        "--repeats: goes with --backend; write --backend cpu or cuda");
}
