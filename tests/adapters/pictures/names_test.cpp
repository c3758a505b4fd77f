#include "adapters/pictures/names.hpp"

#include <doctest/doctest.h>

using namespace ramus;

TEST_CASE("what steers a layout becomes a space, what XML forbids a sign for it; other letters stay") {
  CHECK(shown("a\x01\n\x1B[1mb") == "a   [1mb");
  CHECK(shown("a\xE2\x80\xAE|b\xE2\x81\xA6") == "a |b ");                  // U+202E, U+2066
  CHECK(shown("\xEF\xBF\xBF\xEF\xBF\xBE") == "\xEF\xBF\xBD\xEF\xBF\xBD");  // U+FFFF, U+FFFE
  CHECK(shown("\xD7\xA9\xD7\x9C \xF0\x9F\x8C\xBF") == "\xD7\xA9\xD7\x9C \xF0\x9F\x8C\xBF");
  CHECK(shown("\xFF") == "\xEF\xBF\xBD");
}

TEST_CASE("a name that does not fit keeps its end, a sentence its beginning") {
  const std::string ellipsis = "\xE2\x80\xA6";
  CHECK(fitted("conv1", 100, 10) == "conv1");
  CHECK(fitted("encoder/layer_7/add", 50, 10) == ellipsis + "_7/add");
  CHECK(fitted_from_start("encoder/layer_7/add", 50, 10) == "encode" + ellipsis);
  CHECK(width_in_em(fitted(std::string(10'000, 'W'), 120, 12)) * 12 <= 120);
  CHECK(fitted("abc", 0, 10) == ellipsis);
  CHECK(at_most("abcdef", 3) == "abc" + ellipsis + " (6 characters)");
}

TEST_CASE("quoted for XML, Graphviz and Mermaid") {
  CHECK(as_xml("</text><script>'&\"") == "&lt;/text&gt;&lt;script&gt;&#39;&amp;&quot;");
  CHECK(as_dot("a\"]; b -> c; \\N &lt;") == "\"a\\\"]; b -> c; \\\\N &amp;lt;\"");
  CHECK(as_mermaid("a\"]--> b`") == "\"a#34;#93;--#62; b#96;\"");
}

TEST_CASE("in Markdown a name is no link, tag, cell, mention or number of an issue") {
  CHECK(as_markdown("<b>|*_`[x](y)") == "&#60;b&#62;&#124;&#42;&#95;&#96;&#91;x&#93;(y)");
  const std::string joiner = "\xE2\x81\xA0";
  CHECK(as_markdown("@me #12") == "&#64;" + joiner + "me &#35;" + joiner + "12");
  CHECK(as_markdown("www.a.b http://c") == "www." + joiner + "a.b http&#58;" + joiner + "//c");
  CHECK(as_code("mixed3a") == "`mixed3a`");
  CHECK(as_code("a`b``c|d") ==
        "``` a`b``c\xC2\xA6"
        "d ```");
  CHECK(as_code("") == "`  `");
}
