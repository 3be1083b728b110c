// The list of methods: a new one is its own file and a line here.
#include "sim/methods/method.hpp"

#include <array>

#include "sim/methods/ddp.hpp"
#include "sim/methods/diloco.hpp"
#include "sim/methods/local_sgd.hpp"
#include "sim/methods/palsgd.hpp"
#include "sim/methods/slowmo.hpp"

namespace palsim {
namespace {

struct NamedReader {
  const char* name;
  Method (*read)(TableReader&, Step);
};
constexpr std::array readers{
    NamedReader{"ddp", read_ddp},       NamedReader{"local_sgd", read_local_sgd},
    NamedReader{"slowmo", read_slowmo}, NamedReader{"diloco", read_diloco},
    NamedReader{"palsgd", read_palsgd},
};

}  // namespace

RandomStream coin_of(const Method& method, Seed seed, Rank rank) {
  return {seed, Purpose::coin, method.coin == Coin::shared ? 0 : static_cast<std::uint64_t>(rank)};
}

Method read_method(TableReader& table, Step steps) {
  std::vector<std::string> names;
  for (const NamedReader& reader : readers) names.emplace_back(reader.name);
  return readers[table.choice("name", names)].read(table, steps);
}

}  // namespace palsim
