// Graphs from one line of text, for tests.
//
//     x -> y : a = Relu(x); y = Add(x, a)
//     x:[1,3,8,8] -> y : c = Conv[group=1](x, W:float[16,3,3,3]) as conv1; y:[1,16] = Flatten(c)
//
// inputs -> outputs :   may be left out: inputs are then the names that nothing writes, outputs what nothing reads
// v, w = Op(a, b)       a node, named like its first output unless "as NAME" follows; `_` stands for none
// W:float[4,3]          a parameter, declared where it is first read; values come from its name, or count up (integers)
// W:int64[2]={0,-1}     the same with its values; {7} alone fills; =absent has none; a scalar is W:float[]
// y:[1,?,8]  y:float16  shape and type of an input or output; ? is a dimension that is not known
// Op[axis=1, alpha=0.5, perm=[0,2,1], mode="edge"]         attributes: a number with a dot is a float
// If[then_branch={-> t : t = Relu(x)}](c)                  a body; what it reads from outside it captures
// com.microsoft::Gelu(x)                                   an operator of another domain
// "any name"                                               a name with spaces or punctuation
#pragma once

#include <string_view>

#include "graph/graph.hpp"

namespace ramus::testing {

// The graph, or why it cannot be one. Throws std::runtime_error when the text itself is wrong.
Result<Graph> try_graph_from_text(std::string_view text);

// Throws where try_graph_from_text gives an error.
Graph graph_from_text(std::string_view text);

}  // namespace ramus::testing
