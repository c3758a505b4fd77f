/* Ramus: finds and scores the branches of ONNX models.
 *
 * This header is the whole interface. It is C11, and C++11 and later; the library has no globals that a host could
 * notice: it prints nothing, ends no process, reads no environment variable and starts no thread beyond the ones that
 * `threads` allows. ramus_analyze, ramus_compare, ramus_reattach, ramus_rewrite and ramus_checker_run fork short-lived children, in which the official ONNX library infers
 * shapes and checks models: that library may crash on hostile ones, and the host must not.
 *
 *   ramus_session *session = NULL; ramus_model *model = NULL; ramus_report *report = NULL;
 *   ramus_error error = RAMUS_ERROR_INIT;
 *   if (ramus_session_create(NULL, &session, &error) != RAMUS_OK) ...
 *   if (ramus_model_open(session, "model.onnx", &model, &error) != RAMUS_OK) ...      error.message says why
 *   if (ramus_analyze(model, NULL, &report, &error) != RAMUS_OK) ...
 *   ramus_report_write(report, "text", write_to_stdout, NULL, &error);
 *   ramus_report_destroy(report); ramus_model_destroy(model); ramus_session_destroy(session);
 *
 * Rules that hold for every function:
 *   - [any] may be called from any thread at any time; [object] needs that no other thread uses the same object.
 *   - Out-parameters change only on success. `error` may be NULL.
 *   - _destroy(NULL) does nothing. Destroy reports, comparisons and models before their session.
 *   - Every struct begins with its size: set it with the _INIT macro. Fields beyond the size that a host was compiled
 *     with keep their defaults, so that a host need not be compiled anew for a newer library. A larger struct, of a host
 *     compiled for a newer library, is taken if what lies beyond is zero: the host asks for nothing new. Else, and for a
 *     size that no version can have (0, odd, above 4096), RAMUS_USAGE. Of ramus_error any size is taken: the message is
 *     cut to it, and where there is no room for any the struct is left alone.
 *   - Strings are UTF-8, and end with a zero byte. Results leave through the caller's writer, whole and in order, in
 *     pieces of any size.
 *   - A callback returns: it must let no C++ exception out and not leave by longjmp. It may call functions tagged [any];
 *     objects that are in use in the call that it comes from are not to be destroyed.
 *   - STABILITY.md, installed beside the README, says what later versions keep.
 */
#ifndef RAMUS_H
#define RAMUS_H

#include <stddef.h>
#include <stdint.h>

#define RAMUS_VERSION_MAJOR 0
#define RAMUS_VERSION_MINOR 1
#define RAMUS_VERSION_PATCH 0

#if defined(__GNUC__) || defined(__clang__)
#define RAMUS_API __attribute__((visibility("default")))
#else
#define RAMUS_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef int32_t ramus_status;
enum {
  RAMUS_OK = 0,
  RAMUS_USAGE = 2,         /* the caller asked for something that does not exist */
  RAMUS_INVALID_INPUT = 3, /* the model cannot be read, or is not valid */
  RAMUS_INTERNAL = 4,      /* a fault of the library, or no memory */
  RAMUS_CANCELLED = 5      /* ramus_session_cancel was called, or a writer asked to stop */
};

/* Filled when a call fails: one line that says where, what, and which word would fix it. */
typedef struct ramus_error {
  size_t struct_size;
  ramus_status status;
  char message[1020]; /* ends with '\0'; cut at a character's boundary where it would not fit */
} ramus_error;
#define RAMUS_ERROR_INIT                 \
  {                                      \
    sizeof(ramus_error), RAMUS_OK, { 0 } \
  }

/* "0.1.0". [any] */
RAMUS_API const char* ramus_version(void);

/* ---- Session: what a host lets the library say and use -------------------------------------------------------- */

typedef struct ramus_session ramus_session;

enum { RAMUS_LOG_DEBUG = 1, RAMUS_LOG_INFO = 2, RAMUS_LOG_WARNING = 3, RAMUS_LOG_ERROR = 4, RAMUS_LOG_OFF = 6 };

/* One line without its newline; `text` lives for the call. Called from any thread, one call at a time per session. */
typedef void (*ramus_log_callback)(void* user, int32_t level, const char* text);

