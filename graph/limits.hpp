// How much a model file may ask of us. A file is hostile until read: no number in it is believed beyond these.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ramus {

struct Limits {
  std::size_t nodes = 4'000'000;             // all graphs of a model; 20 times the largest export seen
  std::size_t nesting = 64;                  // graph bodies inside bodies; 30 is the deepest seen (nested Loop tests)
  std::size_t inlined_nodes = 400'000;       // that calls of local functions may add: a chain of functions that call
                                             // the next one twice asks for 2^n
  std::size_t inlined_bytes = 1 << 28;       // of the names that inlining makes
  std::size_t call_depth = 128;              // calls inside calls; exporters stop at 6
  std::size_t rank = 64;                     // tensor dimensions; the ONNX operators stop at 8
  std::int64_t tensor_elements = 1LL << 33;  // one tensor; 8.6e9 holds every published embedding table
  std::int64_t filled_elements = 1LL << 28;  // decoded elements of a constant fill or a sparse tensor: no bytes stand
                                             // behind them, so a 20-byte file could ask for any amount
  std::int64_t matrix_side = 1 << 16;        // side of a wiring matrix; its smaller side is squared in memory
  std::int64_t blank_entries = 1 << 24;  // of a wiring matrix, that no weight stands behind: between the groups of a
                                         // grouped convolution, or of writers that are hardly read
  std::size_t attribute_elements = 1 << 22;    // one repeated attribute
  std::int64_t channels = 1LL << 33;           // of one value; as many as a tensor may have elements
  std::size_t channel_segments = 1 << 12;      // pieces of one value's channels; DenseNet's last concat has 60
  std::size_t all_channel_segments = 1 << 23;  // of all values, with the norms passed; under 1 GB, hostile graphs only
  std::size_t wirings_of_layer = 64;           // writers that one layer is compared with; DenseNet's last layer has 58
  std::size_t wirings = 1 << 14;               // of a graph; a residual stream of n blocks has n^2 / 2
  std::int64_t branches = 1 << 12;             // of one grouped convolution; ResNeXt has 64
  std::size_t listed_nodes = 1 << 21;          // of all groups of a graph together; some 200 bytes each in a report
  std::uint64_t region_visits = 200'000'000;   // edges looked at while regions are walked; seconds, not hours
  std::size_t sum_terms = 1 << 20;   // that the parallel form writes: 1400 blocks in a row, ResNet-1001 has 333
  double linearised_work = 4e9;      // multiplications on the way from the image to linearised kernels; a second or so,
                                     // and InceptionV1 asks for 2.4e9 up to 64 pixels
  double linearised_elements = 1e8;  // of kernels held at a time, 4 bytes each
  std::size_t message_bytes = (std::size_t{1} << 31) - 1;  // protobuf's own limit, for what the official library parses
};

}  // namespace ramus
