"""The command as a user meets it: what it prints, how it exits, and what it leaves behind.

usage: cli_test.py RAMUS SOURCE_DIR [--update]

Every case runs in an empty folder. What a case prints is compared with tests/golden/cli/CASE.txt; --update rewrites those
files, so that a change of wording is reviewed as a diff.
"""

import difflib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import jsonschema
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ramus, source = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
update = "--update" in sys.argv
golden = source / "tests/golden/cli"
example = source / "examples/models/two_branch_tin32bn_s3.onnx"
schema = jsonschema.Draft7Validator(json.loads((source / "adapters/report/report.schema.json").read_text()))
comparison_schema = jsonschema.Draft7Validator(json.loads((source / "adapters/report/comparison.schema.json").read_text()))
failures = []
golden_cases = set()


def fail(case, what):
    failures.append(f"{case}: {what}")


def check_schema(case, text, schema=schema):
    for error in schema.iter_errors(json.loads(text)):
        fail(case, f"report: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")


def run(folder, *arguments, stdin=None):
    return subprocess.run([ramus, *arguments], cwd=folder, input=stdin, capture_output=True, timeout=300)


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def compare(case, text):
    golden_cases.add(f"{case}.txt")
    path = golden / f"{case}.txt"
    if update:
        golden.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    expected = path.read_text() if path.exists() else ""
    if expected != text:
        fail(case, "".join(difflib.unified_diff(expected.splitlines(True), text.splitlines(True), "golden", "now")))


