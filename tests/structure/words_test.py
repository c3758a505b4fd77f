"""Words that have no place in the product, files too long to read in one sitting, and folders nobody agreed on."""

import re

import tree

# Written in pieces, so that this file passes its own check.
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" "DO", "FIX" "ME", "XX" "X", "HA" "CK")) + r")\b"
                        r"|place" r"holder|not implemented" r" yet", re.IGNORECASE)
SOURCES = tree.CPP | {".py", ".js", ".mjs", ".ts", ".sh", ".cmake", ".txt", ".md", ".json", ".yml", ".in", ".map"}
TOP_LEVEL = {"graph", "passes", "plugin", "adapters", "tests", "examples",
             "CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "CHANGELOG.md"}
LONGEST_SOURCE = 600  # lines
LARGEST_FILE = 1 << 20  # bytes

problems = []
checked = 0
for path in [*tree.files(), *(p.relative_to(tree.ROOT) for p in tree.ROOT.iterdir() if p.is_file())]:
    checked += 1
    if (size := (tree.ROOT / path).stat().st_size) > LARGEST_FILE:
        problems.append(f"{path}: {size} bytes; a file over {LARGEST_FILE} does not belong here")
    if path.suffix not in SOURCES or path.name == "package-lock.json":
        continue
    number = 0
    for number, line in tree.lines(path):
        if match := UNFINISHED.search(line):
            problems.append(f"{path}:{number}: {match.group()}")
    if path.suffix in tree.CPP | {".py", ".mjs"} and number > LONGEST_SOURCE:
        problems.append(f"{path}: {number} lines; a newcomer would not read it in one sitting")

for entry in sorted({path.split("/")[0] for path in tree.tracked()}):
    if not entry.startswith(".") and entry not in TOP_LEVEL:
        problems.append(f"{entry}: not one of the agreed top-level names")

tree.finish(problems, checked)
