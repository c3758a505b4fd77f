#include "plugin/onnx/official.hpp"

#include <utility>

#ifdef RAMUS_WITH_ONNX
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>
#include <onnx/checker.h>
#include <onnx/common/version.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <climits>
#include <exception>

#include "plugin/onnx/child_process.hpp"
#include "plugin/onnx/inline_functions.hpp"
#include "plugin/onnx/skeleton.hpp"
#include "plugin/onnx/value_types.hpp"
#include "plugin/onnx/wire_cursor.hpp"
#endif

namespace ramus {

#ifndef RAMUS_WITH_ONNX

OfficialOpinion ask_official_library(const WireModel&, const OfficialOptions&) {
  return {{},
          {},
          {Note{"", "official-library", "built without the official ONNX library: no inferred shapes, no checker"}}};
}

std::string official_library_version() { return {}; }

#else

namespace {

constexpr std::int64_t kKnownIrVersion = ::onnx::Version::IR_VERSION;
constexpr std::int64_t kKnownOpset = 17;  // of onnx 1.12

// The first line of a foreign message, at a length that a report can show.
std::string first_line(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \n\t");
  if (begin == std::string_view::npos) return "no reason given";
  text.remove_prefix(begin);
  return onnx_wire::printable(text.substr(0, text.find('\n')));
}

std::optional<std::string> check(const ::onnx::ModelProto& model) {
  try {
    ::onnx::checker::check_model(model);
    return std::nullopt;
  } catch (const std::exception& error) {
    return first_line(error.what());
  } catch (...) {
    return "it failed without a reason";
  }
}

// Leaves in the model whatever was inferred, also when an exception ends the inference.
std::optional<std::string> infer(::onnx::ModelProto& model, bool with_data_propagation) {
  try {
    ::onnx::ShapeInferenceOptions options;
    options.enable_data_propagation = with_data_propagation;
    std::unordered_map<std::string, ::onnx::TensorShapeProto> shape_data;
    ::onnx::shape_inference::InferShapes(model, ::onnx::OpSchemaRegistry::Instance(), options, &shape_data);
    return std::nullopt;
  } catch (const std::exception& error) {
    return first_line(error.what());
  } catch (...) {
    return "it failed without a reason";
  }
}

bool parse(const std::string& skeleton, std::size_t nesting, ::onnx::ModelProto& model) {
  ::google::protobuf::LogSilencer silence;
  ::google::protobuf::io::ArrayInputStream bytes(skeleton.data(), static_cast<int>(skeleton.size()));
  ::google::protobuf::io::CodedInputStream input(&bytes);
  constexpr std::size_t kLevelsPerBody = 3;  // node, attribute, graph
  input.SetRecursionLimit(static_cast<int>(kLevelsPerBody * (nesting + 1) + 64));
  return model.ParseFromCodedStream(&input) && input.ConsumedEntireMessage();
}

// The same model with its local functions inlined, which is what the types are wanted of; empty where there are none.
// The library infers the types of a call's outputs, but keeps none of those inside.
std::string inlined_skeleton(const std::string& skeleton, const Limits& limits) {
  const auto model = WireModel::from_memory(std::as_bytes(std::span(skeleton)), "", limits);
  if (!model || (*model)->functions().empty()) return {};
  try {
    const auto inlined = onnx_wire::inline_functions(**model);
    return inlined && inlined->why_not.empty() ? onnx_wire::write_inlined(**model, *inlined) : std::string();
  } catch (const onnx_wire::WireFault&) {
    return {};
  }
}

// The child's answer: two lines of text (empty when content), then the model with the inferred types.
std::string examine(const std::string& skeleton, const std::string& inlined, std::size_t nesting, bool asks_checker) {
  ::onnx::ModelProto model;
  if (!parse(skeleton, nesting, model)) return "\nthe official parser refuses the file\n";
  const std::string verdict = asks_checker ? check(model).value_or("") : "";
  if (!inlined.empty() && !parse(inlined, nesting, model)) return verdict + "\nits local functions cannot be inlined\n";
  std::optional<std::string> stop = infer(model, true);
  if (stop) stop = infer(model, false);
  return verdict + '\n' + stop.value_or("") + '\n' + model.SerializeAsString();
}

void collect_types(const WireGraph& graph, const std::string& path, std::size_t most_dims, TypesByGraph& types) {
  ValueTypes& known = types[path];
  for (const auto* list : {&graph.inputs, &graph.outputs, &graph.value_infos}) {
    for (const Bytes message : *list) {
      const auto value = onnx_wire::read_value_info(message, most_dims);
      if (value) onnx_wire::merge_type(value->type, known[value->name]);
    }
  }
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const WireBody& body : graph.nodes[i].bodies) {
      collect_types(*body.graph, body_path(path, i, body.attribute), most_dims, types);
    }
  }
}

