// A written report, back into a Report: the parts, each in the file that says so.
#pragma once

#include "adapters/report/json_field.hpp"
#include "plugin/report.hpp"

namespace ramus {

// json_structure_reader.cpp
ReportGroup read_group(const Field& field);
ReportStream read_stream(const Field& field);
ReportGraph read_graph(const Field& field);

// json_findings_reader.cpp
using FactorsById = std::map<std::string, std::shared_ptr<const MatrixFactors>>;
ReportFactors read_factors(const Field& field, FactorsById& above);
// `blocks`: of the stream.
ComposedPair read_composed_pair(const Field& field, std::size_t blocks);
ReportLatent read_latent(const Field& field);
ReportFeatures read_features(const Field& field);
// `groups`: those of the report, which the branches must fit.
ReportSpecialization read_specialization(const Field& field, const std::vector<ReportGroup>& groups);

// json_communities_reader.cpp; `blocks`: of the stream.
StreamCommunities read_communities(const Field& field, std::size_t blocks);

// json_modularity_reader.cpp
ReportModularity read_modularity(const Field& field, const std::vector<ReportGroup>& groups);
// Of a specialization whose group has this many branches: its wiring.
void read_branch_wiring(const Field& field, std::size_t branches, const std::vector<ReportGroup>& groups,
                        ReportSpecialization& entry);

}  // namespace ramus
