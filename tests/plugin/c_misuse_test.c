/* Hosts that give NULL, bytes that are no model, and writers that stop. usage: c_misuse_test MODEL.onnx */
#include "tests/plugin/c_support.h"

/* Each call is a usage error with a message, with and without a place for it. */
#define IS_USAGE(call)                                                                                      \
  {                                                                                                         \
    ramus_error there = RAMUS_ERROR_INIT;                                                                   \
    ramus_error* error = &there;                                                                            \
    assert((call) == RAMUS_USAGE);                                                                          \
    assert(there.status == RAMUS_USAGE && there.message[0] != '\0' && strchr(there.message, '\n') == NULL); \
    error = NULL;                                                                                           \
    assert((call) == RAMUS_USAGE);                                                                          \
  }

static void nothing_of_null_is_done(const char* path) {
  ramus_session* session = new_session();
  ramus_model* model = open_model(session, path);
  ramus_report* report = NULL;
  ramus_comparison* comparison = NULL;
  ramus_model* other = NULL;
  ramus_model* const models[] = {model, model};
  const char* const passes[] = {"branch-tree"};
  ramus_analyze_options options = RAMUS_ANALYZE_OPTIONS_INIT;
  options.passes = passes;
  options.pass_count = 1;
  assert(ramus_analyze(model, &options, &report, NULL) == RAMUS_OK);
  assert(ramus_compare(models, 2, NULL, &comparison, NULL) == RAMUS_OK);

  assert(ramus_version() != NULL);
  IS_USAGE(ramus_session_create(NULL, NULL, error))
  ramus_session_cancel(NULL);
  ramus_session_resume(NULL);
  IS_USAGE(ramus_model_open(NULL, path, &other, error))
  IS_USAGE(ramus_model_open(session, NULL, &other, error))
  IS_USAGE(ramus_model_open(session, path, NULL, error))
  IS_USAGE(ramus_model_open_memory(NULL, "x", 1, NULL, &other, error))
  IS_USAGE(ramus_model_open_memory(session, NULL, 1, NULL, &other, error))
  IS_USAGE(ramus_model_open_memory(session, "x", 1, NULL, NULL, error))
  IS_USAGE(ramus_model_open_named(NULL, "x", 1, NULL, "x", &other, error))
  IS_USAGE(ramus_model_open_named(session, NULL, 1, NULL, "x", &other, error))
  IS_USAGE(ramus_model_open_named(session, "x", 1, NULL, "x", NULL, error))
  assert(ramus_model_has_external_data(NULL) == 0);
  IS_USAGE(ramus_analyze(NULL, NULL, &report, error))
  IS_USAGE(ramus_analyze(model, NULL, NULL, error))
  IS_USAGE(ramus_report_read(NULL, "{}", 2, &report, error))
  IS_USAGE(ramus_report_read(session, NULL, 2, &report, error))
  IS_USAGE(ramus_report_read(session, "{}", 2, NULL, error))
  IS_USAGE(ramus_report_write(NULL, "json", append, NULL, error))
  IS_USAGE(ramus_report_write(report, NULL, append, NULL, error))
  IS_USAGE(ramus_report_write(report, "json", NULL, NULL, error))
  IS_USAGE(ramus_write_passes(NULL, append, NULL, error))
  IS_USAGE(ramus_write_passes("text", NULL, NULL, error))
  IS_USAGE(ramus_compare(NULL, 2, NULL, &comparison, error))
  IS_USAGE(ramus_compare(models, 2, NULL, NULL, error))
  IS_USAGE(ramus_comparison_write(NULL, "json", append, NULL, error))
  IS_USAGE(ramus_comparison_write(comparison, NULL, append, NULL, error))
  IS_USAGE(ramus_comparison_write(comparison, "json", NULL, NULL, error))
  ramus_checker* checker = NULL;
  assert(ramus_checker_create(session, NULL, &checker, NULL) == RAMUS_OK);
  ramus_checker* unmade = NULL;
  IS_USAGE(ramus_checker_create(NULL, NULL, &unmade, error))
  IS_USAGE(ramus_checker_create(session, NULL, NULL, error))
  IS_USAGE(ramus_checker_run(NULL, model, error))
  IS_USAGE(ramus_checker_run(checker, NULL, error))
  IS_USAGE(ramus_checker_add_failure(NULL, "m", "why", error))
  IS_USAGE(ramus_checker_add_failure(checker, NULL, "why", error))
  IS_USAGE(ramus_checker_add_failure(checker, "m", NULL, error))
  assert(ramus_checker_count(NULL, NULL) == 0);
  IS_USAGE(ramus_checker_write(NULL, "text", append, NULL, error))
  IS_USAGE(ramus_checker_write(checker, NULL, append, NULL, error))
  IS_USAGE(ramus_checker_write(checker, "text", NULL, NULL, error))
  IS_USAGE(ramus_write_rules(NULL, NULL, append, NULL, error))
  IS_USAGE(ramus_write_rules(NULL, "text", NULL, NULL, error))
  assert(unmade == NULL);
  ramus_checker_destroy(checker);
  ramus_checker_destroy(NULL);
  IS_USAGE(ramus_annotate(NULL, report, NULL, append, NULL, error))
  IS_USAGE(ramus_annotate(model, NULL, NULL, append, NULL, error))
  IS_USAGE(ramus_annotate(model, report, NULL, NULL, NULL, error))
  IS_USAGE(ramus_reattach(NULL, report, &report, error))
  IS_USAGE(ramus_reattach(model, NULL, &report, error))
  IS_USAGE(ramus_reattach(model, report, NULL, error))
  IS_USAGE(ramus_strip(NULL, append, NULL, error))
  IS_USAGE(ramus_strip(model, NULL, NULL, error))
  IS_USAGE(ramus_rewrite(NULL, "normal", append, NULL, error))
  IS_USAGE(ramus_rewrite(model, NULL, append, NULL, error))
  IS_USAGE(ramus_rewrite(model, "normal", NULL, NULL, error))
  assert(ramus_graph_path(NULL) == NULL);
  assert(ramus_graph_node_count(NULL) == 0 && ramus_graph_node(NULL, 0) == NULL);
  assert(ramus_graph_find_node(NULL, "x") == NULL);
  assert(ramus_graph_group_count(NULL) == 0 && ramus_graph_group(NULL, 0) == NULL);
  IS_USAGE(ramus_notes_add(NULL, "where", "code", "text", error))

  /* Lists that are not there, and entries of lists. */
  options.passes = NULL;
  IS_USAGE(ramus_analyze(model, &options, &report, error))
  const char* const gap[] = {"branch-tree", NULL};
  options.passes = gap;
  options.pass_count = 2;
  IS_USAGE(ramus_analyze(model, &options, &report, error))
  options.pass_count = 1;
  options.settings = gap + 1;
  options.setting_count = 1;
  IS_USAGE(ramus_analyze(model, &options, &report, error))
  options.settings = NULL;
  IS_USAGE(ramus_analyze(model, &options, &report, error))
  options.setting_count = 0;
  options.features_count = 1;
  IS_USAGE(ramus_analyze(model, &options, &report, error))
  const ramus_features* const no_features[] = {NULL};
  options.features = no_features;
  IS_USAGE(ramus_analyze(model, &options, &report, error))
  options.features_count = 0;
  options.host_pass_count = 1;
  IS_USAGE(ramus_analyze(model, &options, &report, error))

  for (int i = 0; i < 2; ++i) {
    ramus_report_destroy(NULL);
    ramus_comparison_destroy(NULL);
    ramus_model_destroy(NULL);
    ramus_session_destroy(NULL);
  }
  assert(other == NULL);
  ramus_comparison_destroy(comparison);
  ramus_report_destroy(report);
  ramus_model_destroy(model);
  ramus_session_destroy(session);
}

