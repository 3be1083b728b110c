// Short names for long contents: what differs has another one.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace palsim {

// A name-based UUID (RFC 4122, version 5, which is of SHA-1), like
// "2ed6657d-e927-568b-95e1-2665a8aea6a2".
std::string content_digest(std::string_view content);

// Of a file of any length; another one than its content's in memory. Throws InputError if it cannot
// be read.
std::string file_digest(const std::filesystem::path& path);

}  // namespace palsim
