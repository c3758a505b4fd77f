// The report as JSON, schema ramus.report/1 (report.schema.json says what each field means).
#pragma once

#include <nlohmann/json.hpp>

#include "plugin/report_formats.hpp"

namespace ramus {

using ReportJson = nlohmann::ordered_json;

ReportJson to_json(const Report& report);
Status write_json(const Report& report, const TextSink& sink);

// How JSON leaves: indented by one. Names in a model may hold any byte; what is not UTF-8 becomes U+FFFD.
Status write_indented(const ReportJson& json, const TextSink& sink);

// What stands first in an entry about a wiring.
ReportJson wiring_to_json(const ReportWiring& wiring);

ReportJson model_to_json(const ReportModel& model);
ReportJson notes_to_json(const std::vector<Note>& notes);

// The parts, each in a file of its own.
ReportJson groups_to_json(const Report& report);
ReportJson streams_to_json(const Report& report);
ReportJson composition_to_json(const std::vector<ComposedPair>& pairs);
ReportJson communities_to_json(const std::vector<StreamCommunities>& all);
ReportJson factors_to_json(const Report& report);
ReportJson latent_to_json(const Report& report);
ReportJson features_to_json(const Report& report);
ReportJson specialization_to_json(const Report& report);
ReportJson branch_wiring_to_json(const ReportSpecialization& entry);
ReportJson modularity_to_json(const Report& report);
ReportJson graphs_to_json(const Report& report);

std::string_view name_of(RankTestMethod method);  // "exact", "normal", "constant"

}  // namespace ramus