/* How far an analysis is: `done` of `total` bytes of weights, in the pass `phase`. Called from any thread, one call at
 * a time per session; `total` may be 0. */
typedef void (*ramus_progress_callback)(void* user, const char* phase, uint64_t done, uint64_t total);

typedef struct ramus_session_config {
  size_t struct_size;
  ramus_log_callback log; /* NULL: nothing is logged */
  void* log_user;
  int32_t log_level;                /* RAMUS_LOG_*, the least that is passed on */
  ramus_progress_callback progress; /* may be NULL */
  void* progress_user;
  uint32_t threads; /* 0: as many as the machine has */
} ramus_session_config;
#define RAMUS_SESSION_CONFIG_INIT \
  { sizeof(ramus_session_config), NULL, NULL, RAMUS_LOG_INFO, NULL, NULL, 0 }

/* `config` may be NULL. [any] */
RAMUS_API ramus_status ramus_session_create(const ramus_session_config* config, ramus_session** session,
                                            ramus_error* error);
RAMUS_API void ramus_session_destroy(ramus_session* session); /* [object] */

/* Makes what runs in the session end within a second with RAMUS_CANCELLED, and whatever is begun later at once, until
 * ramus_session_resume. [any], also while another thread works; from a signal handler too. */
RAMUS_API void ramus_session_cancel(ramus_session* session);
RAMUS_API void ramus_session_resume(ramus_session* session); /* [any] */

/* ---- Models ------------------------------------------------------------------------------------------------------ */

typedef struct ramus_model ramus_model;

/* Maps the file; weights are read when an analysis needs them, so the file must not change until _destroy.
 * RAMUS_INVALID_INPUT: no such file, or not a model. [object: session] */
RAMUS_API ramus_status ramus_model_open(ramus_session* session, const char* path, ramus_model** model,
                                        ramus_error* error);

/* `data` is borrowed until _destroy. `base_directory` is where external data lies; NULL: external data is refused.
 * [object: session] */
RAMUS_API ramus_status ramus_model_open_memory(ramus_session* session, const void* data, size_t size,
                                               const char* base_directory, ramus_model** model, ramus_error* error);

/* The same of a model with a name: errors begin with it, and reports give it as the model's path. Under the path of its
 * file, or "-" as the command has it for standard input, bytes give the report that ramus_model_open or the command
 * gives. `name` is copied; NULL: "model", as above. [object: session] */
RAMUS_API ramus_status ramus_model_open_named(ramus_session* session, const void* data, size_t size,
                                              const char* base_directory, const char* name, ramus_model** model,
                                              ramus_error* error);
RAMUS_API void ramus_model_destroy(ramus_model* model); /* [object] */

/* ---- Passes of the host ------------------------------------------------------------------------------------------ */

/* A host may look at each analysed graph itself, after Ramus, and add notes to the report. What it sees is the model as
 * in the file, local functions looked into, under the names that the report uses. All of it is read-only and lives for
 * the call of the pass. Names that hold a zero byte end there. */
typedef struct ramus_graph_view ramus_graph_view;
typedef struct ramus_notes ramus_notes;

typedef struct ramus_node {
  size_t struct_size; /* what the library knows of it, and so of the structs below */
  const char* name;   /* unique in the model: of its own, or "#index:OpType" */
  const char* op;
  const char* domain;        /* "": ONNX's own */
  const char* const* inputs; /* values; "": one that is left out */
  size_t input_count;
  const char* const* outputs;
  size_t output_count;
} ramus_node;

typedef struct ramus_branch {
  size_t struct_size;
  const char* id; /* "g3.b1" */
  const char* name;
  const char* const*
      nodes; /* names, in the model's order. Inside a local function one may be a node of the normal form,
                               which ramus_graph_find_node does not find */
  size_t node_count;
  int32_t skip;       /* 1: no nodes, the fork's value itself; else 0 */
  int32_t projection; /* 1: the linear arm of a residual; else 0 */
} ramus_branch;

