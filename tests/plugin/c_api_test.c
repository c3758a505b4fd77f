/* The C interface as a C11 host uses it, and misuses it. usage: c_api_test MODEL.onnx */
#include "tests/plugin/c_support.h"

static void the_version_is_three_numbers(void) {
  char expected[64];
  snprintf(expected, sizeof expected, "%d.%d.%d", RAMUS_VERSION_MAJOR, RAMUS_VERSION_MINOR, RAMUS_VERSION_PATCH);
  assert(strcmp(ramus_version(), expected) == 0);
}

static void a_model_is_analysed_annotated_and_stripped(const char* path) {
  ramus_session* session = new_session();
  ramus_model* model = NULL;
  ramus_report* report = NULL;
  ramus_error error = RAMUS_ERROR_INIT;
  assert(ramus_model_open(session, path, &model, &error) == RAMUS_OK);
  assert(ramus_analyze(model, NULL, &report, &error) == RAMUS_OK);

  text json = {NULL, 0}, summary = {NULL, 0}, annotated = {NULL, 0}, again = {NULL, 0}, stripped = {NULL, 0};
  assert(ramus_report_write(report, "json", append, &json, &error) == RAMUS_OK);
  assert(strstr(json.data, "\"ramus.report/1\"") != NULL);
  assert(ramus_report_write(report, "text", append, &summary, &error) == RAMUS_OK);
  assert(summary.size > 0);
  assert(ramus_annotate(model, report, NULL, append, &annotated, &error) == RAMUS_OK);

  ramus_report* back = NULL; /* the written report annotates as the fresh one does */
  assert(ramus_report_read(session, json.data, json.size, &back, &error) == RAMUS_OK);
  assert(ramus_annotate(model, back, NULL, append, &again, &error) == RAMUS_OK);
  assert(again.size == annotated.size && memcmp(again.data, annotated.data, again.size) == 0);
  ramus_report_destroy(back);
  ramus_report_destroy(report);
  ramus_model_destroy(model);

  const text original = read_file(path);
  assert(ramus_model_open_memory(session, annotated.data, annotated.size, NULL, &model, &error) == RAMUS_OK);
  assert(ramus_strip(model, append, &stripped, &error) == RAMUS_OK);
  assert(stripped.size == original.size && memcmp(stripped.data, original.data, original.size) == 0);
  ramus_model_destroy(model);
  ramus_session_destroy(session);
  free(json.data), free(summary.data), free(annotated.data), free(again.data), free(stripped.data), free(original.data);
}

static void a_model_is_rewritten(const char* path) {
  ramus_session* session = new_session();
  ramus_model* model = NULL;
  ramus_error error = RAMUS_ERROR_INIT;
  assert(ramus_model_open(session, path, &model, &error) == RAMUS_OK);
  assert(ramus_model_has_external_data(model) == 0 && ramus_model_has_external_data(NULL) == 0);
  const char* const forms[] = {"normal", "parallel"};
  for (int i = 0; i < 2; ++i) {
    text rewritten = {NULL, 0};
    ramus_model* again = NULL;
    assert(ramus_rewrite(model, forms[i], append, &rewritten, &error) == RAMUS_OK);
    assert(ramus_model_open_memory(session, rewritten.data, rewritten.size, NULL, &again, &error) == RAMUS_OK);
    ramus_model_destroy(again);
    free(rewritten.data);
  }
  assert(ramus_rewrite(model, "serial", append, NULL, &error) == RAMUS_USAGE);
  assert(strstr(error.message, "'serial'") != NULL && strstr(error.message, "normal, parallel") != NULL);
  assert(ramus_rewrite(model, "normal", refuse, NULL, &error) == RAMUS_CANCELLED);
  assert(ramus_rewrite(model, NULL, append, NULL, &error) == RAMUS_USAGE);
  assert(ramus_rewrite(NULL, "normal", append, NULL, &error) == RAMUS_USAGE);
  ramus_session_cancel(session);
  assert(ramus_rewrite(model, "normal", append, NULL, &error) == RAMUS_CANCELLED);
  ramus_model_destroy(model);
  ramus_session_destroy(session);
}

