/* Structs of hosts that were compiled for an older or a newer library. Each stands at the end of a block of its own, so
 * that the address sanitizer sees every byte read or written beyond it. usage: c_sizes_test MODEL.onnx */
#include "tests/plugin/c_support.h"

/* The first `size` bytes of a struct, alone in a block; struct_size says so. */
static void* cut(const void* whole, size_t size) {
  void* block = malloc(size);
  assert(block != NULL);
  memcpy(block, whole, size);
  if (size >= sizeof size) memcpy(block, &size, sizeof size);
  return block;
}

/* A struct with `more` bytes behind it that this library does not know. */
static void* grown(const void* whole, size_t size, size_t more, unsigned char value) {
  unsigned char* block = malloc(size + more);
  assert(block != NULL);
  const size_t sum = size + more;
  memcpy(block, whole, size);
  memset(block + size, value, more);
  memcpy(block, &sum, sizeof sum);
  return block;
}

static int logged = 0;
static void count_line(void* user, int32_t level, const char* line) {
  (void)user, (void)level, (void)line;
  ++logged;
}

static ramus_status add_note(void* user, const ramus_graph_view* graph, ramus_notes* notes, ramus_error* error) {
  (void)user, (void)graph;
  return ramus_notes_add(notes, NULL, "note", "which the log hears of, as RAMUS_LOG_INFO", error);
}

static const char* const structure[] = {"branch-tree"};

static void an_older_config_keeps_the_rest_at_its_defaults(const char* path) {
  ramus_session_config config = RAMUS_SESSION_CONFIG_INIT;
  config.log = count_line;
  config.log_level = RAMUS_LOG_OFF;
  const size_t sizes[] = {offsetof(ramus_session_config, log_level), /* it stays RAMUS_LOG_INFO */
                          offsetof(ramus_session_config, progress), offsetof(ramus_session_config, threads),
                          sizeof config};
  const char* const with_pass[] = {"branch-tree", "noted"};
  ramus_pass pass = RAMUS_PASS_INIT;
  pass.name = "noted";
  pass.run = add_note;
  const ramus_pass* const passes[] = {&pass};
  ramus_analyze_options options = RAMUS_ANALYZE_OPTIONS_INIT;
  options.passes = with_pass;
  options.pass_count = 2;
  options.host_passes = passes;
  options.host_pass_count = 1;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; ++i) {
    void* older = cut(&config, sizes[i]);
    ramus_session* session = NULL;
    assert(ramus_session_create(older, &session, NULL) == RAMUS_OK);
    free(older);
    ramus_model* model = open_model(session, path);
    logged = 0;
    const text json = analysed(model, &options);
    assert((logged > 0) == (i == 0));
    free(json.data);
    ramus_model_destroy(model);
    ramus_session_destroy(session);
  }
}

static void older_options_keep_the_rest_at_their_defaults(const char* path) {
  ramus_session* session = new_session();
  ramus_model* model = open_model(session, path);
  const char* const settings[] = {"factors.k=16"};
  ramus_analyze_options options = RAMUS_ANALYZE_OPTIONS_INIT;
  options.passes = structure;
  options.pass_count = 1;
  const text by_default = analysed(model, &options);
  options.settings = settings;
  options.setting_count = 1;
  options.labels = (const char*)1; /* never looked at: every size below ends before it or leaves it out */
  options.seed = 7;
  options.features = (const ramus_features* const*)1;
  options.features_count = 1;
  options.host_passes = (const ramus_pass* const*)1;
  options.host_pass_count = 1;
  void* first = cut(&options, offsetof(ramus_analyze_options, settings));
  const text of_first = analysed(model, first);
  assert(same(of_first, by_default));
  void* second = cut(&options, offsetof(ramus_analyze_options, labels));
  const text of_second = analysed(model, second);
  assert(strstr(of_second.data, "\"factors.k\": \"16\"") != NULL && strstr(of_second.data, "\"seed\": \"0\"") != NULL);
  options.labels = NULL;
  options.features = NULL;
  options.features_count = 0;
  void* third = cut(&options, offsetof(ramus_analyze_options, host_passes)); /* before passes of the host */
  const text of_third = analysed(model, third);
  assert(strstr(of_third.data, "\"seed\": \"7\"") != NULL && strstr(of_third.data, "host_passes") == NULL);
  free(first), free(second), free(third);
  free(by_default.data), free(of_first.data), free(of_second.data), free(of_third.data);
  ramus_model_destroy(model);
  ramus_session_destroy(session);
}

static void an_older_error_is_filled_as_far_as_it_goes(void) {
  ramus_session* session = new_session();
  ramus_model* model = NULL;
  ramus_error whole = RAMUS_ERROR_INIT;
  assert(ramus_model_open(session, "/no/such/model.onnx", &model, &whole) == RAMUS_INVALID_INPUT);
  for (size_t size = sizeof(size_t); size <= sizeof whole; size = size < 40 ? size + 1 : 2 * size - 16) {
    ramus_error empty = RAMUS_ERROR_INIT;
    ramus_error* error = cut(&empty, size);
    assert(ramus_model_open(session, "/no/such/model.onnx", &model, error) == RAMUS_INVALID_INPUT);
    if (size > offsetof(ramus_error, message)) {
      const size_t room = size - offsetof(ramus_error, message);
      const size_t length = strlen(whole.message) < room ? strlen(whole.message) : room - 1;
      assert(error->status == RAMUS_INVALID_INPUT);
      assert(strlen(error->message) == length && strncmp(error->message, whole.message, length) == 0);
    } else { /* no room for a message: left alone */
      assert(memcmp((char*)error + sizeof(size_t), (char*)&empty + sizeof(size_t), size - sizeof(size_t)) == 0);
    }
    free(error);
  }
  ramus_error* newer = grown(&whole, sizeof whole, 64, 0xEE);
  assert(ramus_model_open(session, "/no/such/model.onnx", &model, newer) == RAMUS_INVALID_INPUT);
  for (size_t i = 0; i < 64; ++i) assert(((unsigned char*)newer)[sizeof whole + i] == 0xEE);
  free(newer);
  whole.struct_size = 0;
  whole.status = 77;
  assert(ramus_model_open(session, "/no/such/model.onnx", &model, &whole) == RAMUS_INVALID_INPUT && whole.status == 77);
  ramus_session_destroy(session);
}

