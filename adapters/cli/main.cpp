// The ramus command: arguments in, one exit status out.
#include <CLI/CLI.hpp>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <csignal>
#include <cstdio>

#include "adapters/cli/commands.hpp"

namespace ramus::cli {
namespace {

void add_common(CLI::App& command, CommonArguments& common) {
  static const std::map<std::string, Show> kShow{
      {"auto", Show::automatic}, {"always", Show::always}, {"never", Show::never}};
  static const std::map<std::string, std::int32_t> kLevels{{"debug", RAMUS_LOG_DEBUG},
                                                           {"info", RAMUS_LOG_INFO},
                                                           {"warning", RAMUS_LOG_WARNING},
                                                           {"error", RAMUS_LOG_ERROR},
                                                           {"off", RAMUS_LOG_OFF}};
  command.add_flag("--quiet", common.quiet, "No summary and no progress bar");
  command.add_option("--progress", common.progress, "Progress bar on standard error: auto, always or never")
      ->transform(CLI::CheckedTransformer(kShow).description(""))
      ->type_name("WHEN");
  command
      .add_option("--log-level", common.log_level,
                  "What is logged to standard error: debug, info, warning, error or off")
      ->transform(CLI::CheckedTransformer(kLevels).description(""))
      ->type_name("LEVEL");
}

void add_analysis(CLI::App& command, CommonArguments& common) {
  command.add_option("--set", common.settings, "An option of a pass; `ramus passes` lists them")
      ->type_name("PASS.OPTION=VALUE")
      ->allow_extra_args(false);
  command.add_option("--seed", common.seed, "Of permutations; the same seed gives the same report")->type_name("N");
  command.add_option("--threads", common.threads, "0: as many as the machine has")->type_name("N");
}

// What analyze and compare have in common.
template <class Arguments>
void add_questions(CLI::App& command, Arguments& arguments) {
  command
      .add_option(
          "--features", arguments.features,
          "Features of units: FILE.json {\"layer\": {\"feature\": [one number for each unit]}}, or a NumPy array "
          "(units x features) of one layer, LAYER=FILE.npy")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command.add_option("--passes", arguments.passes, "Only these passes, and what they need")
      ->type_name("LIST")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--format", arguments.format, "What standard output gets: text or json")
      ->check(CLI::IsMember({"text", "json"}).description(""))
      ->type_name("FORMAT");
}

void add_keys(CLI::App& command, ForeignKeys& keys) {
  command.add_flag("--namespace", keys.name_space,
                   "Annotated nodes also hold their branches as 'namespace', by which Model Explorer nests nodes");
  command.add_flag("--layer-ann", keys.layer_ann, "And as 'layer_ann', by which ONNX Runtime places nodes on devices");
}

void add_analyze(CLI::App& app, CommonArguments& common, AnalyzeArguments& arguments) {
  CLI::App* command = app.add_subcommand("analyze", "Find branches, factors and specialization");
  command->add_option("MODEL", arguments.model, "An ONNX file; - reads standard input")->required()->type_name("");
  command->add_option("-o", arguments.report, "Write the report as JSON (schema ramus.report/1)")
      ->type_name("REPORT.json");
  command->add_option("--annotate", arguments.annotated, "Write the model with the findings in its metadata")
      ->type_name("OUT.onnx");
  command->add_option("--html", arguments.html, "Write the report as a page to look at: one file that needs no network")
      ->type_name("OUT.html");
  command->add_option("--labels", arguments.labels, "Families of units: {\"layer\": {\"family\": [unit, ...]}}")
      ->type_name("FILE.json");
  add_keys(*command, arguments.keys);
  add_questions(*command, arguments);
  add_analysis(*command, common);
  add_common(*command, common);
  command->callback([&] { analyze(common, arguments); });
}

void add_annotate(CLI::App& app, CommonArguments& common, AnnotateArguments& arguments) {
  CLI::App* command = app.add_subcommand("annotate", "Write the findings into the model, every other byte as it was");
  command->add_option("MODEL", arguments.model, "An ONNX file; - reads standard input")->required()->type_name("");
  command->add_option("-o", arguments.output, "The annotated model; - writes standard output")
      ->required()
      ->type_name("OUT.onnx");
  command->add_option("--report", arguments.report, "A report of this model; without it the model is analysed")
      ->type_name("REPORT.json");
  add_keys(*command, arguments.keys);
  add_analysis(*command, common);
  add_common(*command, common);
  command->callback([&] { annotate(common, arguments); });
}

void add_reattach(CLI::App& app, CommonArguments& common, ReattachArguments& arguments) {
  CLI::App* command = app.add_subcommand(
      "reattach", "Write a report's findings into what an optimiser, a converter or a renaming made of its model");
  command->add_option("REPORT", arguments.report, "A report of the model as it was, from analyze or annotate")
      ->required()
      ->type_name("");
  command->add_option("MODEL", arguments.model, "The model as it is now; - reads standard input")
      ->required()
      ->type_name("");
  command->add_option("-o", arguments.output, "The annotated model; - writes standard output")
      ->required()
      ->type_name("OUT.onnx");
  add_keys(*command, arguments.keys);
  add_common(*command, common);
  command->callback([&] { reattach(common, arguments); });
}

void add_strip(CLI::App& app, CommonArguments& common, StripArguments& arguments) {
  CLI::App* command = app.add_subcommand("strip", "Remove every ramus. entry: byte for byte what was annotated");
  command->add_option("MODEL", arguments.model, "An annotated ONNX file; - reads standard input")
      ->required()
      ->type_name("");
  command->add_option("-o", arguments.output, "The stripped model; - writes standard output")
      ->required()
      ->type_name("OUT.onnx");
  add_common(*command, common);
  command->callback([&] { strip(common, arguments); });
}

void add_rewrite(CLI::App& app, CommonArguments& common, RewriteArguments& arguments) {
  CLI::App* command = app.add_subcommand("rewrite", "Write a model of the same function, its branches made visible");
  command->add_option("MODEL", arguments.model, "An ONNX file; - reads standard input")->required()->type_name("");
  command->add_option("-o", arguments.output, "The rewritten model; - writes standard output")
      ->required()
      ->type_name("OUT.onnx");
  command
      ->add_option("--form", arguments.form,
                   "normal: without constants and no-ops; parallel: and residual blocks side by side")
      ->required()
      ->type_name("FORM");
  add_common(*command, common);
  command->callback([&] { rewrite(common, arguments); });
}

void add_compare(CLI::App& app, CommonArguments& common, CompareArguments& arguments) {
  CLI::App* command =
      app.add_subcommand("compare", "Do the same specializations recur in other models, and what differs");
  command->add_option("MODEL", arguments.models, "ONNX files, two or more, each compared with the first")
      ->required()
      ->type_name("");
  command->add_option("-o", arguments.output, "Write the comparison as JSON (schema ramus.comparison/1)")
      ->type_name("OUT.json");
  command
      ->add_option("--labels", arguments.labels,
                   "Families of units, as for analyze: one file for all models, or one for each in their order")
      ->type_name("FILE.json")
      ->allow_extra_args(false);
  add_questions(*command, arguments);
  add_analysis(*command, common);
  add_common(*command, common);
  command->callback([&] { compare(common, arguments); });
}

void add_export(CLI::App& app, CommonArguments& common, ExportArguments& arguments) {
  CLI::App* command = app.add_subcommand("export", "Write the findings for another tool");
  command->add_option("MODEL|REPORT", arguments.input, "An ONNX file, or a report of analyze; - reads standard input")
      ->required()
      ->type_name("");
  command
      ->add_option(
          "--to", arguments.format,
          "netron: rows of its sidebar; netron-graph: branches as boxes; model-explorer: the graph, branches as "
          "layers; model-explorer-branches and -scores: node data; model-explorer-streams: edge overlays; html: a page "
          "to look at, without pictures of kernels where it comes from a report; svg: a picture of the branches and of "
          "factors; dot: the branches for Graphviz; markdown: a page for a model card; cyclonedx: a bill of materials "
          "(1.6) with the model card; prometheus: numbers for the textfile collector")
      ->check(
          CLI::IsMember({"netron", "netron-graph", "model-explorer", "model-explorer-branches", "model-explorer-scores",
                         "model-explorer-streams", "html", "svg", "dot", "markdown", "cyclonedx", "prometheus"})
              .description(""))
      ->required()
      ->type_name("FORMAT");
  command->add_option("-o", arguments.output, "- writes standard output")->required()->type_name("OUT");
  add_analysis(*command, common);
  add_common(*command, common);
  command->callback([&] { export_report(common, arguments); });
}

void add_check(CLI::App& app, CommonArguments& common, CheckArguments& arguments, Exit& exit) {
  CLI::App* command = app.add_subcommand(
      "check", "Check the structure of models by rules; exit status 1: a finding at or above --fail-on");
  command->add_option("MODEL", arguments.models, "ONNX files, folders of them, and patterns; - reads standard input")
      ->required()
      ->type_name("");
  command
      ->add_option("--select", arguments.select,
                   "Only rules whose codes begin so: RMS001, RMS1; `ramus explain` lists them")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("CODES");
  command->add_option("--ignore", arguments.ignore, "Not these rules")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("CODES");
  command
      ->add_option("--fail-on", arguments.fail_on,
                   "The least severity that makes the exit status 1: note, warning or error, which is usual")
      ->check(CLI::IsMember({"note", "warning", "error"}).description(""))
      ->type_name("SEVERITY");
  command
      ->add_option("--baseline", arguments.baseline,
                   "What was approved: known findings are not told, and what changed since is")
      ->type_name("FILE");
  command->add_option("--write-baseline", arguments.new_baseline, "Approve the models as they are now")
      ->type_name("FILE");
  command
      ->add_option("--config", arguments.settings,
                   "Settings of a team, TOML or JSON; without it ramus.toml, if the folder has it")
      ->type_name("FILE");
  command->add_option("--format", arguments.format, "text, json, sarif, github or junit")
      ->check(CLI::IsMember({"text", "json", "sarif", "github", "junit"}).description(""))
      ->type_name("FORMAT");
  command->add_option("-o", arguments.output, "Where the results go; standard output without it")->type_name("OUT");
  command->add_option("--labels", arguments.labels, "Families of units, as for analyze: of all models")
      ->type_name("FILE.json");
  command->add_option("--features", arguments.features, "Features of units, as for analyze: of all models")
      ->type_name("FILE")
      ->allow_extra_args(false);
  add_analysis(*command, common);
  add_common(*command, common);
  command->callback([&] { exit = check_models(common, arguments); });
}

// A word that is no command gets a line that lists those there are.
void check_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return;
  std::string known;
  for (const CLI::App* command : app.get_subcommands({})) {
    if (command->get_name() == argv[1]) return;
    known += (known.empty() ? "" : ", ") + command->get_name();
  }
  throw Failure(Exit::usage, std::string(argv[1]) + ": no such command; there are " + known);
}

int run(int argc, char** argv) {
  CLI::App app("Finds and scores the branches of ONNX models.", "ramus");
  app.set_version_flag("--version", std::string("ramus ") + ramus_version());
  app.require_subcommand(1);
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return "ramus: error: " + std::string(error.what()) + "; see --help\n";
  });
  CommonArguments common;
  AnalyzeArguments analyze_arguments;
  AnnotateArguments annotate_arguments;
  ReattachArguments reattach_arguments;
  StripArguments strip_arguments;
  RewriteArguments rewrite_arguments;
  CompareArguments compare_arguments;
  ExportArguments export_arguments;
  CheckArguments check_arguments;
  std::optional<std::string> explained;
  std::string passes_format = "text", explain_format = "text";
  Exit exit = Exit::done;
  add_analyze(app, common, analyze_arguments);
  add_annotate(app, common, annotate_arguments);
  add_reattach(app, common, reattach_arguments);
  add_strip(app, common, strip_arguments);
  add_rewrite(app, common, rewrite_arguments);
  add_compare(app, common, compare_arguments);
  add_export(app, common, export_arguments);
  add_check(app, common, check_arguments, exit);
  CLI::App* explain = app.add_subcommand("explain", "List the rules of check, or say everything of one");
  explain->add_option("CODE", explained, "A rule, RMS001; without it all of them, a line each")->type_name("");
  explain->add_option("--format", explain_format, "text or json")
      ->check(CLI::IsMember({"text", "json"}).description(""))
      ->type_name("FORMAT");
  explain->callback([&] { explain_rules(explained, explain_format); });
  CLI::App* passes = app.add_subcommand("passes", "List the passes and their options");
  passes->add_option("--format", passes_format, "text or json")
      ->check(CLI::IsMember({"text", "json"}).description(""))
      ->type_name("FORMAT");
  passes->callback([&] { list_passes(passes_format); });
  try {
    check_command(app, argc, argv);
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::usage);
  }
  return static_cast<int>(exit);
}

}  // namespace
}  // namespace ramus::cli

int main(int argc, char** argv) {
  using ramus::cli::Exit;
#ifdef __GLIBC__
  // Matrices come and go by the thousand: what is freed is kept for the next, but for the largest.
  mallopt(M_MMAP_THRESHOLD, 16 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of writing like any other
  try {
    return ramus::cli::run(argc, argv);
  } catch (const ramus::cli::Failure& failure) {
    std::fprintf(stderr, "ramus: error: %s\n", failure.what());
    return static_cast<int>(failure.exit);
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "ramus: error: %s\n", exception.what());
    return static_cast<int>(Exit::internal);
  }
}
