#include "passes/registry.hpp"

#include <array>

#include "passes/attention_heads.hpp"
#include "passes/channel_shuffle.hpp"
#include "passes/communities.hpp"
#include "passes/composition.hpp"
#include "passes/conditional_branches.hpp"
#include "passes/drop_identities.hpp"
#include "passes/drop_no_ops.hpp"
#include "passes/expert_branches.hpp"
#include "passes/explicit_branches.hpp"
#include "passes/flatten_sums.hpp"
#include "passes/fold_constants.hpp"
#include "passes/fuse_operators.hpp"
#include "passes/grouped_branches.hpp"
#include "passes/modularity.hpp"
#include "passes/output_branches.hpp"
#include "passes/plain_operators.hpp"

namespace ramus {
namespace {

constexpr std::array kFeatureOptions{
    OptionInfo{"layers", "all", "all|first", "which layers get features; first: those that read the image"},
    OptionInfo{"field", "64", "0..64",
               "pixels a side up to which kernels are composed from the image to a unit; 0: first layers only"},
};

constexpr std::array kFactorOptions{
    OptionInfo{"reduction", "l2", "l2|l1|max|spectral|one_norm", "how the kernel positions of |W| become one number"},
    OptionInfo{"normalise", "inputs", "inputs|outputs|both|none", "what is divided by its norm before centring"},
    OptionInfo{"centring", "rows", "rows|columns|double|correspondence|none",
               "which means are subtracted, or the residuals of correspondence analysis"},
    OptionInfo{"k", "8", "1..256", "factors kept of each pair of layers"},
    OptionInfo{"permutations", "99", "0..9999",
               "random matrices that a factor is compared with; 0: none, nothing is tested"},
};

constexpr std::array kLatentOptions{
    OptionInfo{"groups", "8", "2..16", "groups tried, from 2 to this"},
    OptionInfo{"permutations", "19", "19..9999", "random matrices that the groups are compared with"},
    OptionInfo{"entries", "65536", "64..16777216", "pairs of units beyond which two layers are not searched"},
};

constexpr std::array kCompositionOptions{
    OptionInfo{"pairs", "4096", "1..1048576",
               "pairs of blocks, or of heads, beyond which a stream is not composed by them"},
    OptionInfo{"entries", "67108864", "1..1073741824", "numbers that may be kept for one stream (8 bytes each)"},
    OptionInfo{"work", "100000000000", "1..1000000000000000",
               "multiply-adds that a stream may take before it is paired"},
};

constexpr std::array kCommunityOptions{
    OptionInfo{"runs", "25", "2..1000",
               "searches, each in another order; the best one is told, and how much they agree"},
    OptionInfo{"permutations", "99", "19..9999", "permutations of the weights that communities are compared with"},
    OptionInfo{"pairs", "65536", "1..1048576", "composed pairs beyond which a stream is not searched"},
};

constexpr std::array kModularityOptions{
    OptionInfo{"reduction", "l2", "l2|l1|max|spectral|one_norm", "how the kernel positions of |W| become one edge"},
    OptionInfo{"null", "entries", "entries|nonzeros", "what is permuted within each layer of the random graphs"},
    OptionInfo{"permutations", "99", "2..9999", "random graphs that a partition by branches is compared with"},
    OptionInfo{"clusters", "0", "0..64", "clusters of all units; 0, 1: of 2 to 12, those that stand out most"},
    OptionInfo{"cluster_permutations", "19", "2..9999", "random graphs that clusters of all units are compared with"},
    OptionInfo{"entries", "1048576", "64..1073741824",
               "pairs of units beyond which no clusters of all units are sought"},
};

// What a pass reads of those above it, with what these read in turn.
constexpr std::array<std::string_view, 6> kFinders{"explicit-branches", "grouped-branches",     "attention-heads",
                                                   "expert-branches",   "conditional-branches", "output-branches"};
constexpr std::array<std::string_view, 7> kTree{"explicit-branches", "grouped-branches",     "attention-heads",
                                                "expert-branches",   "conditional-branches", "output-branches",
                                                "branch-tree"};
constexpr std::array<std::string_view, 8> kStreams{"explicit-branches", "grouped-branches",     "attention-heads",
                                                   "expert-branches",   "conditional-branches", "output-branches",
                                                   "branch-tree",       "residual-streams"};
constexpr std::array<std::string_view, 9> kComposition{"explicit-branches", "grouped-branches",     "attention-heads",
                                                       "expert-branches",   "conditional-branches", "output-branches",
                                                       "branch-tree",       "residual-streams",     "composition"};
constexpr std::array<std::string_view, 1> kFeatures{"unit-features"};
constexpr std::array<std::string_view, 2> kFactors{"unit-features", "factors"};
constexpr std::array<std::string_view, 9> kBranchesAndFactors{
    "explicit-branches", "grouped-branches", "attention-heads", "expert-branches", "conditional-branches",
    "output-branches",   "branch-tree",      "unit-features",   "factors"};

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
    PassInfo{"drop-no-ops",
             PassKind::rewrite,
             "casts, reshapes, pads and transposes that change nothing are taken out of the way",
             {},
             {},
             drop_no_ops},
    PassInfo{"flatten-sums",
             PassKind::rewrite,
             "sums of sums become one sum, where nothing reads what lies between",
             {},
             {},
             flatten_sums},
    PassInfo{"plain-operators",
             PassKind::fusion,
             "quantised and fused operators are read as the plain ones that they stand for",
             {},
             {},
             read_plain_operators},
    PassInfo{"channel-shuffle",
             PassKind::fusion,
             "Reshape, Transpose, Reshape over groups of channels become one Gather",
             {},
             {},
             find_channel_shuffles},
    PassInfo{"fuse-operators",
             PassKind::fusion,
             "activations and norms that were taken apart become one operator again",
             {},
             {},
             fuse_operators},
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
    PassInfo{"attention-heads",
             PassKind::analysis,
             "attention heads, with their units in the layers around",
             {},
             {},
             find_attention_heads},
    PassInfo{"expert-branches",
             PassKind::analysis,
             "mixtures of experts, which a router weighs or chooses from",
             {},
             {},
             find_expert_branches},
    PassInfo{"conditional-branches",
             PassKind::analysis,
             "the bodies of If operators, of which one runs",
             {},
             {},
             find_conditional_branches},
    PassInfo{"output-branches",
             PassKind::analysis,
             "forks that never meet again: one branch for each output",
             {},
             {},
             find_output_branches},
    PassInfo{"branch-tree", PassKind::analysis, "names the groups and nests them", {}, kFinders, find_branch_tree},
    PassInfo{"residual-streams",
             PassKind::analysis,
             "residual sums in a row: blocks in parallel, and the paths through them",
             {},
             kTree,
             find_residual_streams},
    PassInfo{"unit-features",
             PassKind::analysis,
             "colour, frequency, direction of edges and size of single units",
             kFeatureOptions,
             {},
             find_unit_features,
             true},
    PassInfo{"factors", PassKind::analysis, "singular vectors of |W| between adjacent layers, and what they mean",
             kFactorOptions, kFeatures, find_factors, true},
    PassInfo{"latent-branches", PassKind::analysis, "groups of units that the weights between two layers keep together",
             kLatentOptions, kFactors, find_latent_branches, true},
    PassInfo{"composition", PassKind::analysis, "how much later blocks of a stream read of what earlier ones write",
             kCompositionOptions, kStreams, find_composition, true},
    PassInfo{"communities", PassKind::analysis,
             "blocks, and heads, that compose with each other more than with the rest", kCommunityOptions, kComposition,
             find_communities_of_streams, true},
    PassInfo{"specialization",
             PassKind::analysis,
             "which families and features gather in one branch",
             {},
             kBranchesAndFactors,
             find_specialization,
             true},
    PassInfo{"modularity", PassKind::analysis, "whether weights keep inside branches, and inside clusters of units",
             kModularityOptions, kTree, find_modularity, true},
};

}  // namespace

std::span<const PassInfo> all_passes() { return kPasses; }

}  // namespace ramus
