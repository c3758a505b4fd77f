// One test program for each folder of tests; ctest runs it once for each file in the folder.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <iostream>

#include "tests/support.hpp"

namespace ramus::testing {
namespace {

constexpr int kSkipped = 77;  // SKIP_RETURN_CODE in tests/CMakeLists.txt
bool something_was_skipped = false;

}  // namespace

std::filesystem::path test_file(std::string_view name) {
  return std::filesystem::path(RAMUS_SOURCE_DIR) / "tests" / name;
}

std::filesystem::path example_file(std::string_view name) {
  return std::filesystem::path(RAMUS_SOURCE_DIR) / "examples" / name;
}

std::optional<std::filesystem::path> shared_file(std::string_view name) {
  std::filesystem::path path = std::filesystem::path(RAMUS_SHARED_DIR) / name;
  if (std::filesystem::exists(path)) return path;
  skip(path.string() + " is not there");
  return std::nullopt;
}

void skip(std::string_view why) {
  std::cout << "SKIPPED: " << why << '\n';
  something_was_skipped = true;
}

}  // namespace ramus::testing

int main(int argc, char** argv) {
  doctest::Context context(argc, argv);
  context.setOption("no-intro", true);
  int failed = context.run();
  if (context.shouldExit() || failed != 0) return failed;
  return ramus::testing::something_was_skipped ? ramus::testing::kSkipped : 0;
}
