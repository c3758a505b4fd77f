// Annotating a 240 MB model into a file, against cp on the same filesystem, in turns.
//   annotate_bench [MEGABYTES] [REPETITIONS] [FOLDER]      exit status 1 when annotating takes more than twice as long
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "plugin/onnx/splice.hpp"
#include "tests/bench/reader_bench_model.hpp"

namespace {

using namespace ramus;
using namespace ramus::bench;

constexpr double kWantedRatio = 2;

bool write_all(int file, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), bytes.size());
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

double annotate_to(const std::string& from, const std::string& to) {
  const auto begin = std::chrono::steady_clock::now();
  const auto model = WireModel::open(from);
  if (!model) std::exit(2);
  ModelAnnotations annotations;
  annotations.model = {{"ramus.report", "{}"}};
  GraphAnnotations& graph = annotations.graphs[""];
  for (std::uint32_t i = 0; i < (*model)->main_graph().nodes.size(); ++i) graph.nodes[i] = {{"ramus.branch", "block"}};
  const int file = ::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const auto status = annotate(**model, annotations, [&](Bytes bytes) { return write_all(file, bytes); });
  if (!status || ::close(file) != 0) std::exit(2);
  return seconds_of(begin);
}

double copy_to(const std::string& from, const std::string& to) {
  const auto begin = std::chrono::steady_clock::now();
  if (std::system(("cp --reflink=never '" + from + "' '" + to + "'").c_str()) != 0) std::exit(2);
  return seconds_of(begin);
}

}  // namespace

int main(int argc, char** argv) {
  namespace fs = std::filesystem;
  const auto megabytes = static_cast<std::size_t>(argc > 1 ? std::atoi(argv[1]) : 240);
  const int repetitions = argc > 2 ? std::atoi(argv[2]) : 7;
  const fs::path folder = argc > 3 ? fs::path(argv[3]) : fs::temp_directory_path();
  const std::string stem = (folder / ("ramus_annotate_bench_" + std::to_string(::getpid()))).string();
  const std::string from = stem + ".onnx", to = stem + ".out";
  const std::size_t size = write_residual_model(from, megabytes);
  copy_to(from, to);  // the pages of `from` are in memory from here on

  std::vector<double> annotated, copied, ratios;
  for (int i = 0; i < repetitions; ++i) {
    fs::remove(to);
    copied.push_back(copy_to(from, to));
    fs::remove(to);
    annotated.push_back(annotate_to(from, to));
    ratios.push_back(annotated.back() / copied.back());
  }
  fs::remove(from);
  fs::remove(to);
  std::printf("model     %8.1f MB, median of %d pairs\n", static_cast<double>(size) / 1e6, repetitions);
  std::printf("cp        %8.1f ms\n", median(copied) * 1e3);
  std::printf("annotate  %8.1f ms\n", median(annotated) * 1e3);
  std::printf("ratio     %8.2f (wanted: at most %.0f)\n", median(ratios), kWantedRatio);
  return median(ratios) <= kWantedRatio ? 0 : 1;
}
