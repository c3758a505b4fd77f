// The table of functions for hosts that load the library at run time.
#include "plugin/ramus.h"

namespace {

#define RAMUS_ROW(name) &ramus_##name,
constexpr ramus_api kApi = {sizeof(ramus_api),         RAMUS_VERSION_MAJOR, RAMUS_VERSION_MINOR, RAMUS_VERSION_PATCH, 0,
                            RAMUS_FUNCTIONS(RAMUS_ROW)};
#undef RAMUS_ROW

}  // namespace

const ramus_api* ramus_get_api(uint32_t major) { return major == RAMUS_VERSION_MAJOR ? &kApi : nullptr; }
