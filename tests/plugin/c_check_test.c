/* Checks through the C interface, as a pipeline that embeds the library would run them. usage: c_check_test MODEL.onnx */
#include "tests/plugin/c_support.h"

static ramus_checker* checker_with(ramus_session* session, const ramus_check_options* options) {
  ramus_checker* checker = NULL;
  ramus_error error = RAMUS_ERROR_INIT;
  const ramus_status status = ramus_checker_create(session, options, &checker, &error);
  if (status != RAMUS_OK) fprintf(stderr, "%s\n", error.message);
  assert(status == RAMUS_OK);
  return checker;
}

static text written(const ramus_checker* checker, const char* format) {
  text whole = {NULL, 0};
  assert(ramus_checker_write(checker, format, append, &whole, NULL) == RAMUS_OK);
  return whole;
}

static void refused(ramus_session* session, const ramus_check_options* options, const char* word) {
  ramus_checker* checker = NULL;
  ramus_error error = RAMUS_ERROR_INIT;
  const ramus_status status = ramus_checker_create(session, options, &checker, &error);
  assert((status == RAMUS_USAGE || status == RAMUS_INVALID_INPUT) && checker == NULL);
  if (strstr(error.message, word) == NULL) fprintf(stderr, "%s\n", error.message);
  assert(strstr(error.message, word) != NULL);
}

static void a_model_without_findings(ramus_session* session, ramus_model* model) {
  ramus_checker* checker = checker_with(session, NULL);
  assert(ramus_checker_run(checker, model, NULL) == RAMUS_OK);
  assert(ramus_checker_count(checker, "note") == 0 && ramus_checker_count(checker, NULL) == 0);
  assert(ramus_checker_count(checker, "no such severity") == 0);
  const char* const formats[] = {"text", "json", "sarif", "github", "junit"};
  for (size_t i = 0; i < sizeof formats / sizeof *formats; ++i) {
    const text once = written(checker, formats[i]), twice = written(checker, formats[i]);
    assert(same(once, twice)); /* writing changes nothing */
    free(once.data), free(twice.data);
  }
  ramus_error error = RAMUS_ERROR_INIT;
  assert(ramus_checker_write(checker, "xml", append, NULL, &error) == RAMUS_USAGE);
  assert(strstr(error.message, "sarif") != NULL);
  text baseline = {NULL, 0};
  assert(ramus_checker_write(checker, "baseline", append, &baseline, &error) == RAMUS_USAGE); /* nobody asked for one */
  assert(baseline.data == NULL && strstr(error.message, "makes_baseline") != NULL);
  assert(ramus_checker_write(checker, "text", refuse, NULL, NULL) == RAMUS_CANCELLED);
  ramus_checker_destroy(checker);
}

static void a_failure_is_told(ramus_session* session) {
  ramus_checker* checker = checker_with(session, NULL);
  assert(ramus_checker_add_failure(checker, "gone.onnx", "gone.onnx: no such file", NULL) == RAMUS_OK);
  const text json = written(checker, "json");
  assert(strstr(json.data, "\"failure\": ") != NULL && strstr(json.data, "no such file") != NULL);
  free(json.data);
  ramus_checker_destroy(checker);
}

static void what_was_approved_is_silent(ramus_session* session, ramus_model* model) {
  ramus_check_options options = RAMUS_CHECK_OPTIONS_INIT;
  options.makes_baseline = 1;
  ramus_checker* first = checker_with(session, &options);
  assert(ramus_checker_run(first, model, NULL) == RAMUS_OK);
  const text baseline = written(first, "baseline");
  ramus_checker_destroy(first);
  options.makes_baseline = 0;
  options.baseline = baseline.data;
  options.baseline_size = baseline.size;
  ramus_checker* second = checker_with(session, &options);
  assert(ramus_checker_run(second, model, NULL) == RAMUS_OK);
  assert(ramus_checker_count(second, "note") == 0);
  ramus_checker_destroy(second);
  options.baseline_size /= 2;
  options.baseline_name = "approved.json";
  refused(session, &options, "approved.json");
  free(baseline.data);
}

static void options_that_make_no_sense(ramus_session* session) {
  const char* const codes[] = {"RMS001", "XYZ"};
  ramus_check_options options = RAMUS_CHECK_OPTIONS_INIT;
  options.select = codes;
  options.select_count = 2;
  refused(session, &options, "XYZ");
  options.select_count = 1;
  options.fail_on = "often";
  refused(session, &options, "often");
  options.fail_on = "note";
  options.settings = "{\"rules\": {\"RMS104\": {\"critical_share\": 7}}}";
  options.settings_size = strlen(options.settings);
  options.settings_name = "team.json";
  refused(session, &options, "team.json");
  options.settings = NULL;
  const char* const passes[] = {"factors"};
  ramus_analyze_options analysis = RAMUS_ANALYZE_OPTIONS_INIT;
  analysis.passes = passes;
  analysis.pass_count = 1;
  options.analysis = &analysis;
  refused(session, &options, "passes");
}

static void rules_say_what_they_are(void) {
  text table = {NULL, 0}, one = {NULL, 0};
  assert(ramus_write_rules(NULL, "text", append, &table, NULL) == RAMUS_OK);
  assert(ramus_write_rules("RMS001", "json", append, &one, NULL) == RAMUS_OK);
  assert(strstr(table.data, "RMS001") != NULL && strstr(one.data, "explanation") != NULL);
  ramus_error error = RAMUS_ERROR_INIT;
  assert(ramus_write_rules("RMS000", "text", append, NULL, &error) == RAMUS_USAGE);
  assert(strstr(error.message, "RMS001") != NULL);
  free(table.data), free(one.data);
}

static void a_model_of_another_session(ramus_session* session, const char* path) {
  ramus_session* other = new_session();
  ramus_model* model = open_model(other, path);
  ramus_checker* checker = checker_with(session, NULL);
  assert(ramus_checker_run(checker, model, NULL) == RAMUS_USAGE);
  ramus_checker_destroy(checker);
  ramus_model_destroy(model);
  ramus_session_destroy(other);
}

int main(int argc, char** argv) {
  assert(argc == 2);
  ramus_session* session = new_session();
  ramus_model* model = open_model(session, argv[1]);
  a_model_without_findings(session, model);
  a_failure_is_told(session);
  what_was_approved_is_silent(session, model);
  options_that_make_no_sense(session);
  rules_say_what_they_are();
  a_model_of_another_session(session, argv[1]);
  ramus_model_destroy(model);
  ramus_session_destroy(session);
  return 0;
}
