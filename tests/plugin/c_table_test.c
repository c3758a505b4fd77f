/* A host that is not linked with the library: it loads it, takes the table, and does all its work through it.
 * usage: c_table_test libramus.so MODEL.onnx */
#undef NDEBUG
#include <assert.h>
#include <dlfcn.h>
#include <string.h>

#include "plugin/ramus.h"

typedef const ramus_api* (*get_api_function)(uint32_t major);

/* ISO C has no way from void* to a function; POSIX promises that the bits are the same. */
static get_api_function to_function(void* symbol) {
  get_api_function function = NULL;
  memcpy(&function, &symbol, sizeof function);
  return function;
}

static size_t written = 0;
static int32_t count(void* user, const void* data, size_t size) {
  assert(user == &written && data != NULL);
  written += size;
  return 0;
}

static void every_function_has_its_own_place(const ramus_api* api, void* library) {
  size_t places = 0;
#define IS_IN_PLACE(name)                                                      \
  {                                                                            \
    void* symbol = dlsym(library, "ramus_" #name);                             \
    assert(symbol != NULL && memcmp(&symbol, &api->name, sizeof symbol) == 0); \
    assert(RAMUS_API_HAS(api, name));                                          \
    ++places;                                                                  \
  }
  RAMUS_FUNCTIONS(IS_IN_PLACE)
  assert(api->struct_size == offsetof(ramus_api, version) + places * sizeof(api->version));
}

static void an_older_library_says_what_it_has(void) {
  ramus_api older;
  memset(&older, 0, sizeof older);
  older.struct_size = offsetof(ramus_api, rewrite); /* one from before there was ramus_rewrite */
  assert(RAMUS_API_HAS(&older, strip) && !RAMUS_API_HAS(&older, rewrite));
  older.struct_size += 1; /* a function is there as a whole or not at all */
  assert(!RAMUS_API_HAS(&older, rewrite));
}

static void a_model_is_analysed(const ramus_api* api, const char* path) {
  ramus_session* session = NULL;
  ramus_model* model = NULL;
  ramus_report* report = NULL;
  ramus_error error = RAMUS_ERROR_INIT;
  assert(api->session_create(NULL, &session, &error) == RAMUS_OK);
  assert(api->model_open(session, path, &model, &error) == RAMUS_OK);
  assert(api->analyze(model, NULL, &report, &error) == RAMUS_OK);
  assert(api->report_write(report, "json", count, &written, &error) == RAMUS_OK && written > 1000);
  assert(api->report_write(report, "yaml", count, &written, &error) == RAMUS_USAGE && error.message[0] != '\0');
  api->report_destroy(report);
  api->model_destroy(model);
  api->session_destroy(session);
}

int main(int argc, char** argv) {
  assert(argc == 3);
  void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  assert(library != NULL);
  const get_api_function get_api = to_function(dlsym(library, "ramus_get_api"));
  assert(get_api != NULL);
  assert(get_api(RAMUS_VERSION_MAJOR + 1) == NULL && get_api(UINT32_MAX) == NULL);
  const ramus_api* api = get_api(RAMUS_VERSION_MAJOR);
  assert(api != NULL && api == get_api(RAMUS_VERSION_MAJOR));
  assert(api->version_major == RAMUS_VERSION_MAJOR && api->version_minor == RAMUS_VERSION_MINOR);
  assert(api->version_patch == RAMUS_VERSION_PATCH && api->reserved == 0);
  every_function_has_its_own_place(api, library);
  an_older_library_says_what_it_has();
  a_model_is_analysed(api, argv[2]);
  return 0;
}
