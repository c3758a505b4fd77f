#include <algorithm>

#include "adapters/report/json_reader.hpp"

namespace ramus {
namespace {

const ReportGroup& group_named(const Field& field, const std::vector<ReportGroup>& groups) {
  const std::string id = field.text();
  const auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& entry) { return entry.id == id; });
  if (group == groups.end()) field.fail("is the id of no group");
  return *group;
}

void require(const Field& field, std::size_t length, std::size_t expected) {
  if (length != expected) field.fail("must have " + std::to_string(expected) + " entries");
}

int number_below(const Field& field, std::int64_t end) {
  const std::int64_t number = field.integer();
  if (number < -1 || number >= end) field.fail("is none of them");
  return static_cast<int>(number);
}

int permutations_of(const Field& field) { return static_cast<int>(field["permutations"].index() & 0x7FFFFFFF); }

AgainstNull read_against_null(const Field& field) {
  AgainstNull test;
  test.mean = field["null_mean"].number();
  test.sd = field["null_sd"].number();
  if (field.has("z")) test.z = field["z"].number();
  if (field.has("p")) test.p = field["p"].share();
  return test;
}

MassTest read_mass_test(const Field& field, double& value) {
  value = field["value"].number();
  return {field["null_mean"].number(), field["p"].share()};
}

void read_mass_tests(const Field& list, const char* key, std::size_t branches,
                     std::vector<std::optional<double>>& values, std::vector<std::optional<MassTest>>& tests) {
  const Field field = list[key];
  field.list([&](const Field& entry) {
    values.emplace_back();
    tests.emplace_back();
    if (entry.is_null()) return 0;
    double value = 0;
    tests.back() = read_mass_test(entry, value);
    values.back() = value;
    return 0;
  });
  require(field, values.size(), branches);
}

Eigen::MatrixXd read_rows(const Field& field, std::size_t rows, std::size_t columns) {
  const auto lines = field.list([&](const Field& line) {
    std::vector<double> numbers = line.numbers();
    require(line, numbers.size(), columns);
    return numbers;
  });
  require(field, lines.size(), rows);
  Eigen::MatrixXd matrix(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns));
  for (std::size_t i = 0; i < rows; ++i) {
    matrix.row(static_cast<Eigen::Index>(i)) =
        Eigen::RowVectorXd::Map(lines[i].data(), static_cast<Eigen::Index>(columns));
  }
  return matrix;
}

BranchMassTest read_reads(const Field& field, std::size_t read, std::size_t reading) {
  BranchMassTest test;
  BranchMass& found = test.found;
  found.mass = read_rows(field["mass"], read, reading);
  found.expected = read_rows(field["expected"], read, reading);
  found.pair_of =
      field["pairs"].list([&](const Field& pair) { return number_below(pair, static_cast<std::int64_t>(read)); });
  require(field["pairs"], found.pair_of.size(), reading);
  test.information = read_mass_test(field["information"], found.information);
  test.barber_q = read_mass_test(field["barber_q"], found.barber_q);
  test.newman_q = read_mass_test(field["newman_q"], found.newman_q);
  test.n_cut = read_mass_test(field["n_cut"], found.n_cut);
  read_mass_tests(field, "reads_kl", reading, found.reads_kl, test.reads_kl);
  read_mass_tests(field, "read_by_kl", read, found.read_by_kl, test.read_by_kl);
  test.permutations = permutations_of(field["null"]);
  test.units = field["null"]["units"].count();
  return test;
}

void read_parts(const Field& field, const std::vector<ReportGroup>& groups, ReportModularity& entry) {
  std::vector<std::size_t> branches;
  entry.groups = field["groups"].list([&](const Field& id) {
    branches.push_back(group_named(id, groups).branches.size());
    return id.text();
  });
  entry.values.parts = field["parts"].list([&](const Field& parts) {
    return parts.list([&](const Field& part) { return number_below(part, entry.values.k); });
  });
  require(field["parts"], entry.values.parts.size(), branches.size());
  for (std::size_t g = 0; g < branches.size(); ++g) require(field["parts"], entry.values.parts[g].size(), branches[g]);
}

ReportModularity::Layer read_layer(const Field& field, int k) {
  ReportModularity::Layer layer;
  layer.node = {field["layer"].text(), field["layer_index"].index()};
  if (field.has("part")) layer.part = field["part"].text();
  layer.clusters = field["clusters"].list([&](const Field& cluster) { return number_below(cluster, k); });
  return layer;
}

PermutedEntries read_method(const Field& field) {
  const std::string name = field.text();
  for (const PermutedEntries which : {PermutedEntries::all, PermutedEntries::nonzeros}) {
    if (name_of(which) == name) return which;
  }
  field.fail("is none of the known words");
}

}  // namespace

ReportModularity read_modularity(const Field& field, const std::vector<ReportGroup>& groups) {
  ReportModularity entry;
  PartitionModularity& values = entry.values;
  if (field.has("graph")) entry.graph = field["graph"].text();
  values.k = static_cast<int>(field["k"].index() & 0x7FFFFFFF);
  values.reduction = field["reduction"].text();
  values.units = field["units"].count();
  values.matrices = field["matrices"].count();
  values.entries = field["entries"].count();
  values.found = {field["n_cut"]["value"].number(), field["q"]["value"].number()};
  values.n_cut = read_against_null(field["n_cut"]);
  values.q = read_against_null(field["q"]);
  values.permuted = read_method(field["null"]["method"]);
  values.permutations = permutations_of(field["null"]);
  if (field["partition"].text() == "branches") {
    read_parts(field, groups, entry);
    if (entry.groups.empty()) field["groups"].fail("must not be empty");
  } else {
    entry.layers = field["layers"].list([&](const Field& layer) { return read_layer(layer, values.k); });
  }
  return entry;
}

void read_branch_wiring(const Field& field, std::size_t branches, const std::vector<ReportGroup>& groups,
                        ReportSpecialization& entry) {
  if (!field.has("reads")) return;
  entry.values.wiring = field["reads"].list([&](const Field& reads) {
    const ReportGroup& from = group_named(reads["from"], groups);
    entry.wired_from.push_back(from.id);
    return BranchWiring{0, 0, read_reads(reads, from.branches.size(), branches)};
  });
}

}  // namespace ramus
