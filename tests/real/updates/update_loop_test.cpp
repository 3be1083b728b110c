// Loops over vectors of any size and place against naive ones in double.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "real/cpu/update.hpp"
#include "tests/support/draws.hpp"

namespace palsim::cpu {
namespace {

using doctest::Approx;

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("a squared norm is summed in double") {
  const std::vector<float> x(1'000'003, 0.1F);
  const double square = static_cast<double>(0.1F) * static_cast<double>(0.1F);
  CHECK(squared_norm<float>(std::ssize(x), x.data()) == Approx(1'000'003 * square).epsilon(1e-12));
  const std::vector<float> huge{1e30F, -1e30F};
  CHECK(squared_norm<float>(2, huge.data()) == Approx(2e60).epsilon(1e-6));
  CHECK(squared_norm<double>(0, nullptr) == 0);
}

TEST_CASE("a squared norm does not depend on where the vector lies") {
  Draws draws(5);
  std::vector<float> x(1'000);
  for (float& value : x) value = static_cast<float>(draws()) * 0x1p-32F;
  const double sum = squared_norm<float>(1'000, x.data());
  for (std::size_t offset = 1; offset < 20; ++offset) {
    std::vector<float> moved(offset, 0);
    moved.insert(moved.end(), x.begin(), x.end());
    CHECK(squared_norm<float>(1'000, moved.data() + offset) == sum);
  }
}

namespace {

// Four vectors at an odd place in memory, with a number before and after each that nobody may
// touch, and the same numbers in double.
template <class T>
class Vectors {
 public:
  Vectors(std::size_t count, std::size_t offset, Draws& draws) : count_(count), first_(offset + 1) {
    for (int vector = 0; vector < 4; ++vector) {
      memory.emplace_back(first_ + count + 1, guard);
      exact.emplace_back();
      for (std::size_t i = 0; i < count; ++i) {
        // The last may hold squares, which are not negative.
        const double drawn = static_cast<double>(draws()) * 0x1p-31 - (vector == 3 ? 0 : 1);
        memory.back()[first_ + i] = static_cast<T>(drawn);
        exact.back().push_back(static_cast<double>(static_cast<T>(drawn)));
      }
    }
  }

  T* at(std::size_t vector) { return memory[vector].data() + first_; }

  void poison(std::size_t vector) {
    std::fill_n(memory[vector].begin() + first_, count_, static_cast<T>(no_number));
  }

  void check(double tolerance) const {
    for (std::size_t vector = 0; vector < memory.size(); ++vector) {
      double worst = 0;
      for (std::size_t i = 0; i < count_; ++i) {
        const double error =
            std::abs(static_cast<double>(memory[vector][first_ + i]) - exact[vector][i]);
        // Not std::max, which would lose a NaN.
        if (!(error <= worst)) worst = error;
      }
      CAPTURE(vector);
      CHECK(worst <= tolerance);
      CHECK(std::all_of(memory[vector].begin(), memory[vector].begin() + first_,
                        [](T value) { return value == guard; }));
      CHECK(memory[vector].back() == guard);
    }
  }

  std::vector<std::vector<T>> memory;
  std::vector<std::vector<double>> exact;

 private:
  static constexpr T guard = 77;
  std::size_t count_;
  std::size_t first_;
};

// Runs `fast` on the vectors and `naive` on each parameter's four numbers, for odd and even sizes
// at all places of a cache line.
template <class T>
void compare(const std::function<void(std::int64_t, Vectors<T>&)>& fast,
             const std::function<void(double&, double&, double&, double&)>& naive) {
  const std::uint32_t seed = 20;
  CAPTURE(seed);
  Draws draws(seed);
  for (const std::size_t count : {0, 1, 2, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 127, 1003}) {
    for (const std::size_t offset : {0, 1, 2, 3, 7, 14}) {
      CAPTURE(count);
      CAPTURE(offset);
      Vectors<T> vectors(count, offset, draws);
      fast(static_cast<std::int64_t>(count), vectors);
      auto& exact = vectors.exact;
      for (std::size_t i = 0; i < count; ++i) {
        naive(exact[0][i], exact[1][i], exact[2][i], exact[3][i]);
      }
      // A few roundings of numbers below 10.
      vectors.check(sizeof(T) == 4 ? 4e-6 : 1e-14);
    }
  }
}

}  // namespace

TEST_CASE_TEMPLATE("SGD of any size and place equals a naive loop in double", T, float, double) {
  for (const bool nesterov : {false, true}) {
    for (const double momentum : {0.0, 0.9}) {
      const SgdStep step{
          .learning_rate = 0.3, .momentum = momentum, .nesterov = nesterov, .weight_decay = 0.01};
      compare<T>([&](std::int64_t count,
                     Vectors<T>& v) { sgd<T>(count, step, T(0.7), v.at(0), v.at(1), v.at(2)); },
                 [&](double& g, double& u, double& x, double&) {
                   const double d = 0.7 * g + 0.01 * x;
                   if (momentum == 0) {
                     x -= 0.3 * d;
                   } else {
                     u = momentum * u + d;
                     x -= 0.3 * (nesterov ? d + momentum * u : u);
                   }
                 });
    }
  }
}

TEST_CASE_TEMPLATE("AdamW of any size and place equals a naive loop in double", T, float, double) {
  for (const std::int64_t t : {1, 2, 1'000'000}) {
    const AdamWStep step{.learning_rate = 0.01, .epsilon = 1e-3, .weight_decay = 0.1, .step = t};
    const double correction1 = 1 - std::pow(0.9, t);
    const double correction2 = 1 - std::pow(0.999, t);
    compare<T>(
        [&](std::int64_t count, Vectors<T>& v) {
          adamw<T>(count, step, T(0.7), v.at(0), v.at(1), v.at(3), v.at(2));
        },
        [&](double& g, double& m, double& x, double& v) {
          const double d = 0.7 * g;
          x -= 0.01 * 0.1 * x;
          m = 0.9 * m + 0.1 * d;
          v = 0.999 * v + 0.001 * d * d;
          x -= 0.01 * (m / correction1) / (std::sqrt(v / correction2) + 1e-3);
        });
  }
}

TEST_CASE_TEMPLATE("mixing and outer steps of any size and place equal naive loops in double", T,
                   float, double) {
  compare<T>([](std::int64_t count, Vectors<T>& v) { mix<T>(count, T(0.3), v.at(0), v.at(1)); },
             [](double& global, double& x, double&, double&) { x -= 0.3 * (x - global); });
  compare<T>(
      [](std::int64_t count, Vectors<T>& v) {
        v.poison(2);
        outer_gradient<T>(count, v.at(0), v.at(1), v.at(2));
      },
      [](double& global, double& x, double& delta, double&) { delta = global - x; });
  for (const double momentum : {0.0, 0.9}) {
    compare<T>(
        [&](std::int64_t count, Vectors<T>& v) {
          v.poison(3);
          outer_nesterov<T>(count, {.learning_rate = 0.7, .momentum = momentum}, v.at(0), v.at(1),
                            v.at(2), v.at(3));
        },
        [&](double& delta, double& u, double& global, double& x) {
          if (momentum != 0) u = momentum * u + delta;
          global -= 0.7 * (momentum == 0 ? delta : delta + momentum * u);
          x = global;
        });
  }
  compare<T>(
      [](std::int64_t count, Vectors<T>& v) {
        slow_momentum<T>(count, {.momentum = 0.6, .learning_rate = 0.9, .inner_learning_rate = 0.3},
                         v.at(0), v.at(1), v.at(2));
      },
      [](double& u, double& previous, double& x, double&) {
        u = 0.6 * u + (previous - x) / 0.3;
        x = previous - 0.9 * 0.3 * u;
        previous = x;
      });
}

TEST_CASE_TEMPLATE("fill, copy and scale touch what they are given and no more", T, float, double) {
  compare<T>(
      [](std::int64_t count, Vectors<T>& v) {
        v.poison(0);
        v.poison(2);
        fill<T>(count, T(0.5), v.at(0));
        copy<T>(count, v.at(1), v.at(2));
        scale<T>(count, T(0.5), v.at(3));
      },
      [](double& filled, double& from, double& to, double& scaled) {
        filled = 0.5;
        to = from;
        scaled *= 0.5;
      });
}

TEST_CASE("a parameter's update does not depend on its place in the vector") {
  Draws draws(8);
  Vectors<float> whole(1'003, 0, draws);
  Vectors<float> pieces = whole;
  const AdamWStep step{.learning_rate = 0.01, .weight_decay = 0.1, .step = 3};
  adamw<float>(1'003, step, 0.3F, whole.at(0), whole.at(1), whole.at(3), whole.at(2));
  for (std::int64_t first = 0, next = 0; first < 1'003; first = next) {
    next = std::min<std::int64_t>(1'003, first + 1 + first % 37);
    adamw<float>(next - first, step, 0.3F, pieces.at(0) + first, pieces.at(1) + first,
                 pieces.at(3) + first, pieces.at(2) + first);
  }
  CHECK(whole.memory == pieces.memory);
}

}  // namespace palsim::cpu
