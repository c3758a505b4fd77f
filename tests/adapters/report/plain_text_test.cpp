#include "adapters/report/plain_text.hpp"

#include <doctest/doctest.h>

using namespace ramus;

TEST_CASE("what a terminal would act on becomes a space, what is not UTF-8 a sign for it") {
  CHECK(printable("a\nb\r\t\x1B[31m\x7F") == "a b   [31m ");
  CHECK(printable("\xC2\x85|\xC2\xA0") == " |\xC2\xA0");  // a C1 control; a no-break space
  CHECK(printable("caf\xC3\xA9 \xE2\x86\x92 \xF0\x9F\x8C\xBF") == "caf\xC3\xA9 \xE2\x86\x92 \xF0\x9F\x8C\xBF");
  const std::string sign = "\xEF\xBF\xBD";
  CHECK(printable("\xFF|\xC3") == sign + "|" + sign);
  CHECK(printable("\xC0\x80") == sign + sign);                // overlong
  CHECK(printable("\xED\xA0\x80") == sign + sign + sign);     // a surrogate
  CHECK(printable("\xF4\x90\x80\x80").substr(0, 3) == sign);  // beyond U+10FFFF
}

TEST_CASE("a long name keeps its end, in whole letters") {
  CHECK(shortened("encoder/add", 11) == "encoder/add");
  CHECK(shortened("encoder/layer_7/add", 8) == "...7/add");
  CHECK(shortened("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", 4) == "...\xC3\xA9");
  CHECK(width_of(shortened(std::string(10'000, '\xFF'), 44)) == 44);
}

TEST_CASE("lines break after commas, else at spaces, else in words; what follows is indented") {
  CHECK(wrapped("  one two three", 80) == "  one two three");
  CHECK(wrapped("  one two three", 10) == "  one two\n    three");
  CHECK(wrapped("  one two three four", 11) == "  one two\n    three\n    four");
  CHECK(wrapped("one two, three four", 15) == "one two,\n  three four");
  CHECK(wrapped("o, two three four", 16) == "o, two three\n  four");  // not so early
  CHECK(wrapped("one two!", 8) == "one two!");
  CHECK(wrapped("abcdefghij then", 8) == "abcdefgh\n  ij\n  then");
  CHECK(wrapped(std::string(12, ' ') + "\xC3\xA9\xC3\xA9\xC3\xA9", 8) == "    \xC3\xA9\xC3\xA9\xC3\xA9");
  CHECK(wrapped("", 8).empty());
  CHECK(wrapped("a          ", 8) == "a");
}