/* Bytes in a block that ends with them. A status says how it went; what must not happen is a crash. */
static ramus_status open_and_analyse(ramus_session* session, const void* bytes, size_t size) {
  void* block = malloc(size == 0 ? 1 : size);
  assert(block != NULL);
  memcpy(block, bytes, size);
  ramus_model* model = NULL;
  ramus_report* report = NULL;
  ramus_error error = RAMUS_ERROR_INIT;
  const char* const passes[] = {"branch-tree"};
  ramus_analyze_options options = RAMUS_ANALYZE_OPTIONS_INIT;
  options.passes = passes;
  options.pass_count = 1;
  ramus_status status = ramus_model_open_memory(session, block, size, NULL, &model, &error);
  assert((status == RAMUS_OK) == (model != NULL));
  if (status == RAMUS_OK) status = ramus_analyze(model, &options, &report, &error);
  assert((status == RAMUS_OK) == (report != NULL) && (status == RAMUS_OK) == (error.message[0] == '\0'));
  ramus_report_destroy(report);
  ramus_model_destroy(model);
  free(block);
  return status;
}

static void bytes_of_any_size_are_opened_or_refused(const char* path) {
  ramus_session* session = new_session();
  text model = read_file(path);
  for (size_t size = 0; size < 64; ++size) {
    assert(open_and_analyse(session, model.data, size) == RAMUS_INVALID_INPUT);
  }
  for (size_t part = 1; part < 8; ++part) {
    assert(open_and_analyse(session, model.data, model.size / 8 * part) == RAMUS_INVALID_INPUT);
  }
  assert(open_and_analyse(session, model.data, model.size - 1) == RAMUS_INVALID_INPUT);
  assert(open_and_analyse(session, model.data, model.size) == RAMUS_OK);
  for (int byte = 0; byte < 256; ++byte) { /* all one-byte files, and runs of the byte */
    unsigned char run[48];
    memset(run, byte, sizeof run);
    assert(open_and_analyse(session, run, 1) == RAMUS_INVALID_INPUT);
    assert(open_and_analyse(session, run, sizeof run) == RAMUS_INVALID_INPUT);
  }
  const size_t large = (size_t)64 << 20;
  void* zeros = calloc(large, 1);
  assert(zeros != NULL && open_and_analyse(session, zeros, large) == RAMUS_INVALID_INPUT);
  free(zeros);
  free(model.data);
  ramus_session_destroy(session);
}

