// Networks out of random numbers, as text for graph_from_text: modules as architectures have them, in a row and in one
// another.
//
//     image:     convolutions, residual blocks, sums, Inception, split and concatenate, gates, groups, towers of arms
//     sequence:  attention with four projections and heads, masked or not, two-layer blocks, experts; norm before or after
#pragma once

#include <random>
#include <string>
#include <vector>

namespace ramus::testing {

class RandomNetwork {
 public:
  explicit RandomNetwork(std::uint64_t seed) : random_(seed) {}

  std::string image() {
    std::string x = "x";
    for (std::size_t i = 2 + below(3); i > 0; --i) {
      const std::mt19937_64 before = random_;
      x = module(x, 2);
      if (below(3) != 0) continue;
      random_ = before;  // the same once more: two groups built alike
      x = module(x, 2);
    }
    return "x:float[1,8,4,4] -> " + outputs(x);
  }

  std::string sequence() {
    std::string x = "x";
    const bool masked = below(2) == 0;
    for (std::size_t i = 1 + below(3); i > 0; --i) {
      x = block(x, [&](const std::string& n) { return attention(n, masked); });
      x = block(x, [&](const std::string& n) { return below(2) == 0 ? two_layers(n) : experts(n); });
    }
    return std::string("x:float[1,4,8]") + (masked ? ", mask:float[1,1,4,4]" : "") + " -> " + outputs(x);
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }

  std::string name(char letter) { return letter + std::to_string(next_++); }

  // A node that writes one new value of that shape.
  std::string add(const std::string& operation, const std::string& shape) {
    const std::string value = name('v');
    text_ += value + ":float[" + shape + "] = " + operation + "; ";
    return value;
  }
  std::string add(const std::string& operation) { return add(operation, shape_); }

  std::string outputs(const std::string& last) {
    const std::string y = add("Relu(" + last + ")");
    if (below(3) != 0) return y + " : " + text_.substr(0, text_.size() - 2);
    const std::string z = add("Sigmoid(" + last + ")");
    return y + ", " + z + " : " + text_.substr(0, text_.size() - 2);
  }

  // --- images of 8 channels ---

  std::string conv(const std::string& x, int channels = 8) {
    const std::string n = std::to_string(channels), kernel = below(2) == 0 ? "1,1" : "3,3";
    const std::string pads = kernel == "3,3" ? "[pads=[1,1,1,1]]" : "";
    std::string y = add("Conv" + pads + "(" + x + ", " + name('W') + ":float[" + n + "," + n + "," + kernel + "])",
                        "1," + n + ",4,4");
    return below(2) == 0 ? add("Relu(" + y + ")", "1," + n + ",4,4") : y;
  }

  std::string to_eight(const std::string& x, std::size_t channels) {
    return add("Conv(" + x + ", " + name('W') + ":float[8," + std::to_string(channels) + ",1,1])");
  }

  std::string module(const std::string& x, int depth) {
    shape_ = "1,8,4,4";
    switch (below(depth > 0 ? 10 : 3)) {
      case 0:
        return conv(x);
      case 1:
        return add("Mul(" + x + ", " + add("Sigmoid(" + x + ")") + ")");  // SiLU
      case 2:
        return add("Conv[group=2](" + x + ", " + name('W') + ":float[8,4,1,1])");
      case 3:
      case 4:
        return residual(x, depth);
      case 5:
      case 6:
        return concat(x, depth);
      case 7:
        return split(x);
      case 8:
        return gate(x);
      default:
        return overlapping(x, depth);
    }
  }

  std::string residual(const std::string& x, int depth) {
    std::string f = module(conv(x), depth - 1);
    switch (below(5)) {
      case 0:
        return add("Relu(" + add("Add(" + f + ", " + x + ")") + ")");
      case 1:
        return add("Add(" + add("Add(" + x + ", " + f + ")") + ", " + conv(x) + ")");
      case 2:
        return add("Add(" + add("Relu(" + f + ")") + ", " + to_eight(x, 8) + ")");
      case 3:  // no residual: both terms compute
        return add("Add(" + add("Relu(" + f + ")") + ", " + add("Relu(" + conv(x) + ")") + ")");
      default:
        return add("Add(" + x + ", " + f + ")");
    }
  }

  // Arms of 4, 8 or 12 channels.
  std::string concat(const std::string& x, int depth) {
    std::string inputs;
    std::size_t channels = 0;
    for (std::size_t arms = 2 + below(3); arms > 0; --arms) {
      std::string arm = below(6) == 0 ? x : module(conv(x), depth - 1);
      const std::size_t width = 4 * (1 + below(3));
      const std::string n = std::to_string(width);
      if (width != 8) arm = add("Conv(" + arm + ", " + name('W') + ":float[" + n + ",8,1,1])", "1," + n + ",4,4");
      inputs += (inputs.empty() ? "" : ", ") + arm;
      channels += width;
    }
    return to_eight(add("Concat[axis=1](" + inputs + ")", "1," + std::to_string(channels) + ",4,4"), channels);
  }

