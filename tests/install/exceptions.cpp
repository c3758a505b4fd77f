// examples/embed_cpp/ramus.hpp: what a writer or a pass throws arrives at the caller, and Ramus goes on afterwards.
// usage: exceptions MODEL.onnx
#undef NDEBUG
#include <cassert>
#include <cstring>

#include "ramus.hpp"

namespace {

struct Unrelated {  // not even a std::exception
  int number;
};

template <class Body>
int number_thrown_by(Body body) {
  try {
    body();
  } catch (const Unrelated& thrown) {
    return thrown.number;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  assert(argc == 2);
  const ramus::Session session;
  const ramus::Model model(session, argv[1]);
  ramus::AnalyzeOptions options;
  options.passes = {"branch-tree", "first", "second"};
  int ran = 0;
  options.host_passes.emplace_back("first", [&](const ramus_graph_view*, ramus_notes*) { throw Unrelated{++ran}; });
  options.host_passes.emplace_back("second", [&](const ramus_graph_view*, ramus_notes*) { ran = 100; });
  assert(number_thrown_by([&] { model.analyze(options); }) == 1 && ran == 1);

  options.passes = {"second"};
  const ramus::Report report = model.analyze(options);
  assert(ran == 100 && report.json().find("\"host_passes\": \"second\"") != std::string::npos);
  assert(number_thrown_by([&] { report.write("json", [](const char*, std::size_t) { throw Unrelated{7}; }); }) == 7);
  std::size_t written = 0;
  model.annotate(report, [&](const char*, std::size_t size) { written += size; });
  assert(written > 0);

  options.host_passes.emplace_back("Third", [](const ramus_graph_view*, ramus_notes*) {});
  try {
    model.analyze(options);
    assert(!"a name that is not in kebab-case was taken");
  } catch (const ramus::Error& error) {
    assert(error.status() == RAMUS_USAGE && std::strstr(error.what(), "'Third'") != nullptr);
  }
  return 0;
}