/* A writer that takes so many pieces and then no more. */
typedef struct taker {
  size_t pieces, most;
  text whole;
} taker;

static int32_t take(void* user, const void* data, size_t size) {
  taker* self = user;
  assert(self->pieces < self->most); /* who said stop is not called again */
  ++self->pieces;
  if (self->pieces == self->most) return -1;
  return append(&self->whole, data, size);
}

typedef ramus_status (*writing)(ramus_model* model, const ramus_report* report, ramus_writer writer, void* user);
static ramus_status annotated(ramus_model* model, const ramus_report* report, ramus_writer writer, void* user) {
  return ramus_annotate(model, report, NULL, writer, user, NULL);
}
static ramus_status stripped(ramus_model* model, const ramus_report* report, ramus_writer writer, void* user) {
  (void)report;
  return ramus_strip(model, writer, user, NULL);
}
static ramus_status rewritten(ramus_model* model, const ramus_report* report, ramus_writer writer, void* user) {
  (void)report;
  return ramus_rewrite(model, "normal", writer, user, NULL);
}
static ramus_status as_json(ramus_model* model, const ramus_report* report, ramus_writer writer, void* user) {
  (void)model;
  return ramus_report_write(report, "json", writer, user, NULL);
}

static void a_writer_stops_at_any_piece(const char* path) {
  ramus_session* session = new_session();
  ramus_model* model = open_model(session, path);
  ramus_report* report = NULL;
  assert(ramus_analyze(model, NULL, &report, NULL) == RAMUS_OK);
  const writing calls[] = {annotated, stripped, rewritten, as_json};
  for (size_t c = 0; c < sizeof calls / sizeof *calls; ++c) {
    taker all = {0, SIZE_MAX, {NULL, 0}};
    assert(calls[c](model, report, take, &all) == RAMUS_OK && all.pieces > 0);
    const size_t step = all.pieces / 20 + 1;
    for (size_t most = 1; most <= all.pieces; most += step) {
      taker some = {0, most, {NULL, 0}};
      assert(calls[c](model, report, take, &some) == RAMUS_CANCELLED && some.pieces == most);
      assert(some.whole.size < all.whole.size && memcmp(some.whole.data == NULL ? "" : some.whole.data, all.whole.data,
                                                        some.whole.size) == 0); /* what came is the beginning */
      free(some.whole.data);
    }
    taker again = {0, SIZE_MAX, {NULL, 0}}; /* and nothing is spoilt by it */
    assert(calls[c](model, report, take, &again) == RAMUS_OK && same(again.whole, all.whole));
    free(again.whole.data), free(all.whole.data);
  }
  ramus_report_destroy(report);
  ramus_model_destroy(model);
  ramus_session_destroy(session);
}

int main(int argc, char** argv) {
  assert(argc == 2);
  nothing_of_null_is_done(argv[1]);
  bytes_of_any_size_are_opened_or_refused(argv[1]);
  a_writer_stops_at_any_piece(argv[1]);
  return 0;
}
