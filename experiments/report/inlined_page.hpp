// A page of web/ as one file that needs no other: each script and style sheet that it names stands
// in its place.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace palsim {

// Replaces `<script src="PATH"></script>` and `<link rel="stylesheet" href="PATH">`, paths relative
// to the page. Throws InputError where one of the files cannot be read, and InternalError where the
// page asks for a script or style sheet in any other way.
std::string inlined_page(const std::filesystem::path& page);

// The page with `json` as what stands in its `<script type="application/json" id=ID>`, so that no
// text in it ends the script. Throws InternalError if the page has no such element.
std::string with_data(const std::string& page, std::string_view id, std::string_view json);

}  // namespace palsim