bool asks_checker(const ModelInfo& info, std::vector<Note>& notes) {
  const auto opset = info.opsets.find("");
  const bool knows_opset = opset == info.opsets.end() || opset->second <= kKnownOpset;
  if (info.ir_version <= kKnownIrVersion && knows_opset) return true;
  std::string text = "the official checker (" + official_library_version() + ") knows IR versions up to " +
                     std::to_string(kKnownIrVersion) + " and opsets up to " + std::to_string(kKnownOpset) +
                     "; this model has IR version " + std::to_string(info.ir_version);
  if (opset != info.opsets.end()) text += " and opset " + std::to_string(opset->second);
  notes.push_back(Note{"", "checker", text + ", so it was not asked"});
  return false;
}

void read_answer(std::string_view answer, const WireModel& model, OfficialOpinion& opinion) {
  const std::size_t verdict_end = answer.find('\n');
  const std::size_t stop_end = answer.find('\n', verdict_end + 1);
  const std::string_view verdict = answer.substr(0, verdict_end);
  const std::string_view stop = answer.substr(verdict_end + 1, stop_end - verdict_end - 1);
  const auto note = [&](const char* code, const std::string& text) { opinion.notes.push_back(Note{"", code, text}); };
  if (!verdict.empty()) opinion.objection = std::string(verdict);
  if (!verdict.empty()) note("checker", "the official checker objects: " + std::string(verdict));
  if (!stop.empty()) note("shape-inference", "the official shape inference stopped early: " + std::string(stop));
  answer.remove_prefix(stop_end + 1);
  const auto inferred =
      WireModel::from_memory(std::as_bytes(std::span(answer.data(), answer.size())), "", model.limits());
  if (!inferred) return;
  try {
    collect_types((*inferred)->main_graph(), "", model.limits().rank, opinion.types);
  } catch (const onnx_wire::WireFault&) {
    opinion.types.clear();
  }
}

}  // namespace

OfficialOpinion ask_official_library(const WireModel& model, const OfficialOptions& options) {
  OfficialOpinion opinion;
  const auto declined = [&](const std::string& why) {
    opinion.notes.push_back(Note{"", "official-library", "no inferred shapes, and no word of the checker: " + why});
    return opinion;
  };
  if (model.inlined_node_count() > options.inlined_nodes) {
    return declined("inlining the local functions gives more than " + std::to_string(options.inlined_nodes) + " nodes");
  }
  const auto skeleton = write_skeleton(model);
  if (!skeleton) return declined(skeleton.error().message);
  if (skeleton->size() > std::min<std::size_t>(model.limits().message_bytes, INT_MAX)) {
    return declined("even without weights the model is larger than protobuf reads");
  }
  const bool is_known = asks_checker(model.info(), opinion.notes);
  const std::string inlined = options.inlines_functions ? inlined_skeleton(*skeleton, model.limits()) : std::string();
  const auto work = [&] { return examine(*skeleton, inlined, model.limits().nesting, is_known); };
  auto answer =
      options.in_child_process ? run_in_child(work, {options.seconds, options.memory}) : Result<std::string>(work());
  if (!answer) return declined("the library " + answer.error().message);
  read_answer(*answer, model, opinion);
  return opinion;
}

std::string official_library_version() { return std::string("onnx ") + ::onnx::LAST_RELEASE_VERSION; }

#endif

}  // namespace ramus