typedef struct ramus_group {
  size_t struct_size;
  const char* id; /* "g3" */
  const char* name;
  const char* kind;          /* "concat", "residual" ...: those of the report */
  const char* join;          /* name of the node; NULL: the branches never meet */
  const char* fork_value;    /* "": the branches have inputs of their own */
  const char* parent_branch; /* id of the branch that it lies in; NULL: none */
  const ramus_branch* const* branches;
  size_t branch_count;
  int32_t closed; /* 1: no value crosses its border; else 0 */
  int32_t depth;  /* 0: it lies in no branch */
} ramus_group;

/* Path of the graph: "" of the main one, "12/then_branch" of a body. NULL without a graph. [object: graph] */
RAMUS_API const char* ramus_graph_path(const ramus_graph_view* graph);

/* Nodes in the file's order. Out of range, or of NULL: 0 and NULL. [object: graph] */
RAMUS_API size_t ramus_graph_node_count(const ramus_graph_view* graph);
RAMUS_API const ramus_node* ramus_graph_node(const ramus_graph_view* graph, size_t index);
RAMUS_API const ramus_node* ramus_graph_find_node(const ramus_graph_view* graph, const char* name);

/* Groups of branches in the report's order, parents first. Out of range, or of NULL: 0 and NULL. [object: graph] */
RAMUS_API size_t ramus_graph_group_count(const ramus_graph_view* graph);
RAMUS_API const ramus_group* ramus_graph_group(const ramus_graph_view* graph, size_t index);

/* Adds {where, "PASS.code", text} to the report's notes; all is copied. `where`: name of a node, group or value; NULL: the
 * graph. `code`: a word that programs can match, in kebab-case. `text`: one sentence for people; line breaks become
 * spaces. RAMUS_USAGE: NULL, or another form of code. [object: notes] */
RAMUS_API ramus_status ramus_notes_add(ramus_notes* notes, const char* where, const char* code, const char* text,
                                       ramus_error* error);

/* Called on the thread that called ramus_analyze, for the main graph and then for each body of If, Loop and Scan. Anything
 * but RAMUS_OK ends the analysis with what `error->message` says: as RAMUS_CANCELLED, if it is that, else RAMUS_USAGE. */
typedef ramus_status (*ramus_pass_callback)(void* user, const ramus_graph_view* graph, ramus_notes* notes,
                                            ramus_error* error);

typedef struct ramus_pass {
  size_t struct_size;
  const char* name;    /* kebab-case, "wide-joins"; no pass of ramus_write_passes, no other of the host has it */
  const char* summary; /* one line for the log; may be NULL */
  void* user;          /* for `run` */
  ramus_pass_callback run;
} ramus_pass;
#define RAMUS_PASS_INIT \
  { sizeof(ramus_pass), NULL, NULL, NULL, NULL }

/* ---- Analysis and reports -------------------------------------------------------------------------------------------- */

typedef struct ramus_report ramus_report;

/* Features of units, one file of them. */
typedef struct ramus_features {
  size_t struct_size;
  const char* layer; /* NULL: `data` is JSON {"layer": {"feature": [one number for each unit]}};
                        else a NumPy array (.npy) of this layer, units x features */
  const void* data;
  size_t size;
  const char* name; /* for errors and, of an array, for its features: "curvature.npy" gives "curvature", with several
                       columns "curvature.0" ...; NULL: "features" */
} ramus_features;
#define RAMUS_FEATURES_INIT \
  { sizeof(ramus_features), NULL, NULL, 0, NULL }

typedef struct ramus_analyze_options {
  size_t struct_size;
  const char* const* passes;   /* names of ramus_write_passes, or of host_passes; with those whose facts they need */
  size_t pass_count;           /* 0: all */
  const char* const* settings; /* "factors.k=16" */
  size_t setting_count;
  const char* labels; /* JSON {"layer": {"family": [unit, ...]}}; NULL: none */
  size_t labels_size;
  const char* labels_name; /* for errors; NULL: "labels" */
  uint64_t seed;           /* of permutations; the same seed gives the same report */
  const ramus_features* const* features;
  size_t features_count;                /* 0: none but those from the weights */
  const ramus_pass* const* host_passes; /* borrowed for the call; they run after Ramus's own, in this order. Those that
                                           run are listed in the report's options. Not for ramus_compare: RAMUS_USAGE */
  size_t host_pass_count;               /* 0: none */
} ramus_analyze_options;
#define RAMUS_ANALYZE_OPTIONS_INIT \
  { sizeof(ramus_analyze_options), NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0 }

