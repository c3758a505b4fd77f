// How sure an effect is, and whether it fell between two samples.
//
//   AUC 0.97 of 32 units against 224    standard error 0.02     fell to 0.60 of 32 against 224, standard error 0.055:
//                                                               z = 0.37 / 0.0585 = 6.3, p = 1e-10
//
// Hanley and McNeil, "The meaning and use of the area under a receiver operating characteristic (ROC) curve", Radiology 143,
// 1982; Fisher, "On the probable error of a coefficient of correlation", Metron 1, 1921. Units count as independent draws.
#pragma once

#include <cstdint>

namespace ramus {

// Normally distributed around what is estimated, with that standard deviation.
struct Estimate {
  double value = 0, standard_error = 0;  // the latter >= 0
};

// `auc` in [0, 1], of n1 >= 1 units against n2 >= 1. An AUC of 0 or 1 has an error too: that of the nearest AUC that half a
// pair makes, for a separation that is complete by chance would else be certain.
double standard_error_of_auc(double auc, std::int64_t n1, std::int64_t n2);

// Fisher's z of Pearson's r over n units. An r beyond 1 - 1 / n counts as that. With fewer than 4 units the error is 1.
Estimate estimate_of_correlation(double r, std::int64_t n);

// One-sided: the chance of a fall this large, or larger, where nothing fell. 0.5 where both are equal.
double p_of_fall(const Estimate& before, const Estimate& after);

}  // namespace ramus
