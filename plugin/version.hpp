// The version, which stands in ramus.h alone.
#pragma once

namespace ramus {

const char* version();  // "0.1.0"

}  // namespace ramus