/* What a call answers to a struct, given by its bytes. */
typedef ramus_status (*call)(void* object, const void* given, ramus_error* error);

static void every_size_has_an_answer(call ask, void* object, const void* whole, size_t known, const char* what) {
  ramus_error error = RAMUS_ERROR_INIT;
  const size_t impossible[] = {0, 1, sizeof(size_t) - 1, sizeof(size_t), known - 1, 4097, SIZE_MAX - 7, SIZE_MAX};
  for (size_t i = 0; i < sizeof impossible / sizeof *impossible; ++i) {
    void* given = cut(whole, known);
    memcpy(given, &impossible[i], sizeof(size_t)); /* the size lies, so only it may be read */
    error.message[0] = '\0';
    assert(ask(object, given, &error) == RAMUS_USAGE);
    assert(strncmp(error.message, what, strlen(what)) == 0 && strstr(error.message, "_INIT macro") != NULL);
    free(given);
  }
  void* silent = grown(whole, known, 24, 0);
  assert(ask(object, silent, &error) == RAMUS_OK);
  free(silent);
  void* demanding = grown(whole, known, 24, 0);
  ((unsigned char*)demanding)[known + 23] = 1;
  assert(ask(object, demanding, &error) == RAMUS_USAGE);
  assert(strncmp(error.message, what, strlen(what)) == 0 && strstr(error.message, "newer Ramus") != NULL);
  free(demanding);
}

static ramus_status create(void* object, const void* config, ramus_error* error) {
  (void)object;
  ramus_session* session = NULL;
  const ramus_status status = ramus_session_create(config, &session, error);
  assert((status == RAMUS_OK) == (session != NULL));
  ramus_session_destroy(session);
  return status;
}

static ramus_status analyze(void* model, const void* options, ramus_error* error) {
  ramus_report* report = NULL;
  const ramus_status status = ramus_analyze(model, options, &report, error);
  assert((status == RAMUS_OK) == (report != NULL));
  ramus_report_destroy(report);
  return status;
}

static ramus_status analyze_with_features(void* model, const void* features, ramus_error* error) {
  const ramus_features* const files[] = {features};
  ramus_analyze_options options = RAMUS_ANALYZE_OPTIONS_INIT;
  options.passes = structure;
  options.pass_count = 1;
  options.features = files;
  options.features_count = 1;
  return analyze(model, &options, error);
}

static ramus_status analyze_with_pass(void* model, const void* pass, ramus_error* error) {
  const ramus_pass* const passes[] = {pass};
  ramus_analyze_options options = RAMUS_ANALYZE_OPTIONS_INIT;
  options.passes = structure;
  options.pass_count = 1;
  options.host_passes = passes;
  options.host_pass_count = 1;
  return analyze(model, &options, error);
}

static ramus_status compare(void* model, const void* options, ramus_error* error) {
  ramus_model* const models[] = {model, model};
  ramus_comparison* comparison = NULL;
  const ramus_status status = ramus_compare(models, 2, options, &comparison, error);
  assert((status == RAMUS_OK) == (comparison != NULL));
  ramus_comparison_destroy(comparison);
  return status;
}

static ramus_status do_nothing(void* user, const ramus_graph_view* graph, ramus_notes* notes, ramus_error* error) {
  (void)user, (void)graph, (void)notes, (void)error;
  return RAMUS_OK;
}

static void sizes_of_every_struct(const char* path) {
  ramus_session* session = new_session();
  ramus_model* model = open_model(session, path);
  const ramus_session_config config = RAMUS_SESSION_CONFIG_INIT;
  every_size_has_an_answer(create, NULL, &config, sizeof config, "session config: struct_size ");
  ramus_analyze_options options = RAMUS_ANALYZE_OPTIONS_INIT;
  options.passes = structure;
  options.pass_count = 1;
  every_size_has_an_answer(analyze, model, &options, sizeof options, "analyze options: struct_size ");
  ramus_features features = RAMUS_FEATURES_INIT;
  features.data = "{}";
  features.size = 2;
  every_size_has_an_answer(analyze_with_features, model, &features, sizeof features, "features: struct_size ");
  ramus_pass pass = RAMUS_PASS_INIT;
  pass.name = "nothing";
  pass.run = do_nothing;
  every_size_has_an_answer(analyze_with_pass, model, &pass, sizeof pass, "pass: struct_size ");
  const ramus_analyze_options* const each[] = {&options};
  ramus_compare_options comparing = RAMUS_COMPARE_OPTIONS_INIT;
  comparing.analysis = each;
  comparing.analysis_count = 1;
  every_size_has_an_answer(compare, model, &comparing, sizeof comparing, "compare options: struct_size ");
  ramus_model_destroy(model);
  ramus_session_destroy(session);
}

int main(int argc, char** argv) {
  assert(argc == 2);
  an_older_config_keeps_the_rest_at_its_defaults(argv[1]);
  older_options_keep_the_rest_at_their_defaults(argv[1]);
  an_older_error_is_filled_as_far_as_it_goes();
  sizes_of_every_struct(argv[1]);
  return 0;
}