/* `options` may be NULL. The report does not need the model any more. [object: model] */
RAMUS_API ramus_status ramus_analyze(ramus_model* model, const ramus_analyze_options* options, ramus_report** report,
                                     ramus_error* error);

/* From a report that ramus_report_write wrote as "json", as far as ramus_annotate needs it. [object: session] */
RAMUS_API ramus_status ramus_report_read(ramus_session* session, const char* json, size_t size, ramus_report** report,
                                         ramus_error* error);
RAMUS_API void ramus_report_destroy(ramus_report* report); /* [object] */

/* Takes the next `size` bytes; anything but 0 aborts the writing with RAMUS_CANCELLED. */
typedef int32_t (*ramus_writer)(void* user, const void* data, size_t size);

/* `format`: "json" (schema ramus.report/1), "text" (a summary to read in a minute), "html" (a page to look at, in one file;
 * RAMUS_USAGE where the library was built without it), "svg", "dot" or "markdown" (a picture, the same for Graphviz, a page
 * for a model card), or one for another tool: "netron", "netron-graph", "model-explorer", "model-explorer-branches",
 * "model-explorer-scores", "model-explorer-streams", "cyclonedx" (a bill of materials, version 1.6), "prometheus" (numbers
 * for its textfile collector). RAMUS_USAGE names the formats there are. [object: report] */
RAMUS_API ramus_status ramus_report_write(const ramus_report* report, const char* format, ramus_writer writer,
                                          void* user, ramus_error* error);

/* The table of passes with their options, as "text" or "json". [any] */
RAMUS_API ramus_status ramus_write_passes(const char* format, ramus_writer writer, void* user, ramus_error* error);

/* ---- Comparison: the same branches in other networks? ---------------------------------------------------------------- */

typedef struct ramus_comparison ramus_comparison;

typedef struct ramus_compare_options {
  size_t struct_size;
  const ramus_analyze_options* const* analysis; /* how models are analysed. Without passes: by those whose facts a
                                                   comparison reads. Seed: that of the first */
  size_t analysis_count;                        /* 0: by default; 1: all alike; else one for each model */
} ramus_compare_options;
#define RAMUS_COMPARE_OPTIONS_INIT \
  { sizeof(ramus_compare_options), NULL, 0 }

/* Each of `count` models (at least two; one may stand there twice) against the first: groups of branches by how they are
 * built, branches by their profiles, and what is there in one model only. All models are of one session. `options` may be
 * NULL. The comparison does not need the models any more. [object: models] */
RAMUS_API ramus_status ramus_compare(ramus_model* const* models, size_t count, const ramus_compare_options* options,
                                     ramus_comparison** comparison, ramus_error* error);
RAMUS_API void ramus_comparison_destroy(ramus_comparison* comparison); /* [object] */

/* `format`: "json" (schema ramus.comparison/1) or "text". RAMUS_USAGE names the formats there are. [object: comparison] */
RAMUS_API ramus_status ramus_comparison_write(const ramus_comparison* comparison, const char* format,
                                              ramus_writer writer, void* user, ramus_error* error);

/* ---- Writing into models -------------------------------------------------------------------------------------------- */

/* Entries of nodes beyond those of "ramus.", for other tools; a node that has such an entry of its own keeps it, and the log
 * (RAMUS_LOG_INFO) says how many do. */
typedef struct ramus_annotate_options {
  size_t struct_size;
  int32_t write_namespace; /* 1: "namespace", the branches around a node, by which Model Explorer nests nodes */
  int32_t write_layer_ann; /* 1: "layer_ann", the same, by which ONNX Runtime places nodes on devices
                              (session.layer_assignment_settings) */
} ramus_annotate_options;
#define RAMUS_ANNOTATE_OPTIONS_INIT \
  { sizeof(ramus_annotate_options), 0, 0 }

