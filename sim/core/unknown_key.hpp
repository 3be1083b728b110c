// A key that is not there, with those that are: for messages, and for what completes keys.
#pragma once

#include "sim/core/document.hpp"
#include "sim/core/error.hpp"

namespace palsim {

class UnknownAmongKeys : public UnknownKey {
 public:
  UnknownAmongKeys(std::string message, std::vector<std::string> known)
      : UnknownKey(std::move(message)), known_(std::move(known)) {}
  const std::vector<std::string>& known() const { return known_; }

 private:
  std::vector<std::string> known_;
};

// Throws UnknownAmongKeys "source:line:column: message; did you mean 'x'?".
[[noreturn]] void fail_unknown_among(const Origin& origin, std::string_view message,
                                     std::string_view written,
                                     const std::vector<std::string>& known);

}  // namespace palsim
