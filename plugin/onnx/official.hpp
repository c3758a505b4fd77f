// What the official ONNX library says about a model: inferred shapes, and its checker's verdict as a note.
//
//   WireModel ──▶ skeleton (weights left out) ──▶│ child process: check_model, InferShapes │──▶ types by graph, notes
//                                                │ memory and time are limited             │
//
// It never fails: what the library cannot do becomes a note. The child is there because the library is not made for
// hostile files: onnx 1.12 divides by strides of 0, counts down from 2^62, doubles ranks until memory ends. A child that
// crashes costs its answer, not the host.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "graph/note.hpp"
#include "plugin/onnx/inferred_types.hpp"
#include "plugin/onnx/wire_model.hpp"

namespace ramus {

struct OfficialOpinion {
  TypesByGraph types;
  std::optional<std::string> objection;  // of the checker; among the notes too
  std::vector<Note> notes;               // codes "checker", "shape-inference", "official-library"
};

struct OfficialOptions {
  // false: in the calling process, for hosts that forbid fork(), and for models that they trust. The library then
  // prints its warnings to the host's stderr.
  bool in_child_process = true;
  int seconds = 60;                           // of the child; inference of 200,000 nodes takes a few
  std::size_t memory = std::size_t{4} << 30;  // that the child may add to what the host has mapped
  bool inlines_functions = false;             // types are then those of the graph that read_graph inlines
  std::size_t inlined_nodes = 1'000'000;      // the library inlines every call of a local function; beyond: not asked
};

// Without RAMUS_WITH_ONNX: no types, and one note that says so.
OfficialOpinion ask_official_library(const WireModel& model, const OfficialOptions& options = {});

// "onnx 1.12.0"; empty without RAMUS_WITH_ONNX.
std::string official_library_version();

}  // namespace ramus
