/* What the thread tags of ramus.h promise, in the normal build and under the thread sanitizer (preset tsan).
 * usage: c_threads_test MODEL.onnx OTHER.onnx THREADS
 *
 * THREADS are those of each session. The thread sanitizer sees nothing of what happens inside libtbb.so, and so takes each
 * task that goes from one thread to another for a race; with one thread to a session none goes, and what it reports is ours. */
#include <pthread.h>
#include <stdatomic.h>

#include "tests/plugin/c_support.h"

enum { kTimes = 2 };

static uint32_t threads_of_a_session = 0;

typedef struct job {
  const char* path;
  text json;        /* of every time the same */
  atomic_int heard; /* log lines and progress */
} job;

static void hear_line(void* user, int32_t level, const char* line) {
  (void)level, (void)line;
  atomic_fetch_add((atomic_int*)user, 1);
}
static void hear_progress(void* user, const char* phase, uint64_t done, uint64_t total) {
  (void)phase, (void)done, (void)total;
  atomic_fetch_add((atomic_int*)user, 1);
}

static ramus_session* session_of(job* work) {
  ramus_session_config config = RAMUS_SESSION_CONFIG_INIT;
  config.log = hear_line;
  config.log_level = RAMUS_LOG_DEBUG;
  config.progress = hear_progress;
  config.log_user = config.progress_user = &work->heard;
  config.threads = threads_of_a_session;
  ramus_session* session = NULL;
  assert(ramus_session_create(&config, &session, NULL) == RAMUS_OK);
  return session;
}

/* All that a thread may do with objects of its own, while others do the same with theirs. */
static void* analyse(void* user) {
  job* work = user;
  for (int i = 0; i < kTimes; ++i) {
    ramus_session* session = session_of(work);
    ramus_model* model = open_model(session, work->path);
    ramus_report* report = NULL;
    text json = {NULL, 0}, passes = {NULL, 0}, annotated = {NULL, 0}, rewritten = {NULL, 0};
    assert(ramus_analyze(model, NULL, &report, NULL) == RAMUS_OK);
    assert(ramus_report_write(report, "json", append, &json, NULL) == RAMUS_OK);
    assert(ramus_write_passes("json", append, &passes, NULL) == RAMUS_OK);
    assert(ramus_annotate(model, report, NULL, append, &annotated, NULL) == RAMUS_OK);
    assert(ramus_rewrite(model, "normal", append, &rewritten, NULL) == RAMUS_OK);
    assert(ramus_get_api(RAMUS_VERSION_MAJOR) != NULL && strcmp(ramus_version(), "0") > 0);
    assert(i == 0 || same(json, work->json));
    free(work->json.data);
    work->json = json;
    free(passes.data), free(annotated.data), free(rewritten.data);
    ramus_report_destroy(report);
    ramus_model_destroy(model);
    ramus_session_destroy(session);
  }
  return NULL;
}

static void sessions_in_two_threads_do_not_notice_each_other(const char* path, const char* other) {
  job alone = {path, {NULL, 0}, 0}, both[2] = {{path, {NULL, 0}, 0}, {other, {NULL, 0}, 0}};
  analyse(&alone);
  pthread_t threads[2];
  for (int i = 0; i < 2; ++i) assert(pthread_create(&threads[i], NULL, analyse, &both[i]) == 0);
  for (int i = 0; i < 2; ++i) assert(pthread_join(threads[i], NULL) == 0);
  assert(same(alone.json, both[0].json) && !same(alone.json, both[1].json));
  assert(alone.heard > 0 && both[0].heard > 0 && both[1].heard > 0);
  free(alone.json.data), free(both[0].json.data), free(both[1].json.data);
}

/* One session may open models in turn and analyse each in a thread of its own: [object: model]. */
typedef struct shared_session {
  ramus_model* model;
  text json;
} shared_session;

static void* analyse_model(void* user) {
  shared_session* part = user;
  part->json = analysed(part->model, NULL);
  return NULL;
}

