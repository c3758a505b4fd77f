/* Passes that a C host brings: what they see, what they may say, and how they end an analysis.
 * usage: c_pass_test MODEL.onnx */
#include "tests/plugin/c_pass_model.h"
#include "tests/plugin/c_support.h"

static ramus_pass pass_named(const char* name, ramus_pass_callback run, void* user) {
  ramus_pass pass = RAMUS_PASS_INIT;
  pass.name = name;
  pass.run = run;
  pass.user = user;
  return pass;
}

/* What an analysis of the model with these passes answers. `selected`: NULL for all passes. */
static ramus_status analyse_with(ramus_model* model, const ramus_pass* const* passes, size_t count,
                                 const char* selected, text* json, ramus_error* error) {
  ramus_analyze_options options = RAMUS_ANALYZE_OPTIONS_INIT;
  options.host_passes = passes;
  options.host_pass_count = count;
  options.passes = &selected;
  options.pass_count = selected == NULL ? 0 : 1;
  ramus_report* report = NULL;
  const ramus_status status = ramus_analyze(model, &options, &report, error);
  assert((status == RAMUS_OK) == (report != NULL));
  if (report != NULL && json != NULL) assert(ramus_report_write(report, "json", append, json, NULL) == RAMUS_OK);
  ramus_report_destroy(report);
  return status;
}

typedef struct calls {
  int graphs;
  text seen;
} calls;

static void say(text* out, const char* word) {
  append(out, word, strlen(word));
  append(out, " ", 1);
}

/* Writes down all that the view holds, in one line. */
static ramus_status write_down(void* user, const ramus_graph_view* graph, ramus_notes* notes, ramus_error* error) {
  (void)notes, (void)error;
  calls* all = user;
  ++all->graphs;
  text* out = &all->seen;
  append(out, "<", 1);
  say(out, ramus_graph_path(graph));
  for (size_t n = 0; n < ramus_graph_node_count(graph); ++n) {
    const ramus_node* node = ramus_graph_node(graph, n);
    assert(node->struct_size == sizeof *node && ramus_graph_find_node(graph, node->name) == node);
    say(out, node->name), say(out, "="), say(out, node->domain), say(out, node->op), say(out, "(");
    for (size_t i = 0; i < node->input_count; ++i) say(out, node->inputs[i][0] == '\0' ? "-" : node->inputs[i]);
    say(out, "->");
    for (size_t i = 0; i < node->output_count; ++i) say(out, node->outputs[i]);
    say(out, ")");
  }
  for (size_t g = 0; g < ramus_graph_group_count(graph); ++g) {
    const ramus_group* group = ramus_graph_group(graph, g);
    assert(group->struct_size == sizeof *group && group->name[0] != '\0');
    say(out, "|"), say(out, group->id), say(out, group->kind), say(out, group->fork_value), say(out, "to");
    say(out, group->join == NULL ? "nothing" : group->join),
        say(out, group->parent_branch == NULL ? "top" : group->parent_branch);
    say(out, group->closed ? "closed" : "open");
    for (size_t b = 0; b < group->branch_count; ++b) {
      const ramus_branch* branch = group->branches[b];
      assert(branch->struct_size == sizeof *branch && branch->name[0] != '\0');
      say(out, branch->id), say(out, branch->skip ? "skip" : branch->projection ? "projection" : "arm");
      for (size_t n = 0; n < branch->node_count; ++n) say(out, branch->nodes[n]);
    }
  }
  append(out, ">", 1);
  return RAMUS_OK;
}

static void a_pass_sees_each_graph_under_the_names_of_the_report(void) {
  ramus_session* session = new_session();
  ramus_model* model = NULL;
  assert(ramus_model_open_memory(session, model_with_bodies, sizeof model_with_bodies, NULL, &model, NULL) == RAMUS_OK);
  calls all = {0, {NULL, 0}};
  const ramus_pass pass = pass_named("write-down", write_down, &all);
  const ramus_pass* const passes[] = {&pass};
  assert(analyse_with(model, passes, 1, NULL, NULL, NULL) == RAMUS_OK && all.graphs == 3);
  const char expected[] =
      "< #0:If =  If ( c -> y ) #1:Twist = com.example Twist ( x - y -> z ) "
      "| g0 conditional  to #0:If top closed g0.b0 arm g0.b1 arm "
      "| g1 outputs  to nothing top open g1.b0 arm g1.b1 arm #1:Twist >"
      "<0/then_branch #0:If/then_branch/#0:Relu =  Relu ( x -> r ) #0:If/then_branch/#1:Add =  Add ( x r -> a ) "
      "| g2 residual x to #0:If/then_branch/#1:Add g0.b0 closed g2.b0 skip g2.b1 arm #0:If/then_branch/#0:Relu >"
      "<0/else_branch #0:If/else_branch/#0:Neg =  Neg ( x -> b ) >";
  if (strcmp(all.seen.data, expected) != 0) fprintf(stderr, "%s\n", all.seen.data);
  assert(strcmp(all.seen.data, expected) == 0);
  free(all.seen.data);
  ramus_model_destroy(model);
  ramus_session_destroy(session);
}