/* The model with the report's findings in its metadata_props, every other byte as it was; entries of an earlier
 * annotation are replaced. `options` may be NULL. RAMUS_USAGE: the report is of other bytes. [object: model, report] */
RAMUS_API ramus_status ramus_annotate(ramus_model* model, const ramus_report* report,
                                      const ramus_annotate_options* options, ramus_writer writer, void* user,
                                      ramus_error* error);

/* The report's findings on a model that was made of the report's own: by an optimiser, a converter, or by renaming. Nodes
 * are found by what they compute, by the values that they write, and by their places between others; what several nodes
 * could be is not found. Numbers stay those of the first model. The log gets lines (RAMUS_LOG_INFO): how much was found,
 * and each group and stream that was not. RAMUS_USAGE: no group is found. [object: model, report] */
RAMUS_API ramus_status ramus_reattach(ramus_model* model, const ramus_report* report, ramus_report** reattached,
                                      ramus_error* error);

/* The model without any "ramus." entry, and without those of other keys that ramus_annotate wrote: byte for byte what was
 * annotated. [object: model] */
RAMUS_API ramus_status ramus_strip(ramus_model* model, ramus_writer writer, void* user, ramus_error* error);

/* A model of the same function, up to rounding, with its branches made visible; weights are copied byte for byte, bodies
 * and local functions stay as they are, "ramus." entries are left out. `form`:
 *   "normal"    constants become initializers, nodes that change nothing go, sums of sums become one Sum
 *   "parallel"  and every residual block writes into one sum; the log gets a line (RAMUS_LOG_INFO) for each residual
 *               stream: how many blocks, in how many segments, and at which operators it is cut
 * The result was read again, and the official checker objects to nothing that it did not object to before; it is held in
 * memory until then. References to external data stay relative to the model's folder. RAMUS_USAGE: no such form.
 * [object: model] */
RAMUS_API ramus_status ramus_rewrite(ramus_model* model, const char* form, ramus_writer writer, void* user,
                                     ramus_error* error);

/* 1 when some weight lies in another file beside the model, so that the model cannot move without it; else 0.
 * [object: model] */
RAMUS_API int32_t ramus_model_has_external_data(const ramus_model* model);

/* ---- Checks: rules that a deployment pipeline can gate on ------------------------------------------------------------- */

typedef struct ramus_checker ramus_checker;

typedef struct ramus_check_options {
  size_t struct_size;
  const ramus_analyze_options*
      analysis;              /* settings, labels, features and seed; its passes are those that the rules need,
                                            so no passes may be given, nor host_passes. NULL: the defaults */
  const char* const* select; /* codes of rules or their beginnings: "RMS001", "RMS1" */
  size_t select_count;       /* 0: as the settings say, else all */
  const char* const* ignore; /* the same; what the settings leave out counts as well, unless something is selected */
  size_t ignore_count;
  const char* settings; /* a team's settings (README of adapters/checks) as TOML or JSON; NULL: none */
  size_t settings_size;
  const char* settings_name; /* for errors and findings; NULL: "settings" */
  const char* baseline; /* what ramus_checker_write wrote as "baseline" when the models were approved; NULL: none */
  size_t baseline_size;
  const char* baseline_name; /* for errors; NULL: "baseline" */
  const char* fail_on;       /* "note", "warning" or "error"; NULL: as the settings say, else "error" */
  size_t model_count;     /* how many models will be checked; 0: 1. A baseline of one model is that of the only one */
  int32_t makes_baseline; /* 1: ramus_checker_write may write a baseline, for which more is analysed; else 0 */
} ramus_check_options;
#define RAMUS_CHECK_OPTIONS_INIT \
  { sizeof(ramus_check_options), NULL, NULL, 0, NULL, 0, NULL, 0, NULL, NULL, 0, NULL, NULL, 0, 0 }

/* `options` may be NULL. RAMUS_USAGE: settings or codes that make no sense; RAMUS_INVALID_INPUT: a baseline that cannot be
 * read. [object: session] */
RAMUS_API ramus_status ramus_checker_create(ramus_session* session, const ramus_check_options* options,
                                            ramus_checker** checker, ramus_error* error);
