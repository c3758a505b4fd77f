/* What the tests of the C interface share: assert that stays on, text that grows, files, a session by default. */
#ifndef RAMUS_TESTS_C_SUPPORT_H
#define RAMUS_TESTS_C_SUPPORT_H

#undef NDEBUG
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/ramus.h"

typedef struct text {
  char* data; /* ends with a zero byte beyond its size */
  size_t size;
} text;

/* A ramus_writer that keeps everything. */
static inline int32_t append(void* user, const void* data, size_t size) {
  text* whole = (text*)user;
  whole->data = (char*)realloc(whole->data, whole->size + size + 1);
  assert(whole->data != NULL);
  memcpy(whole->data + whole->size, data, size);
  whole->size += size;
  whole->data[whole->size] = '\0';
  return 0;
}

/* A ramus_writer that wants nothing. */
static inline int32_t refuse(void* user, const void* data, size_t size) {
  (void)user, (void)data, (void)size;
  return 1;
}

static inline int same(text a, text b) { return a.size == b.size && memcmp(a.data, b.data, a.size) == 0; }

static inline text read_file(const char* path) {
  text whole = {NULL, 0};
  FILE* file = fopen(path, "rb");
  assert(file != NULL);
  char buffer[4096];
  for (size_t got; (got = fread(buffer, 1, sizeof buffer, file)) > 0;) append(&whole, buffer, got);
  fclose(file);
  return whole;
}

static inline ramus_session* new_session(void) {
  ramus_session* session = NULL;
  assert(ramus_session_create(NULL, &session, NULL) == RAMUS_OK);
  return session;
}

static inline ramus_model* open_model(ramus_session* session, const char* path) {
  ramus_model* model = NULL;
  assert(ramus_model_open(session, path, &model, NULL) == RAMUS_OK);
  return model;
}

/* The report of an analysis with these options, as JSON. */
static inline text analysed(ramus_model* model, const ramus_analyze_options* options) {
  ramus_report* report = NULL;
  text json = {NULL, 0};
  ramus_error error = RAMUS_ERROR_INIT;
  const ramus_status status = ramus_analyze(model, options, &report, &error);
  if (status != RAMUS_OK) fprintf(stderr, "%s\n", error.message);
  assert(status == RAMUS_OK);
  assert(ramus_report_write(report, "json", append, &json, NULL) == RAMUS_OK);
  ramus_report_destroy(report);
  return json;
}

#endif
