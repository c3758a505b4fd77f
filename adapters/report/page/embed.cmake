# PAGE as bytes in a C++ file OUT; an empty PAGE: none.
set(bytes "")
if(PAGE)
  file(READ ${PAGE} bytes HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
endif()
file(WRITE ${OUT} "#include <string_view>

namespace ramus {

std::string_view report_page();

std::string_view report_page() {
  static constexpr unsigned char kPage[] = {
${bytes}0};
  return {reinterpret_cast<const char*>(kPage), sizeof kPage - 1};
}

}  // namespace ramus
")
