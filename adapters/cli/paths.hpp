// What the paths of inputs and outputs have to do with one another.
#pragma once

#include <string>
#include <vector>

namespace ramus::cli {

// Every output has a file of its own, and none of them is one of the inputs; else throws Failure (usage).
void check_paths(const std::vector<std::string>& outputs, const std::vector<std::string>& inputs);

// What arguments that name models stand for: files as they are, of folders every *.onnx below them, of patterns (those of
// glob(3)) every file that fits; each once, folders and patterns in the order of their names. Throws Failure (invalid_input)
// for a folder or a pattern without models.
std::vector<std::string> expand_models(const std::vector<std::string>& arguments);

// Whether the output comes to lie elsewhere than the model. Where a pipe ends, nobody knows.
bool leaves_folder(const std::string& model, const std::string& output);

}  // namespace ramus::cli