static void errors_say_what_is_wrong_and_leave_outputs_alone(const char* path) {
  ramus_session* session = new_session();
  ramus_model* model = (ramus_model*)&session; /* anything that is not NULL */
  ramus_error error = RAMUS_ERROR_INIT;
  assert(ramus_model_open(session, "/no/such/model.onnx", &model, &error) == RAMUS_INVALID_INPUT);
  assert(error.status == RAMUS_INVALID_INPUT);
  assert(strstr(error.message, "/no/such/model.onnx") != NULL);
  assert(model == (ramus_model*)&session);
  assert(ramus_model_open(session, "/no/such/model.onnx", &model, NULL) == RAMUS_INVALID_INPUT);
  assert(ramus_model_open_memory(session, "not a model", 11, NULL, &model, &error) == RAMUS_INVALID_INPUT);
  assert(ramus_model_open_memory(session, NULL, 0, NULL, &model, &error) == RAMUS_INVALID_INPUT);

  assert(ramus_model_open(session, path, &model, &error) == RAMUS_OK);
  ramus_report* report = NULL;
  const char* const settings[] = {"factors.k=0"};
  ramus_analyze_options options = RAMUS_ANALYZE_OPTIONS_INIT;
  options.settings = settings;
  options.setting_count = 1;
  assert(ramus_analyze(model, &options, &report, &error) == RAMUS_USAGE);
  assert(strstr(error.message, "must be 1..256") != NULL && report == NULL);

  const char* const passes[] = {"branch-tree"};
  options = (ramus_analyze_options)RAMUS_ANALYZE_OPTIONS_INIT;
  options.passes = passes;
  options.pass_count = 1;
  assert(ramus_analyze(model, &options, &report, &error) == RAMUS_OK);
  assert(ramus_report_write(report, "yaml", refuse, NULL, &error) == RAMUS_USAGE);
  assert(ramus_report_write(report, "json", refuse, NULL, &error) == RAMUS_CANCELLED);
  assert(ramus_annotate(model, report, NULL, refuse, NULL, &error) == RAMUS_CANCELLED);
  assert(ramus_report_write(report, "json", NULL, NULL, &error) == RAMUS_USAGE);
  ramus_report_destroy(report);
  ramus_model_destroy(model);
  ramus_session_destroy(session);
}

static void findings_go_to_a_model_made_of_the_first(const char* path) {
  ramus_session* session = new_session();
  ramus_model* model = NULL;
  ramus_report *report = NULL, *found = NULL;
  ramus_error error = RAMUS_ERROR_INIT;
  assert(ramus_model_open(session, path, &model, &error) == RAMUS_OK);
  assert(ramus_analyze(model, NULL, &report, &error) == RAMUS_OK);
  assert(ramus_reattach(model, report, &found, &error) == RAMUS_OK);
  text plain = {NULL, 0}, placed = {NULL, 0};
  ramus_annotate_options options = RAMUS_ANNOTATE_OPTIONS_INIT;
  options.write_layer_ann = 1;
  assert(ramus_annotate(model, found, NULL, append, &plain, &error) == RAMUS_OK);
  assert(ramus_annotate(model, found, &options, append, &placed, &error) == RAMUS_OK);
  assert(placed.size > plain.size);
  free(plain.data);
  free(placed.data);

  ramus_report* none = NULL;
  assert(ramus_reattach(NULL, report, &none, &error) == RAMUS_USAGE);
  assert(ramus_reattach(model, NULL, &none, &error) == RAMUS_USAGE);
  assert(ramus_reattach(model, report, NULL, &error) == RAMUS_USAGE);
  ramus_session_cancel(session);
  assert(ramus_reattach(model, report, &none, &error) == RAMUS_CANCELLED);
  assert(none == NULL);
  ramus_report_destroy(found);
  ramus_report_destroy(report);
  ramus_model_destroy(model);
  ramus_session_destroy(session);
}

