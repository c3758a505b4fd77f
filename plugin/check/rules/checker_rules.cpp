// Two rules that the checker answers itself, since they are about a run and not about a model.
#include "plugin/check/rules/rules.hpp"

namespace ramus {

const Rule kNotInBaseline{
    "RMS901",
    "not-in-baseline",
    Severity::note,
    "a baseline was given, and does not hold this model",
    "A baseline keeps models by the path that they were checked under. A model that is not among them is checked by "
    "all rules that need no baseline, and compared with nothing.\n\n"
    "Write the baseline again, with all models in one call: ramus check MODELS --write-baseline FILE.",
    {},
    {},
};

const Rule kUnusedIgnore{
    "RMS902",
    "unused-ignore",
    Severity::note,
    "an ignore of the settings matches no finding",
    "An ignore is a promise that somebody looked. Where nothing matches it any more, the model was mended or the "
    "pattern no longer fits, and the next finding that it hides would be another one.\n\n"
    "Told for ignores whose rule ran on a model that they are about.",
    {},
    {},
};

}  // namespace ramus
