// The tests and effect sizes of a specialization, one file pair per family:
//   enrichment          are the members of a family found in a branch more often than chance puts them there?
//   rank_tests          do the units of a branch differ from the others in a feature?
//   mutual_information  how much does the branch of a unit say about its family?
//   correlation         does a factor follow a feature, alone and with the other features held fixed?
// Nothing here returns a NaN: a question that the data cannot answer (a constant vector, fewer than three values) is
// answered by std::nullopt, and every result says its n and its method.
#pragma once

#include "passes/numerics/correlation.hpp"
#include "passes/numerics/enrichment.hpp"
#include "passes/numerics/mutual_information.hpp"
#include "passes/numerics/rank_tests.hpp"