RAMUS_API void ramus_checker_destroy(ramus_checker* checker); /* [object] */

/* Checks one model more; the checker keeps what was found and does not need the model any more. RAMUS_INVALID_INPUT: it
 * cannot be analysed, which what is written says too; others can be checked after. [object: checker, model] */
RAMUS_API ramus_status ramus_checker_run(ramus_checker* checker, ramus_model* model, ramus_error* error);

/* Says of a model that could not even be opened why, so that what is written holds it. [object: checker] */
RAMUS_API ramus_status ramus_checker_add_failure(ramus_checker* checker, const char* path, const char* why,
                                                 ramus_error* error);

/* Findings of all models so far that are neither ignored nor in the baseline, at or above a severity: "note", "warning",
 * "error"; NULL: that of fail_on. 0 for another word. [object: checker] */
RAMUS_API size_t ramus_checker_count(const ramus_checker* checker, const char* severity);

/* `format`: "text", "json" (schema ramus.checks/1), "sarif" (2.1.0), "github" (commands of a workflow), "junit", or
 * "baseline" (schema ramus.baseline/1, if it was asked for). RAMUS_USAGE names the formats there are. [object: checker] */
RAMUS_API ramus_status ramus_checker_write(const ramus_checker* checker, const char* format, ramus_writer writer,
                                           void* user, ramus_error* error);

/* The table of rules as "text" or "json"; of one rule, whose code is given, everything that is said of it. [any] */
RAMUS_API ramus_status ramus_write_rules(const char* code, const char* format, ramus_writer writer, void* user,
                                         ramus_error* error);

/* ---- For hosts that load the library at run time --------------------------------------------------------------------- */

/* Every function above, in the order of the table below. New ones are added at the end. */
#define RAMUS_FUNCTIONS(X)   \
  X(version)                 \
  X(session_create)          \
  X(session_destroy)         \
  X(session_cancel)          \
  X(session_resume)          \
  X(model_open)              \
  X(model_open_memory)       \
  X(model_open_named)        \
  X(model_destroy)           \
  X(analyze)                 \
  X(report_read)             \
  X(report_destroy)          \
  X(report_write)            \
  X(write_passes)            \
  X(compare)                 \
  X(comparison_destroy)      \
  X(comparison_write)        \
  X(annotate)                \
  X(strip)                   \
  X(rewrite)                 \
  X(model_has_external_data) \
  X(graph_path)              \
  X(graph_node_count)        \
  X(graph_node)              \
  X(graph_find_node)         \
  X(graph_group_count)       \
  X(graph_group)             \
  X(notes_add)               \
  X(reattach)                \
  X(checker_create)          \
  X(checker_destroy)         \
  X(checker_run)             \
  X(checker_add_failure)     \
  X(checker_count)           \
  X(checker_write)           \
  X(write_rules)

#ifdef __cplusplus
#define RAMUS_API_FIELD(name) decltype(&ramus_##name) name;
#else
#define RAMUS_API_FIELD(name) __typeof__(&ramus_##name) name;
#endif

/* A pointer to each function under its name without "ramus_": api->session_create(NULL, &session, &error). */
typedef struct ramus_api {
  size_t struct_size;     /* what this library knows: ask RAMUS_API_HAS before you use what came later */
  uint32_t version_major; /* of the library, which need not be that of the header */
  uint32_t version_minor;
  uint32_t version_patch;
  uint32_t reserved; /* 0 */
  RAMUS_FUNCTIONS(RAMUS_API_FIELD)
} ramus_api;
#define RAMUS_API_HAS(api, name) ((api)->struct_size >= offsetof(ramus_api, name) + sizeof((api)->name))

/* The one symbol to look up with dlsym:
 *   const ramus_api *(*get_api)(uint32_t) = (const ramus_api *(*)(uint32_t))dlsym(library, "ramus_get_api");
 *   const ramus_api *api = get_api(RAMUS_VERSION_MAJOR);
 * NULL: the library is of another major version. The table lives as long as the library is loaded. [any] */
RAMUS_API const ramus_api* ramus_get_api(uint32_t major);

#ifdef __cplusplus
}
#endif
#endif /* RAMUS_H */
