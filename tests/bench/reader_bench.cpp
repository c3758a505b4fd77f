// Opening and scanning a 240 MB model, building its graph and finding its branches, against the official parser. Each measurement runs in a
// process of its own, this program called again, so that no memory of one is counted for the other.
//   reader_bench [MEGABYTES] [REPETITIONS]      exit status 1 when a bound is missed: 10 times faster, below 30 MB
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "passes/pipeline.hpp"
#include "passes/registry.hpp"
#include "plugin/onnx/graph_reader.hpp"
#include "tests/bench/reader_bench_model.hpp"
#include "tests/bench/reader_official_parse.hpp"

namespace {

using namespace ramus;
using namespace ramus::bench;

constexpr double kWantedRatio = 10;
constexpr double kMostMegabytes = 30;

// Anonymous memory of this process in MB: what a mapped file does not count for.
double anonymous_megabytes() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.rfind("RssAnon:", 0) == 0) return std::strtod(line.c_str() + 8, nullptr) / 1000;
  }
  return 0;
}

struct Measured {
  double seconds = 0, megabytes = 0;
};

Measured measure_once(const std::string& way, const std::string& path) {
  const double before = anonymous_megabytes();
  const auto begin = std::chrono::steady_clock::now();
  std::size_t nodes = 0;
  Measured measured;
  if (way == "ramus") {
    const auto model = WireModel::open(path);
    auto read = read_graph(**model);
    const std::size_t in_file = read->graph.nodes().size();
    const PassOptions options(all_passes());
    PipelineRequest request;
    request.passes = {"branch-tree"};
    request.options = &options;
    const auto analysed = run_pipeline(std::move(read->graph), request);
    measured.seconds = seconds_of(begin);
    measured.megabytes = anonymous_megabytes() - before;  // nothing was freed: this is the peak
    nodes = analysed->findings.groups.empty() ? 0 : in_file;
  } else {
    nodes = parse_officially(path, [&] {
      measured.seconds = seconds_of(begin);
      measured.megabytes = anonymous_megabytes() - before;
    });
  }
  if (nodes == 0) std::exit(2);
  return measured;
}

Measured measure(const char* self, const std::string& way, const std::string& path, int repetitions) {
  std::vector<double> seconds, megabytes;
  for (int i = 0; i < repetitions; ++i) {
    const std::string command = std::string("'") + self + "' --measure " + way + " '" + path + "'";
    std::FILE* const answer = ::popen(command.c_str(), "r");
    Measured one;
    if (answer == nullptr || std::fscanf(answer, "%lf %lf", &one.seconds, &one.megabytes) != 2) std::exit(2);
    ::pclose(answer);
    seconds.push_back(one.seconds);
    megabytes.push_back(one.megabytes);
  }
  return {median(seconds), *std::max_element(megabytes.begin(), megabytes.end())};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::strcmp(argv[1], "--measure") == 0) {
    const Measured measured = measure_once(argv[2], argv[3]);
    std::printf("%.6f %.3f\n", measured.seconds, measured.megabytes);
    return 0;
  }
  const auto megabytes = static_cast<std::size_t>(argc > 1 ? std::atoi(argv[1]) : 240);
  const int repetitions = argc > 2 ? std::atoi(argv[2]) : 7;
  const auto path = std::filesystem::temp_directory_path() / ("ramus_reader_bench_" + std::to_string(::getpid()));
  const std::size_t size = write_residual_model(path.string(), megabytes);
  const Measured ours = measure(argv[0], "ramus", path.string(), repetitions);
  const Measured official = measure(argv[0], "official", path.string(), repetitions);
  std::filesystem::remove(path);

  const double ratio = official.seconds / ours.seconds;
  std::printf("model            %8.1f MB, median of %d\n", static_cast<double>(size) / 1e6, repetitions);
  std::printf("ramus, branches  %8.2f ms %8.2f MB anonymous\n", ours.seconds * 1e3, ours.megabytes);
  std::printf("official parser  %8.2f ms %8.2f MB anonymous\n", official.seconds * 1e3, official.megabytes);
  std::printf("ratio            %8.1f times faster (wanted: %.0f); memory below %.0f MB: %s\n", ratio, kWantedRatio,
              kMostMegabytes, ours.megabytes < kMostMegabytes ? "yes" : "no");
  return ratio >= kWantedRatio && ours.megabytes < kMostMegabytes ? 0 : 1;
}
