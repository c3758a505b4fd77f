"""ramus.h against what must keep step with it: each function is in the table and is tried with NULL, each field, function
and number is frozen, and has a thread tag where it is a function.

usage: c_header_test.py SOURCE_DIR
"""

import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
header = (root / "plugin/ramus.h").read_text(encoding="utf-8")
code = re.sub(r"/\*.*?\*/", "", header, flags=re.DOTALL)
layout = (root / "tests/plugin/c_layout_test.c").read_text(encoding="utf-8")
misuse = (root / "tests/plugin/c_misuse_test.c").read_text(encoding="utf-8")
problems = []


def compare(what, expected, found):
    for name in sorted(set(expected) - set(found)):
        problems.append(f"{what}: {name} is missing")
    for name in sorted(set(found) - set(expected)):
        problems.append(f"{what}: {name} is not in ramus.h")
    for name in sorted({name for name in found if found.count(name) > 1}):
        problems.append(f"{what}: {name} stands there twice")


declared = re.findall(r"^RAMUS_API [^;(]*?\bramus_(\w+)\(", code, re.MULTILINE)
listed = re.search(r"#define RAMUS_FUNCTIONS\(X\)(.*?[^\\])\n", code, re.DOTALL).group(1)
table = re.findall(r"\bX\((\w+)\)", listed)
functions = [name for name in declared if name != "get_api"]
assert len(functions) > 20 and "get_api" in declared, "the declarations were not found"

compare("RAMUS_FUNCTIONS", functions, table)
compare("tests/plugin/c_layout_test.c: FUNCTION", table, re.findall(r"^FUNCTION\((\w+), ", layout, re.MULTILINE))
places = [int(place) for place in re.findall(r"^FUNCTION\(\w+, (\d+)\);", layout, re.MULTILINE)]
if places != list(range(len(table))):
    problems.append("tests/plugin/c_layout_test.c: FUNCTION: places do not count up")

structs = re.findall(r"typedef struct (ramus_\w+) \{(.*?)\} \1;", code, re.DOTALL)
fields = [f"{name}.{field}" for name, body in structs for field in re.findall(r"(\w+)(?:\[\d+\])?;", body)]
assert len(structs) >= 6 and all(re.match(r"\s*size_t struct_size;", body) for _, body in structs)
frozen = re.findall(r"^FIELD\((\w+), (\w+), \d+, \d+\);", layout, re.MULTILINE)
compare("tests/plugin/c_layout_test.c: FIELD", fields, [".".join(pair) for pair in frozen])
compare("tests/plugin/c_layout_test.c: SIZE", [name for name, _ in structs],
        re.findall(r"^SIZE\((\w+), ", layout, re.MULTILINE))
compare("tests/plugin/c_layout_test.c: NUMBER", re.findall(r"\b(RAMUS_\w+) = \d+", code),
        re.findall(r"^NUMBER\((\w+), ", layout, re.MULTILINE))

for name in functions:
    if not re.search(rf"\bramus_{name}\(", misuse):
        problems.append(f"tests/plugin/c_misuse_test.c: does not call ramus_{name}")

# A function's thread tag stands behind its declaration, or in the comment before it, which neighbours may share.
TAG = re.compile(r"\[(any|object)(: \w+(, \w+)*)?\]")
above = ""
for piece in re.finditer(r"/\*.*?\*/|^RAMUS_API [^;]*;([^\n]*)", header, re.DOTALL | re.MULTILINE):
    if not piece.group().startswith("RAMUS_API"):
        above = piece.group() if header[: piece.start()].endswith("\n") else above
    elif not TAG.search(piece.group(1) if "/*" in piece.group(1) else above):
        problems.append(f"plugin/ramus.h: no thread tag at {piece.group().split('(')[0]}")

for problem in problems:
    print(problem)
print(f"{len(functions)} functions, {len(structs)} structs")
sys.exit(bool(problems))
