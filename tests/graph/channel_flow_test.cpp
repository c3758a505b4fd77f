#include "graph/channel_flow.hpp"

#include <doctest/doctest.h>

#include "tests/graph/graph_text.hpp"

namespace ramus::testing {
namespace {

// "@1 [0,4)=conv:0 [4,6)=x:2": the channel axis, then for each segment its channels, its source and the first unit,
// followed by "*step", "/run" and the flags that are set; or why there is none.
std::string channels(const Graph& graph, std::string_view value) {
  const ChannelFlow flow(graph);
  const ChannelMap& map = flow[graph.find_value(value).value()];
  if (map.segments.empty()) return map.stopped;
  std::string text = "@" + std::to_string(map.axis);
  for (const ChannelSegment& segment : map.segments) {
    text += " [" + std::to_string(segment.begin) + "," + std::to_string(segment.end) +
            ")=" + graph[segment.source].name + ":" + std::to_string(segment.first_unit);
    if (segment.step != 1) text += "*" + std::to_string(segment.step);
    if (segment.run != 1) text += "/" + std::to_string(segment.run);
    if (segment.leaking) text += " leaking";
    if (segment.summed) text += " summed";
    if (segment.gated) text += " gated";
    for (const NodeId scale : segment.scales) text += " " + graph[scale].name;
  }
  return text;
}

std::string channels(std::string_view text, std::string_view value = "y") {
  return channels(graph_from_text(text), value);
}

// The channels of y = OPERATION where x has 6 channels.
std::string after(const std::string& operation, const std::string& shape = "[1,6,8,8]") {
  return channels("x:" + shape + " -> y : y = " + operation);
}

const std::string kLowest = "-9223372036854775808", kHighest = "9223372036854775807";

}  // namespace

TEST_CASE("a graph input is a source: channels are the second dimension, or the last of an image that ends in them") {
  CHECK(channels("x:[1,64,4,4] -> x :", "x") == "@1 [0,64)=x:0");
  CHECK(channels("x:[1,224,224,3] -> x :", "x") == "@3 [0,3)=x:0");
  CHECK(channels("x:[1,64,1,1] -> x :", "x") == "@1 [0,64)=x:0");
  CHECK(channels("x:[1,3,224,224] -> x :", "x") == "@1 [0,3)=x:0");
  CHECK(channels("x:[7] -> x :", "x") == "@0 [0,7)=x:0");
  CHECK(channels("x:[1,?,8,8] -> x :", "x") == "the number of channels of 'x' is not known");
  CHECK(channels("x:[1," + kHighest + ",8,8] -> x :", "x") == "the number of channels of 'x' is not known");
  CHECK(channels("x:[1," + kLowest + ",8,8] -> x :", "x") == "the number of channels of 'x' is not known");
  CHECK(channels("x -> x :", "x") == "the shape of input 'x' is not known");
}

TEST_CASE("a layer is a new source") {
  CHECK(after("Conv(x, W:float[4,6,3,3])") == "@1 [0,4)=y:0");
  CHECK(after("ConvTranspose[group=2](x, W:float[6,4,2,2])") == "@1 [0,8)=y:0");
  CHECK(after("Gemm[transB=1](x, W:float[5,6])", "[1,6]") == "@1 [0,5)=y:0");
  CHECK(after("MatMul(x, W:float[6,5])", "[2,7,6]") == "@2 [0,5)=y:0");
  CHECK(after("MatMul(W:float[5,6], x)", "[2,6,7]") == "@1 [0,5)=y:0");
  CHECK(after("MatMul(W:float[5,6], x)", "[6]") == "@0 [0,5)=y:0");
  CHECK(channels("x, w -> y : y = Conv(x, w)") == "Conv has weights that are computed or do not fit");
}

TEST_CASE("a depthwise convolution keeps channels apart, each of them several times where it multiplies them") {
  CHECK(after("Conv[group=6](x, W:float[6,1,3,3])") == "@1 [0,6)=x:0");
  CHECK(after("Conv[group=6](x, W:float[12,1,3,3])") == "@1 [0,12)=x:0/2");
}

TEST_CASE("what is elementwise keeps channels; a nonlinearity or a gate ends the run of batch norms") {
  for (const char* op : {"Identity", "Relu", "Sigmoid", "MaxPool", "AveragePool", "Resize", "Cast", "Clip"}) {
    CHECK(after(std::string(op) + "(x)") == "@1 [0,6)=x:0");
  }
  const std::string norms = "x:[1,6,8,8] -> y : a = BatchNormalization(x); b = Neg(a); c = BatchNormalization(b); ";
  CHECK(channels(norms + "y = Identity(c)") == "@1 [0,6)=x:0 a c");
  CHECK(channels(norms + "y = Relu(c)") == "@1 [0,6)=x:0");
  CHECK(channels(norms + "y = ReduceMax[axes=[2]](c)") == "@1 [0,6)=x:0");
  CHECK(channels(norms + "y = Max(c, zero:float[]={0})") == "@1 [0,6)=x:0");
  CHECK(channels(norms + "y = Mul(c, s:float[]={2})") == "@1 [0,6)=x:0 a c y");
  CHECK(channels(norms + "y = Div(s:float[]={1}, c)") == "@1 [0,6)=x:0");
}

TEST_CASE("a batch norm scales the second dimension only") {
  CHECK(channels("x:[1,9,9,3] -> y : y = BatchNormalization(x)") == "@3 [0,3)=x:0");
  CHECK(channels("x:[1,9,9,3] -> y : y = MaxPool(x)") == "MaxPool pools over the channels");
}

TEST_CASE("normalisation across channels leaks") {
  for (const char* op : {"LRN", "Softmax", "LayerNormalization", "GroupNormalization"}) {
    CHECK(after(std::string(op) + "(x)") == "@1 [0,6)=x:0 leaking");
  }
}

TEST_CASE("Concat on the channel axis puts segments side by side") {
  const std::string two = "x:[1,6,8,8], z:[1,2,8,8] -> y : ";
  CHECK(channels(two + "y = Concat[axis=1](x, z, x)") == "@1 [0,6)=x:0 [6,8)=z:0 [8,14)=x:0");
  CHECK(channels(two + "y = Concat[axis=-3](x, z)") == "@1 [0,6)=x:0 [6,8)=z:0");
  CHECK(channels(two + "y = Concat[axis=1](p:float[1,3,8,8], z)") == "@1 [3,5)=z:0");
  CHECK(channels(two + "e = Einsum(x); y = Concat[axis=1](e, z)") == "Einsum is not known to keep channels apart");
  CHECK(channels(two + "y = Concat[axis=" + kLowest + "](x, z)") == "Concat joins along an axis that is not known");
}

TEST_CASE("Concat along space leaves each channel parts from every input") {
  const std::string two = "x:[1,6,8,8], z:[1,6,8,8] -> y : ";
  CHECK(channels(two + "y = Concat[axis=2](x, z)") == "@1 [0,6)=x:0 summed [0,6)=z:0 summed");
  CHECK(channels(two + "y = Concat[axis=3](x, x)") == "@1 [0,6)=x:0");
  CHECK(channels(two + "t = Transpose[perm=[0,2,1,3]](z); y = Concat[axis=1](x, t)") ==
        "Concat joins values whose channels lie on different axes");
}

TEST_CASE("a sum has several sources for each channel") {
  const std::string two = "x:[1,6,8,8], z:[1,6,8,8] -> y : ";
  CHECK(channels(two + "y = Add(x, z)") == "@1 [0,6)=x:0 summed [0,6)=z:0 summed");
  CHECK(channels(two + "y = Add(x, x)") == "@1 [0,6)=x:0");
  CHECK(channels(two + "y = Add(x, B:float[6,1,1])") == "@1 [0,6)=x:0");
  CHECK(channels(two + "a = Add(x, z); y = Sum(a, x, z)") == "@1 [0,6)=x:0 summed [0,6)=z:0 summed");
}

TEST_CASE("an operand of unknown origin makes a sum of what is known") {
  CHECK(channels("x:[1,6,8,8] -> y : e = Einsum(x); y = Add(x, e)") == "@1 [0,6)=x:0 summed");
  CHECK(channels("x:[1,6,8,8] -> y : e = Einsum(x); y = Add(e, e)") == "Einsum is not known to keep channels apart");
}

TEST_CASE("a product of two values is a gate; one that is broadcast leaves no source") {
  CHECK(channels("x:[1,6,8,8], g:[1,6,1,1] -> y : y = Mul(x, g)") ==
        "@1 [0,6)=x:0 summed gated [0,6)=g:0 summed gated");
  CHECK(channels("x:[1,6,8,8], g:[1,1,8,8] -> y : y = Mul(x, g)") == "@1 [0,6)=x:0 gated");
  CHECK(channels("x:[1,6,8,8] -> y : n = BatchNormalization(x); s = Sigmoid(n); y = Mul(n, s)") ==
        "@1 [0,6)=x:0 gated");
}

TEST_CASE("shapes of unequal rank are aligned at their ends") {
  CHECK(channels("x:[5,6], z:[2,1,5,6] -> y : y:[2,1,5,6] = Add(x, z)") == "@3 [0,6)=x:0 summed");
}

TEST_CASE("Split cuts channels, or leaves them alone on another axis") {
  const auto split = [](const std::string& how, const char* which) {
    return channels("x:[1,6,8,8] -> y, z : y, z = Split" + how, which);
  };
  CHECK(split("[axis=1](x)", "z") == "@1 [0,3)=x:3");
  CHECK(split("[axis=1](x, s:int64[2]={2,4})", "z") == "@1 [0,4)=x:2");
  CHECK(split("[axis=1, split=[5, 1]](x)", "z") == "@1 [0,1)=x:5");
  CHECK(split("[axis=2](x)", "z") == "@1 [0,6)=x:0");
  CHECK(split("[axis=-3](x)", "y") == "@1 [0,3)=x:0");
  CHECK(split("[axis=1](x, s:int64[2]={2,5})", "z") == "Split splits beyond its channels");
  CHECK(split("[axis=1](x, s:int64[2]={" + kHighest + "," + kHighest + "})", "z") ==
        "Split splits beyond its channels");
  CHECK(split("[axis=1](x, s:int64[2]={" + kLowest + ",0})", "y") == "Split splits beyond its channels");
  CHECK(split("[axis=1](x, s:int64[1]={6})", "y") == "Split splits into sizes that do not fit its outputs");
  CHECK(split("[axis=1](x, s:int64[2]=absent)", "y") == "Split splits into sizes that are not known");
  CHECK(channels("x:[1,7,8,8] -> a, b, c : a, b, c = Split[axis=1, num_outputs=3](x)", "c") == "@1 [0,1)=x:6");
  CHECK(channels("x:[1,6,8,8], s -> y, z : y, z = Split[axis=1](x, s)") ==
        "Split splits into sizes that are not known");
}

TEST_CASE("Slice takes a range of channels, by steps too") {
  const auto slice = [](const std::string& starts, const std::string& ends, const std::string& axes,
                        const std::string& steps) {
    return after("Slice(x, s:int64[1]={" + starts + "}, e:int64[1]={" + ends + "}, a:int64[1]={" + axes +
                 "}, t:int64[1]={" + steps + "})");
  };
  CHECK(slice("2", "5", "1", "1") == "@1 [0,3)=x:2");
  CHECK(slice("2", kHighest, "1", "1") == "@1 [0,4)=x:2");
  CHECK(slice("-2", kHighest, "-3", "1") == "@1 [0,2)=x:4");
  CHECK(slice(kLowest, "-1", "1", "1") == "@1 [0,5)=x:0");
  CHECK(slice("1", "6", "1", "2") == "@1 [0,3)=x:1*2");
  CHECK(slice("0", "6", "1", kHighest) == "@1 [0,1)=x:0");
  CHECK(slice("0", "4", "2", "1") == "@1 [0,6)=x:0");
  CHECK(slice("5", "0", "1", "-1") == "Slice takes channels backwards");
  CHECK(slice("4", "2", "1", "1") == "Slice reads no channels of known origin");
  CHECK(after("Slice[starts=[1], ends=[3], axes=[1]](x)") == "@1 [0,2)=x:1");
  CHECK(channels("x:[1,6,8,8], e -> y : y = Slice(x, s:int64[1]={0}, e)") == "Slice takes a range that is not known");
}

TEST_CASE("Gather picks channels one by one") {
  CHECK(after("Gather[axis=1](x, i:int64[4]={4,5,0,0})") == "@1 [0,2)=x:4 [2,4)=x:0*0");
  CHECK(after("Gather[axis=1](x, i:int64[3]={5,3,1})") == "@1 [0,3)=x:5*-2");
  CHECK(after("Gather[axis=1](x, i:int64[1]={-1})") == "@1 [0,1)=x:5");
  CHECK(after("Gather[axis=2](x, i:int64[]={0})") == "@1 [0,6)=x:0");
  CHECK(after("Gather[axis=0](x, i:int64[]={0})") == "@0 [0,6)=x:0");
  CHECK(after("Gather[axis=1](x, i:int64[]={0})") == "Gather picks channels that are not known");
  CHECK(after("Gather[axis=1](x, i:int64[1]={" + kLowest + "})") == "Gather picks beyond its channels");
}

TEST_CASE("Pad moves channels only when it pads their axis") {
  CHECK(after("Pad[pads=[0,0,1,1,0,0,1,1]](x)") == "@1 [0,6)=x:0");
  CHECK(after("Pad(x, p:int64[8]={0,2,0,0,0,1,0,0})") == "@1 [2,8)=x:0");
  CHECK(after("Pad(x, p:int64[8]={0,-2,0,0,0,1,0,0})") == "@1 [0,4)=x:2");
  CHECK(after("Pad(x, p:int64[4]={5,0,5,0}, _, a:int64[2]={1,2})") == "@1 [5,11)=x:0");
  CHECK(after("Pad(x, p:int64[4]={5,0,5,0}, _, a:int64[2]={2,3})") == "@1 [0,6)=x:0");
  CHECK(after("Pad[mode=\"edge\", pads=[0,1,0,0,0,0,0,0]](x)") == "Pad repeats channels at the edge");
  for (const std::string& amount : {kLowest, kHighest}) {
    CHECK(after("Pad(x, p:int64[8]={0," + amount + ",0,0,0," + amount + ",0,0})") ==
          "Pad pads by amounts that are not known");
  }
  CHECK(after("Pad[pads=[0,0]](x)") == "Pad pads by amounts that are not known");
}

TEST_CASE("Transpose moves the channel axis") {
  CHECK(after("Transpose[perm=[0,2,3,1]](x)") == "@3 [0,6)=x:0");
  CHECK(after("Transpose(x)") == "@2 [0,6)=x:0");
  CHECK(after("Transpose[perm=[" + kLowest + "," + kHighest + "]](x)") == "Transpose moves axes that are not known");
}

TEST_CASE("Flatten and Reshape make each channel a run of columns") {
  CHECK(after("Flatten(x)") == "@1 [0,384)=x:0/64");
  CHECK(after("Flatten[axis=-3](x)") == "@1 [0,384)=x:0/64");
  CHECK(after("Flatten[axis=2](x)") == "Flatten does not keep channels together");
  CHECK(channels("x:[1,9,9,3] -> y : y = Flatten[axis=3](x)") == "@1 [0,3)=x:0");
  CHECK(after("Flatten(x)", "[1,6,?,8]") == "Flatten flattens an extent that is not known");
  CHECK(channels("x:[1,?,7,7] -> y : y = Flatten(x)") == "the number of channels of 'x' is not known");
  CHECK(after("Reshape(x, s:int64[2]={0,-1})") == "@1 [0,384)=x:0/64");
  CHECK(after("Reshape(x, s:int64[2]={-1,384})") == "@1 [0,384)=x:0/64");
  CHECK(after("Reshape(x, s:int64[2]={1,-1})", "[?,6,8,8]") == "@1 [0,384)=x:0/64");
  CHECK(after("Reshape(x, s:int64[3]={0,6,64})") == "@1 [0,6)=x:0");
  CHECK(after("Reshape(x, s:int64[3]={0,0,-1})") == "@1 [0,6)=x:0");
  CHECK(after("Reshape(x, s:int64[4]={1,8,6,8})") == "Reshape does not keep channels together");
  CHECK(after("Reshape(x, s:int64[3]={4,6,16})") == "Reshape does not keep channels together");
  CHECK(after("Reshape(x, s:int64[2]={" + kLowest + "," + kHighest + "})") ==
        "Reshape does not keep channels together");
}

TEST_CASE("channels that come last repeat in a row when what is before them is folded in") {
  const std::string twice = "@1 [0,4)=c:0 [4,8)=c:0";
  const std::string last =
      "x:[1,3,1,2] -> y : c:[1,4,1,2] = Conv(x, W:float[4,3,1,1]); t:[1,1,2,4] = Transpose[perm=[0,2,3,1]](c);";
  CHECK(channels(last + "y = Flatten(t)") == twice);
  CHECK(channels(last + "y:[1,8] = Reshape(t, s:int64[2]={1,8})") == twice);
  CHECK(channels(last + "y:[?,8] = Reshape(t, s:int64[2]={-1,8})") == twice);
  CHECK(channels(last + "y:[1,2,4] = Reshape(t, s:int64[3]={1,2,4})") == "@2 [0,4)=c:0");
}

TEST_CASE("DepthToSpace puts several units on one channel, SpaceToDepth one unit on several") {
  CHECK(after("DepthToSpace[blocksize=2](x)", "[1,8,2,2]") ==
        "@1 [0,2)=x:0 summed [0,2)=x:2 summed [0,2)=x:4 summed [0,2)=x:6 summed");
  CHECK(after("DepthToSpace[blocksize=2, mode=\"CRD\"](x)", "[1,8,2,2]") ==
        "@1 [0,2)=x:0*4 summed [0,2)=x:1*4 summed [0,2)=x:2*4 summed [0,2)=x:3*4 summed");
  CHECK(after("SpaceToDepth[blocksize=2](x)", "[1,2,4,4]") == "@1 [0,2)=x:0 [2,4)=x:0 [4,6)=x:0 [6,8)=x:0");
  CHECK(after("DepthToSpace[blocksize=2](x)") == "DepthToSpace spreads channels that are not known");
  CHECK(after("SpaceToDepth[blocksize=9223372036854775807](x)") == "SpaceToDepth folds space that is not known");
}

TEST_CASE("rows looked up in a table have its columns for units") {
  CHECK(channels("ids:int64[1,5] -> y : y = Gather(T:float[9,4], ids)") == "@2 [0,4)=y:0");
  CHECK(channels("ids:int64[1,5] -> y : y:[1,5,4] = Gather(T:float[9,4], ids)") == "@2 [0,4)=y:0");
}

TEST_CASE("the state of a recurrent operator is a source, whichever output it is read from") {
  const std::string lstm = "x:[7,1,3] -> y : a, h, y = LSTM(x, W:float[1,16,3], R:float[1,16,4])";
  CHECK(channels(lstm, "a") == "@3 [0,4)=a:0");
  CHECK(channels(lstm, "y") == "@2 [0,4)=a:0");
  CHECK(channels("x:[7,1,3] -> y : y = GRU(x, W:float[2,12,3], R:float[2,12,4])") ==
        "GRU keeps the units of its two directions on two axes");
}

TEST_CASE("constant factors, and the gains of norms, scale channels like batch norms") {
  CHECK(after("Mul(x, g:float[6,1,1])") == "@1 [0,6)=x:0 y");
  CHECK(after("Mul(g:float[1,6,1,1], x)") == "@1 [0,6)=x:0 y");
  CHECK(after("Div(x, g:float[])") == "@1 [0,6)=x:0 y");
  CHECK(after("Mul(x, g:float[8])") == "@1 [0,6)=x:0");
  CHECK(after("InstanceNormalization(x, g:float[6], b:float[6])") == "@1 [0,6)=x:0 y");
  CHECK(after("LayerNormalization(x, g:float[6])", "[1,6]") == "@1 [0,6)=x:0 leaking y");
}

TEST_CASE("the first reason why channels are lost stays, whatever comes behind it") {
  CHECK(channels("x:[1,6,8,8] -> y : a = Einsum[equation=\"abcd->abdc\"](x); b = Relu(a); y = Flatten(b)") ==
        "Einsum is not known to keep channels apart");
}

TEST_CASE("a flattened unit may be cut between units, and not through one") {
  const std::string flat = "x:[1,6,2,2] -> y, z : f = Flatten(x); y, z = Split[axis=1](f, s:int64[2]=";
  CHECK(channels(flat + "{8,16})", "z") == "@1 [0,16)=x:2/4");
  CHECK(channels(flat + "{6,18})", "z") == "a cut through the middle of a flattened unit");
}

TEST_CASE("axes of extent one come and go around the channels") {
  CHECK(after("Squeeze(x, a:int64[2]={2,3})", "[1,6,1,1]") == "@1 [0,6)=x:0");
  CHECK(after("Squeeze(x)", "[1,6,1,1]") == "@0 [0,6)=x:0");
  CHECK(after("Squeeze[axes=[0]](x)", "[?,6,6]") == "@0 [0,6)=x:0");
  CHECK(after("Squeeze(x)", "[?,6,1,1]") == "Squeeze drops axes that are not known");
  CHECK(after("Squeeze[axes=[1]](x)", "[1,6,1,1]") == "Squeeze drops the channel axis");
  CHECK(after("Unsqueeze(x, a:int64[2]={0,-1})", "[2,6]") == "@2 [0,6)=x:0");
  CHECK(after("Unsqueeze[axes=[1]](x)", "[2,6]") == "@2 [0,6)=x:0");
  CHECK(after("Unsqueeze[axes=[" + kLowest + "]](x)", "[2,6]") == "Unsqueeze adds axes that are not known");
}

TEST_CASE("a reduction over other axes keeps the channels") {
  CHECK(after("ReduceMean[axes=[2,3]](x)") == "@1 [0,6)=x:0");
  CHECK(after("ReduceSum[keepdims=0](x, a:int64[3]={0,-1,-1})") == "@0 [0,6)=x:0");
  CHECK(after("ReduceMean[axes=[1]](x)") == "ReduceMean reduces over channels");
  CHECK(after("ReduceMean(x)") == "ReduceMean reduces over axes that are not known");
}

TEST_CASE("Expand may put axes before the channels, and stops where it repeats them") {
  CHECK(channels("x:[5,6] -> y : y:[2,5,6] = Expand(x, s:int64[3])") == "@2 [0,6)=x:0");
  CHECK(channels("x:[5,1] -> y : y:[5,6] = Expand(x, s:int64[2])") ==
        "Expand leaves channels that do not fit the shape of its output");
}

TEST_CASE("what no rule knows stops, and says so") {
  CHECK(after("Einsum(x)") == "Einsum is not known to keep channels apart");
  CHECK(after("com.example::Relu(x)") == "Relu is not known to keep channels apart");
  CHECK(after("Relu(W:float[1])") == "Relu reads no channels of known origin");
  CHECK(channels("x:[1,6] -> y : y, mask = Dropout(x)", "mask") == "Dropout writes no channels there");
  CHECK(channels("x:[1,6] -> y : _, y = Split[axis=1](x)") == "Split leaves its first output out");
}

TEST_CASE("channels beyond the limits stop instead of growing") {
  std::string doubling = "v0:[1,6,8,8] -> v60 : ";
  for (int i = 0; i < 60; ++i) {
    const std::string from = "v" + std::to_string(i);
    doubling += "v" + std::to_string(i + 1) + " = Concat[axis=1](" + from + ", " + from + ");";
  }
  CHECK(channels(doubling, "v12").size() > 4096);
  CHECK(channels(doubling, "v13") == "Concat joins channels in too many pieces");
  CHECK(channels(doubling, "v60") == "Concat joins channels in too many pieces");
  const std::string wide = "x:[1,4294967296,8,8] -> y : a = Concat[axis=1](x, x); ";
  CHECK(channels(wide + "y = Concat[axis=1](a, a)") == "Concat joins too many channels");
  CHECK(channels(wide + "y = Flatten(x)") == "Flatten spreads its channels too far");
}

TEST_CASE("all values together have a limit as well") {
  const Graph graph = graph_from_text("x:[1,6] -> y : a = Relu(x); b = Relu(a); y = Relu(b)");
  Limits limits;
  limits.all_channel_segments = 2;
  const ChannelFlow flow(graph, limits);
  CHECK(flow[*graph.find_value("b")].segments.size() == 1);
  CHECK(flow[*graph.find_value("y")].stopped == "the model joins its channels in too many pieces");
}

}  // namespace ramus::testing
