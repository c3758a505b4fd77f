/* A host in C: analyses a model, prints the summary that people read, and writes the annotated model if asked to.
 *
 *   embed_c MODEL.onnx [ANNOTATED.onnx]
 *
 * Build it against an installed Ramus with CMake (see CMakeLists.txt), or with pkg-config:
 *   cc -std=c11 embed_c.c $(pkg-config --cflags --libs ramus) -o embed_c
 */
#include <ramus/ramus.h>
#include <stdio.h>

static void log_line(void* user, int32_t level, const char* text) {
  (void)user;
  if (level >= RAMUS_LOG_WARNING) fprintf(stderr, "ramus says: %s\n", text);
}

/* Everything that Ramus produces leaves through such a writer, so that a host decides where it goes. */
static int32_t write_to_file(void* file, const void* data, size_t size) {
  return fwrite(data, 1, size, file) == size ? 0 : 1;
}

static ramus_status run(ramus_session* session, const char* path, const char* annotated, ramus_error* error) {
  ramus_model* model = NULL;
  ramus_report* report = NULL;
  ramus_status status = ramus_model_open(session, path, &model, error);
  if (status == RAMUS_OK) status = ramus_analyze(model, NULL, &report, error);
  if (status == RAMUS_OK) status = ramus_report_write(report, "text", write_to_file, stdout, error);
  if (status == RAMUS_OK && annotated) {
    FILE* file = fopen(annotated, "wb");
    if (file) {
      status = ramus_annotate(model, report, NULL, write_to_file, file, error);
      if (fclose(file) != 0 || status != RAMUS_OK) remove(annotated);
    } else {
      status = RAMUS_USAGE;
      snprintf(error->message, sizeof error->message, "%s: cannot be written", annotated);
    }
  }
  ramus_report_destroy(report); /* destroying NULL is fine, so there is one way out */
  ramus_model_destroy(model);
  return status;
}

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    fprintf(stderr, "usage: %s MODEL.onnx [ANNOTATED.onnx]\n", argv[0]);
    return RAMUS_USAGE;
  }
  ramus_error error = RAMUS_ERROR_INIT;
  ramus_session_config config = RAMUS_SESSION_CONFIG_INIT;
  config.log = log_line;
  ramus_session* session = NULL;
  ramus_status status = ramus_session_create(&config, &session, &error);
  if (status == RAMUS_OK) status = run(session, argv[1], argc == 3 ? argv[2] : NULL, &error);
  if (status != RAMUS_OK) fprintf(stderr, "%s\n", error.message);
  ramus_session_destroy(session);
  return status;
}
