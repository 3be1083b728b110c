#include "real/cpu/update.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>
#include <limits>

// The references are the papers' formulas worked out by hand. Where every intermediate result is a
// small multiple of a power of two, they hold exactly.
namespace palsim::cpu {
namespace {

using doctest::Approx;

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

template <class T>
double one_sgd(const SgdStep& step, T scale, T g, T& u, T& x) {
  sgd(1, step, scale, &g, &u, &x);
  return static_cast<double>(x);
}

}  // namespace

TEST_CASE_TEMPLATE("SGD subtracts the gradient times the learning rate", T, float, double) {
  const SgdStep step{.learning_rate = 0.5};
  T x = 8;
  T none = static_cast<T>(no_number);
  CHECK(one_sgd<T>(step, 1, 1, none, x) == 7.5);
  CHECK(one_sgd<T>(step, 1, 2, none, x) == 6.5);
  CHECK(one_sgd<T>(step, 1, -1, none, x) == 7);
  CHECK(std::isnan(none));
}

TEST_CASE_TEMPLATE("SGD without momentum needs no state", T, float, double) {
  T x = 8;
  const T g = 2;
  sgd<T>(1, {.learning_rate = 0.5}, 1, &g, nullptr, &x);
  CHECK(x == 7);
}

TEST_CASE_TEMPLATE("momentum sums up gradients and moves by the sum", T, float, double) {
  const SgdStep step{.learning_rate = 0.5, .momentum = 0.5};
  T u = 0;
  T x = 8;
  CHECK(one_sgd<T>(step, 1, 1, u, x) == 7.5);
  CHECK(u == 1);
  CHECK(one_sgd<T>(step, 1, 2, u, x) == 6.25);
  CHECK(u == 2.5);
  CHECK(one_sgd<T>(step, 1, -1, u, x) == 6.125);
  CHECK(u == 0.25);
}

TEST_CASE_TEMPLATE("Nesterov's momentum looks one step ahead", T, float, double) {
  const SgdStep step{.learning_rate = 0.5, .momentum = 0.5, .nesterov = true};
  T u = 0;
  T x = 8;
  CHECK(one_sgd<T>(step, 1, 1, u, x) == 7.25);     // 8 - (1 + 1 / 2) / 2
  CHECK(one_sgd<T>(step, 1, 2, u, x) == 5.625);    // 7.25 - (2 + 2.5 / 2) / 2
  CHECK(one_sgd<T>(step, 1, -1, u, x) == 6.0625);  // 5.625 - (-1 + 0.25 / 2) / 2
  CHECK(u == 0.25);
}

TEST_CASE_TEMPLATE("weight decay is a part of the gradient, and of its momentum", T, float,
                   double) {
  const SgdStep step{.learning_rate = 0.5, .momentum = 0.5, .weight_decay = 0.25};
  T u = 0;
  T x = 8;
  CHECK(one_sgd<T>(step, 1, 1, u, x) == 6.5);
  CHECK(u == 3);
  CHECK(one_sgd<T>(step, 1, 2, u, x) == 3.9375);
  CHECK(u == 5.125);
  CHECK(one_sgd<T>(step, 1, -1, u, x) == 2.6640625);
  CHECK(u == 2.546875);
}

TEST_CASE_TEMPLATE("clipping scales the gradient, not the weight decay", T, float, double) {
  const SgdStep step{.learning_rate = 0.5, .momentum = 0.5, .weight_decay = 0.25};
  T u = 0;
  T x = 8;
  CHECK(one_sgd<T>(step, T(0.125), 8, u, x) == 6.5);
  CHECK(u == 3);
}

TEST_CASE_TEMPLATE("AdamW corrects its bias and decays weights apart from the gradient", T, float,
                   double) {
  AdamWStep step{
      .learning_rate = 0.25, .beta1 = 0.5, .beta2 = 0.75, .epsilon = 0.5, .weight_decay = 0.5};
  // t, g -> m, v, x
  struct Row {
    T g, m, v;
    double x;
  };
  T m = 0;
  T v = 0;
  T x = 1;
  const double tolerance = sizeof(T) == 4 ? 1e-6 : 1e-14;
  // t = 1: 0.875 - 0.25 (1 / 0.5) / (sqrt(1 / 0.25) + 0.5)
  // t = 2: m is zero, only the decay moves x
  // t = 3: m / 0.875, v / 0.578125
  for (const Row& row :
       {Row{2, 1, 1, 0.675}, Row{-1, 0, 1, 0.590625}, Row{3, 1.5, 3, 0.36252234690270424}}) {
    adamw<T>(1, step, 1, &row.g, &m, &v, &x);
    CHECK(m == row.m);
    CHECK(v == row.v);
    CHECK(std::abs(static_cast<double>(x) - row.x) < tolerance);
    ++step.step;
  }
}

TEST_CASE_TEMPLATE("AdamW's first step is the learning rate, whatever the gradient's size", T,
                   float, double) {
  for (const T g : {T(0.5), T(1), T(-1e3)}) {
    T m = 0;
    T v = 0;
    T x = 2;
    adamw<T>(1, {.learning_rate = 2, .weight_decay = 0.25}, 1, &g, &m, &v, &x);
    // 1 - 0.999 in float is off by 5e-5 of itself; it has to be worked out in double.
    CHECK(x == Approx(1 - (g > 0 ? 2 : -2)).epsilon(1e-6));
  }
}

TEST_CASE_TEMPLATE("clipping scales both of AdamW's moments", T, float, double) {
  const AdamWStep step{.learning_rate = 0.25, .beta1 = 0.5, .beta2 = 0.75, .epsilon = 0.5};
  T m = 0;
  T v = 0;
  T x = 1;
  const T g = 8;
  adamw<T>(1, step, T(0.25), &g, &m, &v, &x);
  CHECK(m == 1);
  CHECK(v == 1);
  CHECK(x == Approx(0.8));
}

TEST_CASE_TEMPLATE("mixing goes the rate's share of the way to the global model", T, float,
                   double) {
  const T global = 1;
  T x = 3;
  mix<T>(1, T(0.25), &global, &x);
  CHECK(x == 2.5);
  mix<T>(1, T(0.25), &global, &x);
  CHECK(x == 2.125);
  mix<T>(1, 0, &global, &x);
  CHECK(x == 2.125);
  mix<T>(1, 1, &global, &x);
  CHECK(x == 1);
}

TEST_CASE_TEMPLATE("the outer gradient is the global model minus the worker's", T, float, double) {
  const T global = 4;
  T x = 2.5;
  T delta = static_cast<T>(no_number);
  outer_gradient<T>(1, &global, &x, &delta);
  CHECK(delta == 1.5);
  CHECK(x == 2.5);
  outer_gradient<T>(1, &global, &x, &x);
  CHECK(x == 1.5);
}

TEST_CASE_TEMPLATE("the outer step is SGD with Nesterov's momentum, and the worker follows", T,
                   float, double) {
  const OuterStep step{.learning_rate = 0.5, .momentum = 0.5};
  T u = 0;
  T global = 8;
  struct Row {
    T delta, u, global;
  };
  for (const Row& row : {Row{1, 1, 7.25}, Row{2, 2.5, 5.625}, Row{-1, 0.25, 6.0625}}) {
    T x = static_cast<T>(no_number);
    outer_nesterov<T>(1, step, &row.delta, &u, &global, &x);
    CHECK(u == row.u);
    CHECK(global == row.global);
    CHECK(x == row.global);
  }
}

TEST_CASE_TEMPLATE("an outer step at rate 1 without momentum takes the workers' mean", T, float,
                   double) {
  T global = 8;
  const T delta = 3;
  T x = static_cast<T>(no_number);
  outer_nesterov<T>(1, {.learning_rate = 1, .momentum = 0}, &delta, nullptr, &global, &x);
  CHECK(global == 5);
  CHECK(x == 5);
}

TEST_CASE_TEMPLATE("SlowMo without momentum and at rate 1 takes the mean, then slows down", T,
                   float, double) {
  const SlowMomentumStep step{.momentum = 0.5, .learning_rate = 1, .inner_learning_rate = 0.25};
  T u = 0;
  T previous = 4;
  T x = 3;
  slow_momentum<T>(1, step, &u, &previous, &x);
  CHECK(u == 4);  // (4 - 3) / gamma
  CHECK(x == 3);
  CHECK(previous == 3);
  x = 2.5;
  slow_momentum<T>(1, step, &u, &previous, &x);
  CHECK(u == 4);  // 4 / 2 + (3 - 2.5) / gamma
  CHECK(x == 2);
  CHECK(previous == 2);
}

TEST_CASE_TEMPLATE("SlowMo's own learning rate scales its step", T, float, double) {
  const SlowMomentumStep step{.momentum = 0.5, .learning_rate = 0.5, .inner_learning_rate = 0.25};
  T u = 0;
  T previous = 4;
  T x = 3;
  slow_momentum<T>(1, step, &u, &previous, &x);
  CHECK(u == 4);
  CHECK(x == 3.5);
  x = 3;
  slow_momentum<T>(1, step, &u, &previous, &x);
  CHECK(u == 4);
  CHECK(x == 3);
  CHECK(previous == 3);
}

}  // namespace palsim::cpu