static ramus_status ask_beyond(void* user, const ramus_graph_view* graph, ramus_notes* notes, ramus_error* error) {
  (void)user;
  assert(ramus_graph_node(graph, ramus_graph_node_count(graph)) == NULL && ramus_graph_node(graph, SIZE_MAX) == NULL);
  assert(ramus_graph_group(graph, ramus_graph_group_count(graph)) == NULL &&
         ramus_graph_group(graph, SIZE_MAX) == NULL);
  assert(ramus_graph_find_node(graph, "no such node") == NULL && ramus_graph_find_node(graph, NULL) == NULL);
  assert(ramus_notes_add(notes, "x", NULL, "text", error) == RAMUS_USAGE);
  assert(ramus_notes_add(notes, "x", "code", NULL, error) == RAMUS_USAGE);
  const char* const codes[] = {"", "Big", "two words", "-a", "a-", "a--b", "1a", "a.b", "\xC3\xA4"};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; ++i) {
    assert(ramus_notes_add(notes, "x", codes[i], "text", error) == RAMUS_USAGE);
    assert(strstr(error->message, "codes are like 'too-wide'") != NULL);
  }
  assert(ramus_notes_add(notes, "x", "conv-2d", "text", NULL) == RAMUS_OK);
  return RAMUS_OK;
}

static ramus_status note_each_graph(void* user, const ramus_graph_view* graph, ramus_notes* notes, ramus_error* error) {
  char where[] = "gone after the call", words[] = "one\ntwo";
  assert(user == NULL && ramus_graph_path(graph) != NULL);
  ramus_status status = ramus_notes_add(notes, NULL, "whole", words, error);
  if (status == RAMUS_OK) status = ramus_notes_add(notes, where, "part", words, error);
  memset(where, '#', sizeof where - 1); /* it was copied */
  memset(words, '#', sizeof words - 1);
  return status;
}

static void notes_reach_the_report_with_the_name_of_the_pass(void) {
  ramus_session* session = new_session();
  ramus_model* model = NULL;
  assert(ramus_model_open_memory(session, model_with_bodies, sizeof model_with_bodies, NULL, &model, NULL) == RAMUS_OK);
  const ramus_pass beyond = pass_named("ask-beyond", ask_beyond, NULL),
                   each = pass_named("each", note_each_graph, NULL);
  const ramus_pass* const passes[] = {&beyond, &each};
  ramus_analyze_options options = RAMUS_ANALYZE_OPTIONS_INIT;
  options.host_passes = passes;
  options.host_pass_count = 2;
  ramus_report* report = NULL;
  text json = {NULL, 0}, summary = {NULL, 0}, annotated = {NULL, 0};
  assert(ramus_analyze(model, &options, &report, NULL) == RAMUS_OK);
  assert(ramus_report_write(report, "json", append, &json, NULL) == RAMUS_OK);
  assert(ramus_report_write(report, "text", append, &summary, NULL) == RAMUS_OK);
  const char expected[] =
      "\"code\": \"ask-beyond.conv-2d\",\n   \"text\": \"text\"\n  },\n"
      "  {\n   \"where\": \"\",\n   \"code\": \"each.whole\",\n   \"text\": \"one two\"\n  },\n"
      "  {\n   \"where\": \"gone after the call\",\n   \"code\": \"each.part\",\n   \"text\": \"one two\"\n  },\n"
      "  {\n   \"where\": \"#0:If/then_branch\",\n   \"code\": \"each.whole\",\n";
  assert(strstr(json.data, expected) != NULL);
  assert(strstr(json.data, "\"host_passes\": \"ask-beyond,each\"") != NULL);
  assert(strstr(summary.data, "\nNotes\n") != NULL && strstr(summary.data, "  gone after the call: one two\n") != NULL);
  ramus_report* back = NULL; /* a report with such notes is read and annotates as any other */
  assert(ramus_report_read(session, json.data, json.size, &back, NULL) == RAMUS_OK);
  assert(ramus_annotate(model, back, NULL, append, &annotated, NULL) == RAMUS_OK);
  free(json.data), free(summary.data), free(annotated.data);
  ramus_report_destroy(back);
  ramus_report_destroy(report);
  ramus_model_destroy(model);
  ramus_session_destroy(session);
}

