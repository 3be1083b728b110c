#include "experiments/command/known_keys.hpp"

#include <algorithm>

#include "sim/core/unknown_key.hpp"

namespace palsim {
namespace {

// A reader names the keys that it knows when it is given another one. None where `table` ("" or
// "compute.") is no table.
std::vector<std::string> keys_in(const std::string& table, const ReadWith& read) {
  try {
    read(table + "nobodys_key=0");
  } catch (const UnknownAmongKeys& error) {
    return error.known();
  } catch (const InputError&) {
    return {};
  }
  return {};
}

// What no shell takes apart.
bool is_plain(const std::string& key) {
  return key.find_first_of(" \t'\"\\$`=&|;<>()*?!#~") == std::string::npos;
}

}  // namespace

std::vector<std::string> keys_from(const std::string& typed, const ReadWith& read) {
  const std::string table = typed.substr(0, typed.rfind('.') + 1);
  std::vector<std::string> keys;
  for (const std::string& key : keys_in(table, read)) {
    const std::string whole = table + key;
    if (!whole.starts_with(typed) || !is_plain(key)) continue;
    const bool is_table = !keys_in(whole + '.', read).empty();
    const bool names_file = table.empty() && (key == "cluster" || key == "model");
    if (!is_table || names_file) keys.push_back(whole + '=');
    if (is_table) keys.push_back(whole + '.');
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

}  // namespace palsim
