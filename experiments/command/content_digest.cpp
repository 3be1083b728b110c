#include "experiments/command/content_digest.hpp"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/nil_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <fstream>

#include "sim/core/error.hpp"

namespace palsim {

std::string content_digest(std::string_view content) {
  const boost::uuids::name_generator_sha1 digest(boost::uuids::nil_uuid());
  return to_string(digest(content.data(), content.size()));
}

// Each part is digested under the name of what came before.
std::string file_digest(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  boost::uuids::uuid digest = boost::uuids::nil_uuid();
  std::string part(std::size_t{1} << 20, '\0');
  while (file.read(part.data(), static_cast<std::streamsize>(part.size())), file.gcount() > 0) {
    digest = boost::uuids::name_generator_sha1(digest)(part.data(),
                                                       static_cast<std::size_t>(file.gcount()));
  }
  require<InputError>(file.is_open() && file.eof(),
                      "{}: cannot be read; write the name of a readable file", path.string());
  return to_string(digest);
}

}  // namespace palsim
