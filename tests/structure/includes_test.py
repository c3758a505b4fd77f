"""The arrow of the architecture goes one way: adapters -> plugin -> passes -> graph. This reads every #include."""

import re

import tree

STANDARD_C = set("assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg "
                 "stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar "
                 "wctype".split())
POSIX = ("dlfcn.h", "fcntl.h", "fnmatch.h", "glob.h", "poll.h", "spawn.h", "unistd.h", "sys/")

# Folder, the first parts of what it may include beside the standard library, and why others stay out.
ALLOWED = [
    ("graph", ("graph/", "boost/", "tl/expected.hpp"), "graph/ knows no file format and no library but Boost and expected"),
    ("passes", ("passes/", "graph/", "boost/", "tl/expected.hpp", "Eigen/", "unsupported/Eigen/", "tbb/", "oneapi/tbb",
                "Spectra/", "blis.h", "cblas.h", "lapacke.h"), "passes/ know no host and no file format"),
    ("plugin", ("plugin/", "passes/", "graph/", "boost/", "tl/expected.hpp", "Eigen/", "tbb/", "oneapi/tbb", "protozero/",
                "onnx/", "google/protobuf/", "spdlog/", "fmt/", "nlohmann/", "openssl/evp.h", *POSIX),
     "plugin/ knows no adapter, no command line, and no library beyond those that it names"),
    ("adapters", ("adapters/", "plugin/", "passes/", "graph/", "tl/expected.hpp", "nlohmann/", "CLI/", "spdlog/",
                  "fmt/", "toml++/", "malloc.h", *POSIX), "an adapter stands on the plugin"),
    ("examples", ("ramus/", "ramus.hpp"), "an example uses what is installed, and nothing else of ours"),
]
OFFICIAL = "plugin/onnx/official."  # the one place where the generated protobuf classes come in

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def is_standard(header):
    name = header.removesuffix(".h")
    return "/" not in header and (name != header and name in STANDARD_C or "." not in header)


problems = []
checked = 0
for path in tree.files(suffixes=tree.CPP):
    folder = path.parts[0]
    checked += 1
    for number, line in tree.lines(path):
        match = INCLUDE.match(line)
        if not match:
            continue
        bracket, header = match.groups()
        where = f"{path}:{number}: {header}"
        if header.startswith(("onnx/", "google/")) and folder != "tests" and not str(path).startswith(OFFICIAL):
            problems.append(f"{where}: only {OFFICIAL}* may include the official library")
        if folder != "tests" and header.startswith("tests/"):
            problems.append(f"{where}: nothing depends on the tests")
        if "../" in header:
            problems.append(f"{where}: includes are written from the root of the tree")
        if header.split("/")[0] in tree.FOLDERS and bracket == "<":
            problems.append(f"{where}: our own headers are written in quotes")
        for owner, allowed, why in ALLOWED:
            if folder == owner and not is_standard(header) and not header.startswith(allowed):
                problems.append(f"{where}: {why}")

tree.finish(problems, checked)
