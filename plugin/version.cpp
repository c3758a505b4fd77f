#include "plugin/version.hpp"

#include "plugin/ramus.h"

#define RAMUS_TEXT_OF(x) #x
#define RAMUS_DOTTED(a, b, c) RAMUS_TEXT_OF(a) "." RAMUS_TEXT_OF(b) "." RAMUS_TEXT_OF(c)

namespace ramus {

const char* version() { return RAMUS_DOTTED(RAMUS_VERSION_MAJOR, RAMUS_VERSION_MINOR, RAMUS_VERSION_PATCH); }

}  // namespace ramus
