// What the paths of inputs and outputs have to do with one another.
#pragma once

#include <string>
#include <vector>

namespace ramus::cli {

// Every output has a file of its own, and none of them is one of the inputs; else throws Failure (usage).
void check_paths(const std::vector<std::string>& outputs, const std::vector<std::string>& inputs);

// Whether the output comes to lie elsewhere than the model. Where a pipe ends, nobody knows.
bool leaves_folder(const std::string& model, const std::string& output);

}  // namespace ramus::cli