def check(case, *arguments, exit_status=0, prepare=None, leaves=(), stdin=None, shows=True):
    """Runs one case in a folder with model.onnx and whatever `prepare` adds; it may leave only the files named."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        shutil.copy(example, folder / "model.onnx")
        if prepare:
            prepare(folder)
        before = {path: (folder / path).read_bytes() for path in files_in(folder)}
        result = run(folder, *arguments, stdin=stdin)
        if result.returncode != exit_status:
            fail(case, f"exit status {result.returncode}, not {exit_status}: {result.stderr.decode()}")
        after = files_in(folder)
        if sorted(set(after) - set(before)) != sorted(leaves):
            fail(case, f"left {sorted(set(after) - set(before))}, not {sorted(leaves)}")
        for path, content in before.items():
            if (folder / path).read_bytes() != content:
                fail(case, f"changed its input {path}")
        errors = result.stderr.decode()
        if exit_status and (errors.count("\n") != 1 or not errors.startswith("ramus: error: ")):
            fail(case, f"an error is one line that begins with 'ramus: error: ', not {errors!r}")
        if exit_status and result.stdout:
            fail(case, "a failed run prints nothing on standard output")
        if shows:
            compare(case, result.stdout.decode() + errors)
        return result, {path: (folder / path).read_bytes() for path in leaves if (folder / path).exists()}
    return None


def model_with_external_data(folder, location):
    weight = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[4])
    weight.data_location = TensorProto.EXTERNAL
    weight.external_data.add(key="location", value=location)
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "w"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [4])],
        [weight],
    )
    (folder / "external.onnx").write_bytes(helper.make_model(graph).SerializeToString())


def cyclic_model(folder):
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "b"], ["a"], "first"), helper.make_node("Relu", ["a"], ["b"], "second")],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [4])],
        [helper.make_tensor_value_info("b", TensorProto.FLOAT, [4])],
    )
    (folder / "cyclic.onnx").write_bytes(helper.make_model(graph).SerializeToString())


def write(path, content):
    return lambda folder: (folder / path).write_bytes(content)


def residual_model(folder):
    nodes = [helper.make_node("Constant", [], ["W"], value=numpy_helper.from_array(np.eye(4, dtype=np.float32)))]
    trunk = "x"
    for i in range(4):
        nodes.append(helper.make_node("MatMul", [trunk, "W"], [f"m{i}"], f"matmul{i}"))
        nodes.append(helper.make_node("Add", [trunk, f"m{i}"], [f"s{i}"], f"sum{i}"))
        trunk = f"s{i}"
        if i == 1:
            nodes.append(helper.make_node("Relu", [trunk], ["r"], "relu"))
            trunk = "r"
    nodes.append(helper.make_node("Tanh", [trunk], ["y"]))
    graph = helper.make_graph(
        nodes, "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4])],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 7
    (folder / "residual.onnx").write_bytes(model.SerializeToString())


def rewriting():
    _, files = check("rewrite-normal", "rewrite", "model.onnx", "-o", "n.onnx", "--form", "normal", leaves=["n.onnx"])
    if files["n.onnx"] != example.read_bytes():
        fail("rewrite-normal", "the example is in normal form, so not a byte should change")
    _, files = check(
        "rewrite-parallel", "rewrite", "residual.onnx", "-o", "p.onnx", "--form", "parallel", prepare=residual_model,
        leaves=["p.onnx"],
    )  # fmt: skip
    model = onnx.load_model_from_string(files["p.onnx"])
    onnx.checker.check_model(model)
    if [len(node.input) for node in model.graph.node if node.op_type in ("Add", "Sum")] != [2, 3, 2, 3]:
        fail("rewrite-parallel", "the sums have other numbers of terms")
    if [tensor.name for tensor in model.graph.initializer] != ["W"]:
        fail("rewrite-parallel", "the constant is no initializer")
    _, quiet = check(
        "rewrite-quiet", "rewrite", "residual.onnx", "-o", "p.onnx", "--form", "parallel", "--quiet", prepare=residual_model,
        leaves=["p.onnx"],
    )  # fmt: skip
    if quiet["p.onnx"] != files["p.onnx"]:
        fail("rewrite-quiet", "writes another model")
    check("rewrite-without-stream", "rewrite", "model.onnx", "-o", "p.onnx", "--form", "parallel", leaves=["p.onnx"])
    check("rewrite-no-form", "rewrite", "model.onnx", "-o", "n.onnx", exit_status=2)
    check("rewrite-bad-form", "rewrite", "model.onnx", "-o", "n.onnx", "--form", "serial", exit_status=2)
    check("rewrite-no-output", "rewrite", "model.onnx", "--form", "normal", exit_status=2)
    check("rewrite-cyclic", "rewrite", "cyclic.onnx", "-o", "n.onnx", "--form", "normal", prepare=cyclic_model, exit_status=3)
    check("rewrite-missing-model", "rewrite", "nowhere.onnx", "-o", "n.onnx", "--form", "normal", exit_status=3)

    def external(folder):
        model_with_external_data(folder, "w.bin")
        (folder / "w.bin").write_bytes(bytes(16))
        (folder / "elsewhere").mkdir()

    check(
        "rewrite-external-elsewhere", "rewrite", "external.onnx", "-o", "elsewhere/n.onnx", "--form", "normal", prepare=external,
        exit_status=2,
    )  # fmt: skip
    _, files = check(
        "rewrite-external", "rewrite", "external.onnx", "-o", "n.onnx", "--form", "normal", prepare=external, leaves=["n.onnx"],
        shows=False,
    )  # fmt: skip
    if b"w.bin" not in files["n.onnx"]:
        fail("rewrite-external", "the weight no longer names its file")


def outputs_of_a_full_run():
    check("help", "--help")
    for command in ("analyze", "annotate", "reattach", "strip", "rewrite", "compare", "export", "check", "explain", "passes"):
        check(f"help-{command}", command, "--help")
    check("version", "--version")
    check("passes", "passes")
    result, _ = check("passes-json", "passes", "--format", "json", shows=False)
    if [row["name"] for row in json.loads(result.stdout)][:2] != ["fold-constants", "drop-identities"]:
        fail("passes-json", "unexpected rows")

    check("analyze-text", "analyze", "model.onnx")
    check("analyze-quiet", "analyze", "model.onnx", "--quiet", "-o", "r.json", leaves=["r.json"])
    check("html-over-the-model", "analyze", "model.onnx", "--html", "model.onnx", exit_status=2)
    result, _ = check("analyze-json", "analyze", "model.onnx", "--format", "json", shows=False)
    check_schema("analyze-json", result.stdout)
    with_labels, _ = check(
        "analyze-labels", "analyze", "model.onnx", "--format", "json", "--labels", "l.json", shows=False,
        prepare=write("l.json", json.dumps({"/Concat": {"a": list(range(30)), "b": list(range(30, 64))}}).encode()),
    )  # fmt: skip
    check_schema("analyze-labels", with_labels.stdout)
    with_features, _ = check(
        "analyze-features", "analyze", "model.onnx", "--format", "json", "--features", "f.json", shows=False,
        prepare=write("f.json", json.dumps({"/Concat": {"height": list(range(64))}}).encode()),
    )  # fmt: skip
    check_schema("analyze-features", with_features.stdout)
    array, _ = check(
        "analyze-features-array", "analyze", "model.onnx", "--format", "json", "--features", "/Concat=height.npy", shows=False,
        prepare=lambda folder: np.save(folder / "height.npy", np.arange(64.0)),
    )  # fmt: skip
    if array.stdout.replace(b"height.npy", b"f.json") != with_features.stdout:
        fail("analyze-features-array", "the same numbers from JSON give another report")
    _, files = check(
        "analyze-all", "analyze", "model.onnx", "-o", "r.json", "--annotate", "a.onnx", leaves=["r.json", "a.onnx"], shows=False
    )
    if result.stdout != files["r.json"]:
        fail("analyze-all", "-o and --format json differ")
    _, sidecar = check(
        "analyze-annotate", "analyze", "model.onnx", "--annotate", "a.onnx", leaves=["a.onnx", "a.onnx.ramus.json"], shows=False
    )
    if sidecar["a.onnx"] != files["a.onnx"] or sidecar["a.onnx.ramus.json"] != files["r.json"]:
        fail("analyze-annotate", "the sidecar is not the report")
    _, annotated = check("annotate", "annotate", "model.onnx", "-o", "a.onnx", leaves=["a.onnx", "a.onnx.ramus.json"])
    if annotated["a.onnx"] != files["a.onnx"]:
        fail("annotate", "analyze --annotate and annotate differ")
    _, from_report = check(
        "annotate-report", "annotate", "model.onnx", "-o", "a.onnx", "--report", "r.json",
        prepare=write("r.json", files["r.json"]), leaves=["a.onnx"],
    )  # fmt: skip
    if from_report["a.onnx"] != files["a.onnx"]:
        fail("annotate-report", "annotating from the report differs")
    _, again = check(
        "annotate-twice", "annotate", "a.onnx", "-o", "b.onnx", prepare=write("a.onnx", files["a.onnx"]),
        leaves=["b.onnx", "b.onnx.ramus.json"], shows=False,
    )  # fmt: skip
    _, stripped = check(
        "strip", "strip", "a.onnx", "-o", "b.onnx", prepare=write("a.onnx", files["a.onnx"]), leaves=["b.onnx"]
    )
    if stripped["b.onnx"] != example.read_bytes():
        fail("strip", "is not byte for byte what was annotated")
    if again["b.onnx"] != files["a.onnx"]:
        fail("annotate-twice", "is not annotating once")
    check(
        "annotate-from-sidecar", "annotate", "a.onnx", "-o", "b.onnx", "--report", "r.json", leaves=["b.onnx"], shows=False,
        prepare=lambda folder: (write("a.onnx", files["a.onnx"])(folder), write("r.json", files["r.json"])(folder)),
    )  # fmt: skip
    _, stripped = check(
        "strip-twice", "strip", "b.onnx", "-o", "c.onnx", prepare=write("b.onnx", again["b.onnx"]), leaves=["c.onnx"],
        shows=False,
    )  # fmt: skip
    if stripped["c.onnx"] != example.read_bytes():
        fail("strip-twice", "is not byte for byte what was annotated")
    _, foreign = check(
        "annotate-keys", "annotate", "model.onnx", "-o", "a.onnx", "--namespace", "--layer-ann", "--quiet",
        leaves=["a.onnx", "a.onnx.ramus.json"],
    )  # fmt: skip
    if not all(entry in foreign["a.onnx"] for entry in (b"namespace;layer_ann", b"branches/branches.0")):
        fail("annotate-keys", "the nodes are in no layers")
    _, stripped = check(
        "strip-keys", "strip", "b.onnx", "-o", "c.onnx", prepare=write("b.onnx", foreign["a.onnx"]), leaves=["c.onnx"], shows=False
    )
    if stripped["c.onnx"] != example.read_bytes():
        fail("strip-keys", "is not byte for byte what was annotated")
    check("analyze-keys-without-output", "analyze", "model.onnx", "--namespace", exit_status=2)
    result, _ = check("pipe", "annotate", "-", "-o", "-", stdin=example.read_bytes(), shows=False)
    onnx.checker.check_model(onnx.load_model_from_string(result.stdout))
    if {entry.key for entry in onnx.load_model_from_string(result.stdout).metadata_props} < {"ramus.report"}:
        fail("pipe", "the model carries no ramus.report")


def reattaching():
    report = run(example.parent, "analyze", example.name, "--format", "json", "--quiet").stdout
    model = onnx.load(example)
    for n, node in enumerate(model.graph.node):
        node.name = f"node{n}"
    renamed = lambda folder: (write("r.json", report)(folder), write("m.onnx", model.SerializeToString())(folder))
    _, files = check(
        "reattach", "reattach", "r.json", "m.onnx", "-o", "a.onnx", prepare=renamed, leaves=["a.onnx", "a.onnx.ramus.json"]
    )
    check_schema("reattach", files["a.onnx.ramus.json"])
    if json.loads(files["a.onnx.ramus.json"])["groups"][0]["branches"][0]["nodes"][0] != "node0":
        fail("reattach", "the first node is not in its branch")
    other = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"])], "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 3])],
    )  # fmt: skip
    stranger = lambda folder: (
        write("r.json", report)(folder), write("m.onnx", helper.make_model(other, ir_version=8).SerializeToString())(folder)
    )  # fmt: skip
    check("reattach-stranger", "reattach", "r.json", "m.onnx", "-o", "a.onnx", prepare=stranger, exit_status=2)
    check("reattach-no-report", "reattach", "r.json", "model.onnx", "-o", "a.onnx", exit_status=3)
    check("reattach-over-report", "reattach", "r.json", "model.onnx", "-o", "r.json", prepare=renamed, exit_status=2)


def with_first_layers(folder, path, reorder):
    """The example with the weights of its first two convolutions, filters one after the other, in another order."""
    model = onnx.load(example)
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    names = [node.input[1] for node in model.graph.node if node.name.endswith("conv1/Conv")]
    filters = reorder(np.concatenate([numpy_helper.to_array(weights[name]) for name in names]))
    for name, part in zip(names, np.split(filters, len(names))):
        weights[name].CopyFrom(numpy_helper.from_array(np.ascontiguousarray(part), name))
    (folder / path).write_bytes(model.SerializeToString())


def swapped_and_shuffled(folder):
    with_first_layers(folder, "swapped.onnx", lambda filters: np.roll(filters, len(filters) // 2, axis=0))
    with_first_layers(folder, "shuffled.onnx", lambda filters: filters[np.random.RandomState(2).permutation(len(filters))])


def profile_of(text, comparison=0):
    group = json.loads(text)["comparisons"][comparison]["groups"][0]
    return [(pair["first"]["id"], pair["other"]["id"]) for pair in group["branches"]], group["profile"]


def comparing():
    check("compare-itself", "compare", "model.onnx", "model.onnx")
    result, files = check(
        "compare-series", "compare", "model.onnx", "swapped.onnx", "shuffled.onnx", "-o", "c.json", prepare=swapped_and_shuffled,
        leaves=["c.json"],
    )  # fmt: skip
    check_schema("compare-series", files["c.json"], comparison_schema)
    assigned, profile = profile_of(files["c.json"])
    if assigned != [("g0.b0", "g0.b1"), ("g0.b1", "g0.b0")] or profile["p"] > 0.01 or profile["correlation"] < 0.999:
        fail("compare-series", f"swapped branches: {assigned}, {profile}")
    _, profile = profile_of(files["c.json"], 1)
    if profile["p"] < 0.05:
        fail("compare-series", f"shuffled branches recur: {profile}")
    for threads in ("1", "3"):
        again, _ = check(
            f"compare-threads-{threads}", "compare", "model.onnx", "swapped.onnx", "shuffled.onnx", "--format", "json",
            "--threads", threads, prepare=swapped_and_shuffled, shows=False,
        )  # fmt: skip
        if again.stdout != files["c.json"]:
            fail(f"compare-threads-{threads}", "the number of threads changes the comparison")
    result, _ = check(
        "compare-structure", "compare", "model.onnx", "residual.onnx", "--passes", "residual-streams", prepare=residual_model
    )
    labels = {"/Concat": {"a": list(range(30)), "b": list(range(30, 64))}}
    result, _ = check(
        "compare-labels", "compare", "model.onnx", "-", "--labels", "l.json", "--format", "json", shows=False,
        prepare=write("l.json", json.dumps(labels).encode()), stdin=example.read_bytes(),
    )  # fmt: skip
    check_schema("compare-labels", result.stdout, comparison_schema)
    if profile_of(result.stdout)[1]["basis"] != "labels":
        fail("compare-labels", "the labels do not decide")
    check("compare-quiet", "compare", "model.onnx", "model.onnx", "--quiet", "-o", "c.json", leaves=["c.json"])
    check("compare-one-model", "compare", "model.onnx", exit_status=2)
    check("compare-nothing", "compare", exit_status=2)
    check("compare-missing-model", "compare", "model.onnx", "nowhere.onnx", "-o", "c.json", exit_status=3)
    check("compare-not-a-model", "compare", "model.onnx", "t.onnx", prepare=write("t.onnx", b"To be a model\n" * 9), exit_status=3)
    check("compare-over-a-model", "compare", "model.onnx", "model.onnx", "-o", "./model.onnx", exit_status=2)
    check("compare-input-twice", "compare", "-", "-", stdin=example.read_bytes(), exit_status=2)
    check(
        "compare-labels-of-one", "compare", "model.onnx", "residual.onnx", "--labels", "l.json", exit_status=2,
        prepare=lambda folder: (residual_model(folder), write("l.json", json.dumps(labels).encode())(folder)),
    )  # fmt: skip
    check(
        "compare-labels-count", "compare", "model.onnx", "model.onnx", "model.onnx", "--labels", "l.json", "--labels", "l.json",
        prepare=write("l.json", b"{}"), exit_status=2,
    )  # fmt: skip


def exporting():
    to = ["export", "model.onnx", "--to"]
    result, _ = check("export-netron-graph", *to, "netron-graph", "-o", "-")
    _, report = check("export-report", "analyze", "model.onnx", "-o", "r.json", "--quiet", leaves=["r.json"], shows=False)
    with_report = write("r.json", report["r.json"])
    again, _ = check(
        "export-from-report", "export", "r.json", "--to", "netron-graph", "-o", "-", prepare=with_report, shows=False
    )
    piped, _ = check(
        "export-piped", "export", "-", "--to", "netron-graph", "-o", "-", stdin=report["r.json"], shows=False
    )
    if not result.stdout == again.stdout == piped.stdout:
        fail("export", "a model, its report, and that report through a pipe differ")
    check("export-svg", *to, "svg", "-o", "-")
    for picture in sorted((source / "examples/pictures").glob("*.svg")):  # those of README.md
        drawn = run(source, "export", f"examples/models/{picture.stem}.onnx", "--to", "svg", "-o", "-", "--quiet").stdout
        if update:
            picture.write_bytes(drawn)
        if picture.read_bytes() != drawn:
            fail(picture.name, "is not what the command draws")
    check("export-dot", *to, "dot", "-o", "-")
    check("export-markdown", *to, "markdown", "-o", "-")
    check("export-cyclonedx", *to, "cyclonedx", "-o", "-")
    check("export-prometheus", *to, "prometheus", "-o", "-")
    check("export-bad-format", *to, "netscape", "-o", "n.json", exit_status=2)
    check("export-nowhere", *to, "netron", exit_status=2)
    check("export-over-the-model", *to, "netron", "-o", "model.onnx", exit_status=2)
    check("export-missing", "export", "nowhere.onnx", "--to", "netron", "-o", "n.json", exit_status=3)
    check("export-other-json", "export", "t.json", "--to", "netron", "-o", "n.json", exit_status=3,
          prepare=write("t.json", b'{"schema": "another"}'))  # fmt: skip


def errors():
    check("no-command", exit_status=2)
    check("unknown-command", "analyse", "model.onnx", exit_status=2)
    check("unknown-option", "analyze", "model.onnx", "--fast", exit_status=2)
    check("no-model", "analyze", exit_status=2)
    check("bad-setting", "analyze", "model.onnx", "--set", "factors.k=0", "-o", "r.json", exit_status=2)
    check("bad-pass", "analyze", "model.onnx", "--passes", "branches", "-o", "r.json", exit_status=2)
    check("bad-format", "analyze", "model.onnx", "--format", "yaml", exit_status=2)
    check("missing-model", "analyze", "nowhere.onnx", "-o", "r.json", "--annotate", "a.onnx", exit_status=3)
    check("empty-model", "analyze", "e.onnx", "-o", "r.json", prepare=write("e.onnx", b""), exit_status=3)
    check("text-model", "analyze", "t.onnx", "-o", "r.json", prepare=write("t.onnx", b"To be a model\n" * 9), exit_status=3)
    whole = example.read_bytes()
    for name, size in (("half", len(whole) // 2), ("almost", len(whole) - 1)):
        check(f"truncated-{name}", "analyze", "t.onnx", "-o", "r.json", prepare=write("t.onnx", whole[:size]), exit_status=3)
        check(f"truncated-{name}-strip", "strip", "t.onnx", "-o", "s.onnx", prepare=write("t.onnx", whole[:size]), exit_status=3)
    for name, location in (("missing", "weights.bin"), ("outside", "../weights.bin"), ("absolute", "/etc/hostname")):
        check(
            f"external-{name}", "analyze", "external.onnx", "-o", "r.json", "--annotate", "a.onnx", exit_status=3,
            prepare=lambda folder, location=location: model_with_external_data(folder, location),
        )  # fmt: skip
    check("cyclic", "analyze", "cyclic.onnx", "-o", "r.json", prepare=cyclic_model, exit_status=3)
    check("folder-as-model", "analyze", ".", exit_status=3)
    check("output-in-no-folder", "analyze", "model.onnx", "-o", "no/such/r.json", exit_status=2)
    check("output-without-name", "analyze", "model.onnx", "-o", "", exit_status=2)
    check("one-file-for-two-outputs", "analyze", "model.onnx", "-o", "o", "--annotate", "./o", exit_status=2)
    check("standard-output-twice", "analyze", "model.onnx", "-o", "-", "--annotate", "-", exit_status=2)
    check("report-over-the-model", "analyze", "model.onnx", "-o", "./model.onnx", exit_status=2)
    check("output-is-a-folder", "analyze", "model.onnx", "-o", ".", exit_status=2)

    labels = {"conv9": {"curves": [1]}}
    check(
        "labels-unknown-layer", "analyze", "model.onnx", "--labels", "l.json", "-o", "r.json", "--annotate", "a.onnx",
        prepare=write("l.json", json.dumps(labels).encode()), exit_status=2,
    )  # fmt: skip
    for name, text in (
        ("not-json", "{"),
        ("list", "[]"),
        ("name-that-clears-the-screen", r'{"\u001b[2J\u0085\u007fconv": {"curves": [1]}}'),
        ("unit-out-of-range", '{"/Concat": {"curves": [64]}}'),
        ("unit-no-number", '{"/Concat": {"curves": ["a"]}}'),
    ):
        check(
            f"labels-{name}", "analyze", "model.onnx", "--labels", "l.json", "-o", "r.json",
            prepare=write("l.json", text.encode()), exit_status=2,
        )  # fmt: skip
    check("labels-missing", "analyze", "model.onnx", "--labels", "l.json", exit_status=3)
    for name, text in (
        ("not-json", "{"),
        ("unknown-layer", '{"conv9": {"height": [1]}}'),
        ("too-few", '{"/Concat": {"height": [1, 2]}}'),
        ("no-number", '{"/Concat": {"height": ["a"]}}'),
    ):
        check(
            f"features-{name}", "analyze", "model.onnx", "--features", "f.json", "-o", "r.json",
            prepare=write("f.json", text.encode()), exit_status=2,
        )  # fmt: skip
    check("features-missing", "analyze", "model.onnx", "--features", "f.json", exit_status=3)
    check("features-array-without-layer", "analyze", "model.onnx", "--features", "w.npy", exit_status=2)
    for name, array in (
        ("objects", np.array([{}] * 64, object)),
        ("cube", np.zeros((2, 2, 2))),
        ("too-few", np.zeros((2, 3), ">f4")),
        ("nan", np.full(64, np.nan)),
    ):
        check(
            f"features-array-{name}", "analyze", "model.onnx", "--features", "/Concat=w.npy", "-o", "r.json", exit_status=2,
            prepare=lambda folder, array=array: np.save(folder / "w.npy", array),
        )  # fmt: skip
    check(
        "features-array-that-lies", "analyze", "model.onnx", "--features", "/Concat=w.npy", "-o", "r.json", exit_status=2,
        prepare=lambda folder: (
            np.save(folder / "w.npy", np.zeros(64)),
            (folder / "w.npy").write_bytes((folder / "w.npy").read_bytes().replace(b"(64,), }         ", b"(64000000000,), }")),
        ),
    )  # fmt: skip
    check(
        "report-not-json", "annotate", "model.onnx", "-o", "a.onnx", "--report", "r.json",
        prepare=write("r.json", b"{}"), exit_status=3,
    )  # fmt: skip

    def report_of_another_model(folder):
        run(folder, "analyze", "model.onnx", "--quiet", "-o", "r.json")
        run(folder, "strip", "model.onnx", "-o", "other.onnx")
        (folder / "other.onnx").write_bytes((folder / "other.onnx").read_bytes() + b"\x12\x00")  # producer_name ""

    check(
        "report-of-another-model", "annotate", "other.onnx", "-o", "a.onnx", "--report", "r.json",
        prepare=report_of_another_model, exit_status=2,
    )  # fmt: skip


def in_place():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        shutil.copy(example, folder / "model.onnx")
        for command in ("annotate", "strip"):
            result = run(folder, command, "model.onnx", "-o", "model.onnx")
            if result.returncode:
                fail("in-place", f"{command}: {result.stderr.decode()}")
        if (folder / "model.onnx").read_bytes() != example.read_bytes():
            fail("in-place", "strip over the annotated file is not the original")


def into_a_pipe():
    with tempfile.TemporaryDirectory() as name:
        pipe = pathlib.Path(name) / "pipe"
        os.mkfifo(pipe)
        writer = subprocess.Popen([ramus, "strip", example, "-o", pipe])
        content = pipe.read_bytes()
        if writer.wait() or not pipe.is_fifo() or content != example.read_bytes():
            fail("pipe", "a pipe is written to, and stays a pipe")


def interrupted(signals):
    with tempfile.TemporaryDirectory() as name:
        running = subprocess.Popen(
            [ramus, "analyze", "-", "-o", "r.json", "--quiet"], cwd=name, stdin=subprocess.PIPE, stderr=subprocess.PIPE
        )
        time.sleep(0.5)  # it waits for its input
        for number in signals:
            running.send_signal(number)
        running.wait(timeout=60)
        if running.returncode == 0 or files_in(pathlib.Path(name)):
            fail("interrupted", f"{signals}: exit status {running.returncode}, left {files_in(pathlib.Path(name))}")


outputs_of_a_full_run()
reattaching()
rewriting()
comparing()
exporting()
errors()
into_a_pipe()
interrupted([signal.SIGINT])
interrupted([signal.SIGHUP])
interrupted([signal.SIGINT, signal.SIGINT])
in_place()
for path in golden.glob("*.txt"):
    if path.name not in golden_cases:
        fail(path.name, "no case has this golden file")
print("\n".join(failures) if failures else f"{len(golden_cases)} goldens agree")
sys.exit(1 if failures else 0)