static void passes_are_selected_by_name(const char* path) {
  ramus_session* session = new_session();
  ramus_model* model = open_model(session, path);
  calls first = {0, {NULL, 0}}, second = {0, {NULL, 0}};
  const ramus_pass a = pass_named("first", write_down, &first), b = pass_named("second", write_down, &second);
  const ramus_pass* const passes[] = {&a, &b};
  text none = {NULL, 0}, unselected = {NULL, 0}, one = {NULL, 0};
  ramus_error error = RAMUS_ERROR_INIT;
  assert(analyse_with(model, NULL, 0, "branch-tree", &none, NULL) == RAMUS_OK);
  assert(analyse_with(model, passes, 2, "branch-tree", &unselected, NULL) == RAMUS_OK);
  assert(first.graphs == 0 && second.graphs == 0);
  assert(same(none, unselected)); /* a pass that does not run leaves no trace */
  assert(analyse_with(model, passes, 2, "second", &one, NULL) == RAMUS_OK);
  assert(first.graphs == 0 && second.graphs == 1);
  assert(strstr(second.seen.data, "concat") != NULL); /* groups are looked for without being asked for */
  assert(strstr(one.data, "\"host_passes\": \"second\"") != NULL && strstr(one.data, "\"factors\": []") != NULL);
  assert(analyse_with(model, passes, 2, "third", NULL, &error) == RAMUS_USAGE);
  assert(strstr(error.message, "pass 'third': no such pass") != NULL &&
         strstr(error.message, ", first, second") != NULL);
  assert(second.graphs == 1);
  free(none.data), free(unselected.data), free(one.data), free(second.seen.data);
  ramus_model_destroy(model);
  ramus_session_destroy(session);
}

static ramus_status answer_with(void* user, const ramus_graph_view* graph, ramus_notes* notes, ramus_error* error) {
  (void)graph, (void)notes;
  const ramus_error* answer = user;
  assert(error->struct_size >= sizeof *error && error->message[0] == '\0');
  memcpy(error->message, answer->message, sizeof error->message);
  return answer->status;
}

