// Opens a model from memory and asks for one pass: enough to show that the installed library does its work.
#include <ramus/ramus.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

static int32_t append(void* text, const void* data, size_t size) {
  static_cast<std::string*>(text)->append(static_cast<const char*>(data), size);
  return 0;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  if (std::string(ramus_version()) != PACKAGE_VERSION) {
    std::printf("the library is %s, its package %s\n", ramus_version(), PACKAGE_VERSION);
    return 1;
  }
  std::ifstream file(argv[1], std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());

  ramus_error error = RAMUS_ERROR_INIT;
  ramus_session* session = nullptr;
  ramus_model* model = nullptr;
  ramus_report* report = nullptr;
  const char* passes[] = {"branch-tree"};
  ramus_analyze_options options = RAMUS_ANALYZE_OPTIONS_INIT;
  options.passes = passes;
  options.pass_count = 1;
  std::string json;
  const bool done = ramus_session_create(nullptr, &session, &error) == RAMUS_OK &&
                    ramus_model_open_memory(session, bytes.data(), bytes.size(), nullptr, &model, &error) == RAMUS_OK &&
                    ramus_analyze(model, &options, &report, &error) == RAMUS_OK &&
                    ramus_report_write(report, "json", append, &json, &error) == RAMUS_OK;
  ramus_report_destroy(report);
  ramus_model_destroy(model);
  ramus_session_destroy(session);
  if (!done) {
    std::printf("%s\n", error.message);
    return 1;
  }
  std::printf("ramus %s found groups: %s\n", ramus_version(),
              json.find("\"concat\"") != std::string::npos ? "yes" : "no");
  return json.find("\"concat\"") != std::string::npos ? 0 : 1;
}