static text report_of(ramus_session* session, ramus_model* model) {
  ramus_report* report = NULL;
  text json = {NULL, 0};
  assert(ramus_analyze(model, NULL, &report, NULL) == RAMUS_OK);
  assert(ramus_report_write(report, "json", append, &json, NULL) == RAMUS_OK);
  ramus_report_destroy(report);
  ramus_model_destroy(model);
  ramus_session_destroy(session);
  return json;
}

static void a_model_from_memory_has_the_name_that_it_is_given(const char* path) {
  const text bytes = read_file(path);
  ramus_model* model = NULL;
  ramus_session* session = new_session();
  ramus_error error = RAMUS_ERROR_INIT;
  assert(ramus_model_open_named(session, "no model", 8, NULL, "from/the/net", &model, &error) == RAMUS_INVALID_INPUT);
  assert(strncmp(error.message, "from/the/net: ", 14) == 0);
  assert(ramus_model_open_named(session, bytes.data, bytes.size, NULL, path, &model, NULL) == RAMUS_OK);
  const text named = report_of(session, model);
  session = new_session();
  assert(ramus_model_open(session, path, &model, NULL) == RAMUS_OK);
  const text opened = report_of(session, model);
  assert(named.size == opened.size && memcmp(named.data, opened.data, named.size) == 0);
  session = new_session();
  assert(ramus_model_open_named(session, bytes.data, bytes.size, NULL, NULL, &model, NULL) == RAMUS_OK);
  const text nameless = report_of(session, model);
  assert(strstr(nameless.data, "\"path\": \"model\"") != NULL);
  free(bytes.data), free(named.data), free(opened.data), free(nameless.data);
}

static void structs_of_an_older_size_keep_their_defaults(const char* path) {
  ramus_session* session = new_session();
  struct {
    size_t struct_size;
    ramus_status status;
    char message[12];
    char after[4];
  } small = {offsetof(ramus_error, message) + 12, RAMUS_OK, {0}, {'k', 'e', 'e', 'p'}};
  ramus_model* model = NULL;
  assert(ramus_model_open(session, "/no/such/model.onnx", &model, (ramus_error*)&small) == RAMUS_INVALID_INPUT);
  assert(strlen(small.message) == 11 && memcmp(small.after, "keep", 4) == 0);

  assert(ramus_model_open(session, path, &model, NULL) == RAMUS_OK);
  ramus_analyze_options options;
  memset(&options, 0xFF, sizeof options); /* what lies beyond the old size must not be read */
  const char* const passes[] = {"branch-tree"};
  options.struct_size = offsetof(ramus_analyze_options, settings);
  options.passes = passes;
  options.pass_count = 1;
  ramus_report* report = NULL;
  assert(ramus_analyze(model, &options, &report, NULL) == RAMUS_OK);
  ramus_report_destroy(report);
  ramus_model_destroy(model);
  ramus_session_destroy(session);
}

static void a_host_gives_features(const char* path) {
  ramus_session* session = NULL;
  ramus_model* model = NULL;
  ramus_report* report = NULL;
  ramus_error error = RAMUS_ERROR_INIT;
  assert(ramus_session_create(NULL, &session, NULL) == RAMUS_OK);
  assert(ramus_model_open(session, path, &model, NULL) == RAMUS_OK);
  ramus_features features = RAMUS_FEATURES_INIT;
  const char* const json = "{\"/branches.0/conv1/Conv\": {\"curvature\": [0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]}}";
  features.data = json;
  features.size = strlen(json);
  const ramus_features* const files[] = {&features};
  ramus_analyze_options options = RAMUS_ANALYZE_OPTIONS_INIT;
  options.features = files;
  options.features_count = 1;
  assert(ramus_analyze(model, &options, &report, NULL) == RAMUS_OK);
  text written = {NULL, 0};
  assert(ramus_report_write(report, "json", append, &written, NULL) == RAMUS_OK);
  assert(strstr(written.data, "\"curvature\"") != NULL);
  free(written.data);
  ramus_report_destroy(report);
  features.layer = "/branches.0/conv1/Conv";
  features.name = "w.npy";
  assert(ramus_analyze(model, &options, &report, &error) == RAMUS_USAGE);
  assert(strcmp(error.message, "w.npy: is not a NumPy array of numbers (.npy)") == 0);
  ramus_model_destroy(model);
  ramus_session_destroy(session);
}

