#include "passes/registry.hpp"

#include <array>

#include "passes/channel_shuffle.hpp"
#include "passes/drop_identities.hpp"
#include "passes/explicit_branches.hpp"
#include "passes/fold_constants.hpp"
#include "passes/grouped_branches.hpp"
#include "passes/plain_operators.hpp"

namespace ramus {
namespace {

constexpr std::array kFeatureOptions{
    OptionInfo{"layers", "all", "all|first", "which layers get features; first: those that read the image"},
};

constexpr std::array kFactorOptions{
    OptionInfo{"reduction", "l2", "l2|l1|max|spectral|one_norm", "how the kernel positions of |W| become one number"},
    OptionInfo{"normalise", "inputs", "inputs|outputs|both|none", "what is divided by its norm before centring"},
    OptionInfo{"centring", "rows", "rows|columns|double|none", "which means are subtracted"},
    OptionInfo{"k", "8", "1..256", "factors kept of each pair of layers"},
    OptionInfo{"permutations", "99", "19..9999", "random matrices that a factor is compared with"},
};

// What a pass reads of those above it, with what these read in turn.
constexpr std::array<std::string_view, 2> kFinders{"explicit-branches", "grouped-branches"};
constexpr std::array<std::string_view, 3> kTree{"explicit-branches", "grouped-branches", "branch-tree"};
constexpr std::array<std::string_view, 1> kFeatures{"unit-features"};
constexpr std::array<std::string_view, 4> kBranchesAndFeatures{"explicit-branches", "grouped-branches", "branch-tree",
                                                               "unit-features"};

constexpr std::array kPasses{
    PassInfo{"fold-constants",
             PassKind::rewrite,
             "constants become parameters of the nodes that read them",
             {},
             {},
             fold_constants},
    PassInfo{"drop-identities",
             PassKind::rewrite,
             "Identity and inference Dropout are taken out of the way",
             {},
             {},
             drop_identities},
    PassInfo{"plain-operators",
             PassKind::rewrite,
             "quantised and fused operators are read as the plain ones that they stand for",
             {},
             {},
             read_plain_operators},
    PassInfo{"channel-shuffle",
             PassKind::rewrite,
             "Reshape, Transpose, Reshape over groups of channels become one Gather",
             {},
             {},
             find_channel_shuffles},
    PassInfo{"explicit-branches",
             PassKind::analysis,
             "forks that meet again in a concatenation, a sum, a product",
             {},
             {},
             find_explicit_branches},
    PassInfo{"grouped-branches",
             PassKind::analysis,
             "convolutions with groups, carried as far as channels stay apart",
             {},
             {},
             find_grouped_branches},
    PassInfo{"branch-tree", PassKind::analysis, "names the groups and nests them", {}, kFinders, find_branch_tree},
    PassInfo{"residual-streams",
             PassKind::analysis,
             "residual sums in a row: blocks in parallel, and the paths through them",
             {},
             kTree,
             find_residual_streams},
    PassInfo{"unit-features",
             PassKind::analysis,
             "colour, frequency, orientation and size of single units",
             kFeatureOptions,
             {},
             find_unit_features,
             true},
    PassInfo{"factors", PassKind::analysis, "singular vectors of |W| between adjacent layers, and what they mean",
             kFactorOptions, kFeatures, find_factors, true},
    PassInfo{"specialization",
             PassKind::analysis,
             "which families and features gather in one branch",
             {},
             kBranchesAndFeatures,
             find_specialization,
             true},
};

}  // namespace

std::span<const PassInfo> all_passes() { return kPasses; }

}  // namespace ramus
