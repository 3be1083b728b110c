#include "experiments/validation/validation.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace palsim;

namespace {

const Validation sample{.columns = {"who", "predicted_s", "measured_s"},
                        .rows = {{{"a", 1.1, 1.0}, "known", 1.1, 1.0},
                                 {{"b", 2.0, Cell()}, "unknown", 2.0, std::nullopt},
                                 {{"c", 1.0, 2.0}, "known", 1.0, 2.0},
                                 {{"d, e", 3.0, 3.0}, "exact", 3.0, 3.0}},
                        .notes = {"One."}};

}  // namespace

TEST_CASE("errors are fractions of what was measured, and summed up by group") {
  CHECK(*sample.rows[0].error() == doctest::Approx(0.1));
  CHECK_FALSE(sample.rows[1].error());
  CHECK(*sample.rows[2].error() == doctest::Approx(-0.5));
  const std::vector<GroupSummary> summaries = summary_of(sample);
  REQUIRE(summaries.size() == 2);  // nothing was measured of the group "unknown"
  CHECK(summaries[0].group == "known");
  CHECK(summaries[0].rows == 2);
  CHECK(summaries[0].mean_error == doctest::Approx(0.3));
  CHECK(summaries[0].worst_error == doctest::Approx(0.5));
  CHECK(summaries[1].worst_error == 0);
}

TEST_CASE("what is not known is an empty field, and null in JSON") {
  CHECK(validation_csv(sample) ==
        "who,predicted_s,measured_s\na,1.1,1\nb,2,\nc,1,2\n\"d, e\",3,3\n");
  const auto object = validation_object("sample", sample);
  CHECK(object["rows"][1]["measured_s"].is_null());
  CHECK(object["rows"][1]["error"].is_null());
  CHECK(object["summary"].size() == 2);
}

TEST_CASE("the table shows each row's error, then the groups, then the notes") {
  CHECK(plain_text(validation_table(sample)) ==
        "who   predicted_s  measured_s    error\n"
        "--------------------------------------\n"
        "a             1.1           1  +10.0 %\n"
        "b               2\n"
        "c               1           2  -50.0 %\n"
        "d, e            3           3   +0.0 %\n"
        "\n"
        "       rows  mean error  worst error\n"
        "------------------------------------\n"
        "known     2      30.0 %       50.0 %\n"
        "exact     1       0.0 %        0.0 %\n"
        "One.\n");
}

TEST_CASE("every validation has a name, a question and a folder of its own") {
  CHECK(all_validations().size() == 5);
  for (const NamedValidation& one : all_validations()) {
    CAPTURE(one.name);
    const auto folder = std::filesystem::path(PALSIM_ROOT) / "experiments/validation" / one.name;
    CHECK(std::filesystem::exists(folder / "measurements.csv"));
    CHECK(std::filesystem::exists(folder / "results.csv"));
  }
}