static void models_are_compared(const char* path) {
  ramus_session* session = new_session();
  ramus_session* elsewhere = new_session();
  ramus_model *a = NULL, *b = NULL, *stranger = NULL;
  ramus_comparison* comparison = NULL;
  ramus_error error = RAMUS_ERROR_INIT;
  assert(ramus_model_open(session, path, &a, NULL) == RAMUS_OK &&
         ramus_model_open(session, path, &b, NULL) == RAMUS_OK);
  assert(ramus_model_open(elsewhere, path, &stranger, NULL) == RAMUS_OK);
  ramus_model* const models[] = {a, b, a};
  ramus_model* const strangers[] = {a, stranger};
  ramus_model* const missing[] = {a, NULL};
  assert(ramus_compare(models, 1, NULL, &comparison, &error) == RAMUS_USAGE);
  assert(strcmp(error.message, "compare: needs at least two models") == 0);
  assert(ramus_compare(models, 0, NULL, &comparison, &error) == RAMUS_USAGE);
  assert(ramus_compare(strangers, 2, NULL, &comparison, &error) == RAMUS_USAGE);
  assert(ramus_compare(missing, 2, NULL, &comparison, &error) == RAMUS_USAGE);
  assert(ramus_compare(NULL, 2, NULL, &comparison, &error) == RAMUS_USAGE);
  assert(ramus_compare(models, 2, NULL, NULL, &error) == RAMUS_USAGE && comparison == NULL);

  const char* const passes[] = {"branch-tree"};
  ramus_analyze_options structure = RAMUS_ANALYZE_OPTIONS_INIT;
  structure.passes = passes;
  structure.pass_count = 1;
  const ramus_analyze_options* const each[] = {&structure, NULL, &structure}; /* NULL: by default */
  ramus_compare_options options = RAMUS_COMPARE_OPTIONS_INIT;
  options.analysis = each;
  options.analysis_count = 3;
  assert(ramus_compare(models, 2, &options, &comparison, &error) == RAMUS_USAGE);
  assert(strstr(error.message, "3 options for 2 models") != NULL);
  text json = {NULL, 0}, summary = {NULL, 0};
  assert(ramus_compare(models, 3, &options, &comparison, &error) == RAMUS_OK);
  assert(ramus_comparison_write(comparison, "json", append, &json, &error) == RAMUS_OK);
  assert(strstr(json.data, "\"ramus.comparison/1\"") != NULL);
  ramus_comparison_destroy(comparison);
  free(json.data);

  assert(ramus_compare(models, 2, NULL, &comparison, &error) == RAMUS_OK);
  ramus_model_destroy(a);
  ramus_model_destroy(b);
  assert(ramus_comparison_write(comparison, "text", append, &summary, &error) == RAMUS_OK);
  assert(strstr(summary.data, "Structure of B against A: no difference") != NULL);
  assert(strstr(summary.data, "profiles correlate 1.00") != NULL);
  assert(ramus_comparison_write(comparison, "yaml", append, &summary, &error) == RAMUS_USAGE);
  assert(strstr(error.message, "there are json, text") != NULL);
  assert(ramus_comparison_write(comparison, "json", refuse, NULL, &error) == RAMUS_CANCELLED);
  assert(ramus_comparison_write(NULL, "json", append, NULL, &error) == RAMUS_USAGE);
  ramus_comparison_destroy(comparison);
  free(summary.data);

  ramus_session_cancel(elsewhere);
  ramus_model* const twice[] = {stranger, stranger};
  comparison = NULL;
  assert(ramus_compare(twice, 2, NULL, &comparison, &error) == RAMUS_CANCELLED && comparison == NULL);
  ramus_model_destroy(stranger);
  ramus_session_destroy(elsewhere);
  ramus_session_destroy(session);
}