static void a_pass_ends_the_analysis(const char* path) {
  ramus_session* session = new_session();
  ramus_model* model = open_model(session, path);
  const struct {
    ramus_status answer, status;
    const char *message, *expected;
  } cases[] = {
      {RAMUS_CANCELLED, RAMUS_CANCELLED, "the user closed the window", "pass 'judge': the user closed the window"},
      {RAMUS_USAGE, RAMUS_USAGE, "two\nlines", "pass 'judge': two lines"},
      {RAMUS_INTERNAL, RAMUS_USAGE, "", "pass 'judge': ended the analysis with status 4"},
      {-1, RAMUS_USAGE, "", "pass 'judge': ended the analysis with status -1"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i) {
    ramus_error answer = RAMUS_ERROR_INIT, error = RAMUS_ERROR_INIT;
    answer.status = cases[i].answer;
    strcpy(answer.message, cases[i].message);
    const ramus_pass pass = pass_named("judge", answer_with, &answer);
    const ramus_pass* const passes[] = {&pass};
    assert(analyse_with(model, passes, 1, "judge", NULL, &error) == cases[i].status);
    assert(error.status == cases[i].status && strcmp(error.message, cases[i].expected) == 0);
  }
  ramus_error endless = RAMUS_ERROR_INIT, error = RAMUS_ERROR_INIT;
  endless.status = RAMUS_USAGE;
  memset(endless.message, 'x', sizeof endless.message); /* without its zero byte */
  const ramus_pass pass = pass_named("judge", answer_with, &endless);
  const ramus_pass* const passes[] = {&pass};
  assert(analyse_with(model, passes, 1, "judge", NULL, &error) == RAMUS_USAGE);
  assert(strlen(error.message) == sizeof error.message - 1);
  ramus_model_destroy(model);
  ramus_session_destroy(session);
}

static void descriptors_are_checked_before_anything_runs(const char* path) {
  ramus_session* session = new_session();
  ramus_model* model = open_model(session, path);
  const struct {
    const char *name, *expected;
  } cases[] = {
      {NULL, "pass: name must not be NULL"},
      {"", "pass '': names of passes are like 'wide-joins'"},
      {"Wide Joins", "pass 'Wide Joins': names of passes are like 'wide-joins'"},
      {"wide_joins", "pass 'wide_joins': names of passes are like 'wide-joins'"},
      {"factors", "pass 'factors': Ramus has a pass of that name"},
      {"drop-no-ops", "pass 'drop-no-ops': Ramus has a pass of that name"},
      {"fine", "pass 'fine': the host has two passes of that name"},
  };
  calls all = {0, {NULL, 0}};
  ramus_error error = RAMUS_ERROR_INIT;
  const ramus_pass fine = pass_named("fine", write_down, &all);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i) {
    const ramus_pass pass = pass_named(cases[i].name, write_down, &all);
    const ramus_pass* const passes[] = {&fine, &pass};
    assert(analyse_with(model, passes, 2, NULL, NULL, &error) == RAMUS_USAGE);
    assert(strcmp(error.message, cases[i].expected) == 0);
  }
  const ramus_pass idle = pass_named("idle", NULL, NULL);
  const ramus_pass* const without_run[] = {&idle};
  assert(analyse_with(model, without_run, 1, NULL, NULL, &error) == RAMUS_USAGE);
  assert(strcmp(error.message, "pass 'idle': run must not be NULL") == 0);
  const ramus_pass* const missing[] = {&fine, NULL};
  assert(analyse_with(model, missing, 2, NULL, NULL, &error) == RAMUS_USAGE);

  const ramus_pass* const passes[] = {&fine};
  ramus_analyze_options options = RAMUS_ANALYZE_OPTIONS_INIT;
  options.host_passes = passes;
  options.host_pass_count = 1;
  const ramus_analyze_options* const each[] = {&options};
  ramus_compare_options comparing = RAMUS_COMPARE_OPTIONS_INIT;
  comparing.analysis = each;
  comparing.analysis_count = 1;
  ramus_model* const models[] = {model, model};
  ramus_comparison* comparison = NULL;
  assert(ramus_compare(models, 2, &comparing, &comparison, &error) == RAMUS_USAGE && comparison == NULL);
  assert(strcmp(error.message, "compare: host_passes run in ramus_analyze only") == 0);
  assert(all.graphs == 0);
  ramus_model_destroy(model);
  ramus_session_destroy(session);
}

static ramus_status cancel_session(void* user, const ramus_graph_view* graph, ramus_notes* notes, ramus_error* error) {
  (void)graph, (void)notes, (void)error;
  ramus_session_cancel(user);
  return RAMUS_OK;
}

static text lines = {NULL, 0};
static void keep_line(void* user, int32_t level, const char* line) {
  (void)user, (void)level;
  append(&lines, line, strlen(line)), append(&lines, "\n", 1);
}

static void a_pass_may_cancel_and_is_heard_of_in_the_log(const char* path) {
  ramus_session_config config = RAMUS_SESSION_CONFIG_INIT;
  config.log = keep_line;
  config.log_level = RAMUS_LOG_DEBUG;
  ramus_session* session = NULL;
  assert(ramus_session_create(&config, &session, NULL) == RAMUS_OK);
  ramus_model* model = open_model(session, path);
  calls after = {0, {NULL, 0}};
  ramus_pass a = pass_named("stop", cancel_session, session), b = pass_named("after", write_down, &after);
  a.summary = "ends what comes later";
  const ramus_pass* const passes[] = {&a, &b};
  assert(analyse_with(model, passes, 2, NULL, NULL, NULL) == RAMUS_CANCELLED && after.graphs == 0);
  assert(strstr(lines.data, "pass stop: ends what comes later\n") != NULL);
  free(lines.data);
  ramus_model_destroy(model);
  ramus_session_destroy(session);
}

int main(int argc, char** argv) {
  assert(argc == 2);
  a_pass_sees_each_graph_under_the_names_of_the_report();
  notes_reach_the_report_with_the_name_of_the_pass();
  passes_are_selected_by_name(argv[1]);
  a_pass_ends_the_analysis(argv[1]);
  descriptors_are_checked_before_anything_runs(argv[1]);
  a_pass_may_cancel_and_is_heard_of_in_the_log(argv[1]);
  return 0;
}