  std::string split(const std::string& x) {
    const std::string a = name('v'), b = name('v');
    text_ += a + ":float[1,4,4,4], " + b + ":float[1,4,4,4] = Split[axis=1](" + x + "); ";
    const std::string first = below(2) == 0 ? a : conv(a, 4);
    return add("Concat[axis=1](" + first + ", " + conv(b, 4) + ")");
  }

  std::string gate(const std::string& x) {
    const std::string pooled = add("GlobalAveragePool(" + x + ")", "1,8,1,1");
    const std::string squeezed = add("Conv(" + pooled + ", " + name('W') + ":float[8,8,1,1])", "1,8,1,1");
    return add("Mul(" + add("Sigmoid(" + squeezed + ")", "1,8,1,1") + ", " + x + ")");
  }

  // Arms that share nodes, as in dense blocks.
  std::string overlapping(const std::string& x, int depth) {
    const std::string a = module(conv(x), depth - 1), b = module(conv(a), depth - 1);
    return to_eight(add("Concat[axis=1](" + x + ", " + b + ", " + a + ")", "1,24,4,4"), 24);
  }

  // --- sequences of 8 features ---

  std::string norm(const std::string& x) { return add("LayerNormalization(" + x + ", " + name('g') + ":float[8])"); }
  std::string dense(const std::string& x) { return add("MatMul(" + x + ", " + name('W') + ":float[8,8])"); }

  template <class Function>
  std::string block(const std::string& x, Function function) {
    shape_ = "1,4,8";
    if (below(2) == 0) return add("Add(" + x + ", " + function(norm(x)) + ")");
    return norm(add("Add(" + function(x) + ", " + x + ")"));
  }

  std::string heads(const std::string& x, const std::string& permutation, const std::string& shape) {
    const std::string parts = add("Reshape(" + dense(x) + ", " + name('R') + ":int64[4]={0,-1,2,4})", "1,4,2,4");
    return add("Transpose[perm=[" + permutation + "]](" + parts + ")", shape);
  }

  std::string attention(const std::string& x, bool masked) {
    const std::string q = heads(x, "0,2,1,3", "1,2,4,4"), k = heads(x, "0,2,3,1", "1,2,4,4"),
                      v = heads(x, "0,2,1,3", "1,2,4,4");
    std::string scores = add("MatMul(" + q + ", " + k + ")", "1,2,4,4");
    scores = add("Mul(" + scores + ", " + name('h') + ":float[]={1})", "1,2,4,4");
    if (masked) scores = add("Add(" + scores + ", mask)", "1,2,4,4");
    const std::string weights = add("Softmax(" + scores + ")", "1,2,4,4");
    const std::string mean = add("MatMul(" + weights + ", " + v + ")", "1,2,4,4");
    const std::string merged = add("Transpose[perm=[0,2,1,3]](" + mean + ")", "1,4,2,4");
    return dense(add("Reshape(" + merged + ", " + name('R') + ":int64[3]={0,-1,8})"));
  }

  // Each weighed by its part of a softmax.
  std::string experts(const std::string& x) {
    const std::size_t count = 2 + below(3);
    const std::string router = add("MatMul(" + x + ", " + name('W') + ":float[8," + std::to_string(count) + "])",
                                   "1,4," + std::to_string(count));
    const std::string weights = add("Softmax(" + router + ")", "1,4," + std::to_string(count));
    std::string sum;
    for (std::size_t e = 0; e < count; ++e) {
      const std::string begin = std::to_string(e), end = std::to_string(e + 1);
      const std::string expert = below(2) == 0 ? dense(x) : dense(add("Relu(" + dense(x) + ")"));
      const std::string weight = add("Slice(" + weights + ", " + name('b') + ":int64[1]={" + begin + "}, " + name('e') +
                                         ":int64[1]={" + end + "}, " + name('A') + ":int64[1]={2})",
                                     "1,4,1");
      const std::string term = add("Mul(" + (below(2) == 0 ? expert + ", " + weight : weight + ", " + expert) + ")");
      sum = sum.empty() ? term : add("Add(" + sum + ", " + term + ")");
    }
    return sum;
  }

  // With GELU, taken apart.
  std::string two_layers(const std::string& x) {
    const std::string a = dense(x), scaled = add("Div(" + a + ", " + name('h') + ":float[]={1.4142135})"),
                      one_more = add("Add(" + add("Erf(" + scaled + ")") + ", " + name('h') + ":float[]={1})");
    return dense(add("Mul(" + add("Mul(" + a + ", " + one_more + ")") + ", " + name('h') + ":float[]={0.5})"));
  }

  std::mt19937_64 random_;
  std::string text_, shape_;
  std::size_t next_ = 0;
};

}  // namespace ramus::testing