static int lines = 0;
static void count_line(void* user, int32_t level, const char* line) {
  (void)level;
  assert(user == &lines && strchr(line, '\n') == NULL);
  ++lines;
}

static uint64_t last_done = 0, last_total = 0;
static void keep_progress(void* user, const char* phase, uint64_t done, uint64_t total) {
  (void)user;
  assert(phase != NULL);
  last_done = done;
  last_total = total;
}

static void the_host_hears_log_and_progress(const char* path) {
  ramus_session_config config = RAMUS_SESSION_CONFIG_INIT;
  config.log = count_line;
  config.log_user = &lines;
  config.log_level = RAMUS_LOG_DEBUG;
  config.progress = keep_progress;
  ramus_session* session = NULL;
  ramus_model* model = NULL;
  ramus_report* report = NULL;
  assert(ramus_session_create(&config, &session, NULL) == RAMUS_OK);
  assert(ramus_model_open(session, path, &model, NULL) == RAMUS_OK);
  assert(ramus_analyze(model, NULL, &report, NULL) == RAMUS_OK);
  assert(lines > 0 && last_total > 0 && last_done > 0 && last_done <= last_total);
  ramus_report_destroy(report);

  report = NULL;
  ramus_session_cancel(session);
  assert(ramus_analyze(model, NULL, &report, NULL) == RAMUS_CANCELLED && report == NULL);
  ramus_session_resume(session);
  assert(ramus_analyze(model, NULL, &report, NULL) == RAMUS_OK);
  ramus_report_destroy(report);
  ramus_model_destroy(model);
  ramus_session_destroy(session);
}

static void the_number_of_threads_changes_no_byte(const char* path) {
  text reports[2] = {{NULL, 0}, {NULL, 0}};
  for (uint32_t threads = 1; threads <= 2; ++threads) {
    ramus_session_config config = RAMUS_SESSION_CONFIG_INIT;
    config.threads = threads;
    ramus_session* session = NULL;
    ramus_model* model = NULL;
    ramus_report* report = NULL;
    assert(ramus_session_create(&config, &session, NULL) == RAMUS_OK);
    assert(ramus_model_open(session, path, &model, NULL) == RAMUS_OK);
    assert(ramus_analyze(model, NULL, &report, NULL) == RAMUS_OK);
    assert(ramus_report_write(report, "json", append, &reports[threads - 1], NULL) == RAMUS_OK);
    ramus_report_destroy(report);
    ramus_model_destroy(model);
    ramus_session_destroy(session);
  }
  assert(reports[0].size == reports[1].size && memcmp(reports[0].data, reports[1].data, reports[0].size) == 0);
  free(reports[0].data), free(reports[1].data);
}

int main(int argc, char** argv) {
  assert(argc == 2);
  the_version_is_three_numbers();
  a_model_is_analysed_annotated_and_stripped(argv[1]);
  a_model_is_rewritten(argv[1]);
  findings_go_to_a_model_made_of_the_first(argv[1]);
  errors_say_what_is_wrong_and_leave_outputs_alone(argv[1]);
  a_model_from_memory_has_the_name_that_it_is_given(argv[1]);
  structs_of_an_older_size_keep_their_defaults(argv[1]);
  a_host_gives_features(argv[1]);
  models_are_compared(argv[1]);
  the_host_hears_log_and_progress(argv[1]);
  the_number_of_threads_changes_no_byte(argv[1]);

  text passes = {NULL, 0};
  assert(ramus_write_passes("text", append, &passes, NULL) == RAMUS_OK);
  assert(strstr(passes.data, "explicit-branches") != NULL);
  free(passes.data);
  ramus_session_destroy(NULL);
  ramus_model_destroy(NULL);
  ramus_report_destroy(NULL);
  ramus_comparison_destroy(NULL);
  return 0;
}