static void models_of_one_session_are_analysed_side_by_side(const char* path, const char* other) {
  job work = {path, {NULL, 0}, 0};
  ramus_session* session = session_of(&work);
  shared_session parts[2] = {{open_model(session, path), {NULL, 0}}, {open_model(session, other), {NULL, 0}}};
  pthread_t threads[2];
  for (int i = 0; i < 2; ++i) assert(pthread_create(&threads[i], NULL, analyse_model, &parts[i]) == 0);
  for (int i = 0; i < 2; ++i) {
    assert(pthread_join(threads[i], NULL) == 0 && parts[i].json.size > 0);
    free(parts[i].json.data);
    ramus_model_destroy(parts[i].model);
  }
  ramus_session_destroy(session);
}

/* An analysis that waits in a pass of the host until another thread has cancelled it. */
typedef struct gate {
  atomic_int entered, cancelled;
} gate;

static ramus_status wait_in_pass(void* user, const ramus_graph_view* graph, ramus_notes* notes, ramus_error* error) {
  (void)graph, (void)notes, (void)error;
  gate* door = user;
  atomic_store(&door->entered, 1);
  while (!atomic_load(&door->cancelled)) {
  }
  return RAMUS_OK;
}

static ramus_status do_nothing(void* user, const ramus_graph_view* graph, ramus_notes* notes, ramus_error* error) {
  (void)user, (void)graph, (void)notes, (void)error;
  return RAMUS_OK;
}

typedef struct waiting {
  ramus_model* model;
  gate door;
  ramus_status status;
} waiting;

static void* analyse_behind_gate(void* user) {
  waiting* task = user;
  ramus_pass pass = RAMUS_PASS_INIT, next = RAMUS_PASS_INIT;
  pass.name = "wait";
  pass.user = &task->door;
  pass.run = wait_in_pass;
  next.name = "next";
  next.run = do_nothing;
  const ramus_pass* const passes[] = {&pass, &next};
  ramus_analyze_options options = RAMUS_ANALYZE_OPTIONS_INIT;
  options.host_passes = passes;
  options.host_pass_count = 2;
  ramus_report* report = NULL;
  task->status = ramus_analyze(task->model, &options, &report, NULL);
  assert(report == NULL);
  return NULL;
}

static void another_thread_cancels(const char* path) {
  job work = {path, {NULL, 0}, 0};
  ramus_session* session = session_of(&work);
  waiting task = {open_model(session, path), {0, 0}, RAMUS_OK};
  pthread_t thread;
  assert(pthread_create(&thread, NULL, analyse_behind_gate, &task) == 0);
  while (!atomic_load(&task.door.entered)) {
  }
  ramus_session_cancel(session);
  atomic_store(&task.door.cancelled, 1);
  assert(pthread_join(thread, NULL) == 0 && task.status == RAMUS_CANCELLED);
  ramus_session_resume(session);
  const text json = analysed(task.model, NULL);
  free(json.data);
  ramus_model_destroy(task.model);
  ramus_session_destroy(session);
}

/* Cancelled at some moment of the work of Ramus itself: as soon as it is heard of. */
static void* analyse_until_cancelled(void* user) {
  waiting* task = user;
  ramus_report* report = NULL;
  task->status = ramus_analyze(task->model, NULL, &report, NULL);
  ramus_report_destroy(report);
  return NULL;
}

static void another_thread_cancels_the_work_itself(const char* path) {
  job work = {path, {NULL, 0}, 0};
  ramus_session* session = session_of(&work);
  for (int lines = 1; lines < 16; lines += 4) {
    atomic_store(&work.heard, 0);
    waiting task = {open_model(session, path), {0, 0}, RAMUS_INTERNAL};
    pthread_t thread;
    assert(pthread_create(&thread, NULL, analyse_until_cancelled, &task) == 0);
    while (atomic_load(&work.heard) < lines) {
    }
    ramus_session_cancel(session);
    assert(pthread_join(thread, NULL) == 0);
    assert(task.status == RAMUS_CANCELLED || task.status == RAMUS_OK); /* OK: it was done before it heard of it */
    ramus_session_resume(session);
    ramus_model_destroy(task.model);
  }
  ramus_session_destroy(session);
}

int main(int argc, char** argv) {
  assert(argc == 4);
  threads_of_a_session = (uint32_t)strtoul(argv[3], NULL, 10);
  sessions_in_two_threads_do_not_notice_each_other(argv[1], argv[2]);
  models_of_one_session_are_analysed_side_by_side(argv[1], argv[2]);
  another_thread_cancels(argv[1]);
  another_thread_cancels_the_work_itself(argv[1]);
  return 0;
}
