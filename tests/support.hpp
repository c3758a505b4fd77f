// Where the tests' files lie, and what a test does when one is not there.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace ramus::testing {

// A file of tests/, for example "models/residual.onnx.txt".
std::filesystem::path test_file(std::string_view name);
// A file of examples/.
std::filesystem::path example_file(std::string_view name);
// A file of the shared folder (RAMUS_SHARED_DIR in CMake). Where it is absent this says so and the program, if nothing
// failed, ends with the status that ctest shows as "Skipped".
std::optional<std::filesystem::path> shared_file(std::string_view name);
// The same for anything else that a machine may lack.
void skip(std::string_view why);

}  // namespace ramus::testing
