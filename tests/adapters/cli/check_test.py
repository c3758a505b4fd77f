"""`ramus check` and `ramus explain` as a pipeline meets them: what they print, how they exit, and what they leave behind.

usage: check_test.py RAMUS SOURCE_DIR [--update]

Every case runs in a folder with a model that holds an initializer for nothing, and asks that rule alone, unless it says
otherwise. What it prints is compared with tests/golden/check/CASE.txt; --update rewrites those files.
"""

import difflib
import json
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

import jsonschema
import onnx
from onnx import TensorProto, helper

ramus, source = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
update = "--update" in sys.argv
golden = source / "tests/golden/check"
schema = jsonschema.Draft7Validator(json.loads((source / "adapters/checks/checks.schema.json").read_text("utf-8")))
HOSTILE = "a\"'\n::error::x%0A]]>[l](http://x){0}<b>\u202e\x1b[2J"
failures = []
golden_cases = set()


def expect(condition, *what):
    if not condition:
        failures.append(" ".join(map(str, what)))


def save(path, nodes, width, weights, **options):
    """A model from x to y, both [1, width]."""
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, width]) for name in "xy")
    graph = helper.make_graph(nodes, "g", [x], [y], weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7), str(path), **options)


def idle_model(path, left_behind="left_behind"):
    save(path, [helper.make_node("Relu", ["x"], ["y"], "relu")], 4,
         [helper.make_tensor(left_behind, TensorProto.FLOAT, [2], [1.0, 2.0])])  # fmt: skip


def residual_model(path):
    """What it computes is added to its input: a bypass in a form that is known to be harmless."""
    nodes = [helper.make_node("Gemm", ["x", "w"], ["a"]), helper.make_node("Relu", ["a"], ["b"]),
             helper.make_node("Gemm", ["b", "w"], ["c"]), helper.make_node("Add", ["x", "c"], ["y"], "add")]  # fmt: skip
    save(path, nodes, 8, [helper.make_tensor("w", TensorProto.FLOAT, [8, 8], [float(i % 7) for i in range(64)])])


def model_without_its_file(path):
    """A layer whose weights stand in a file that did not come along."""
    weight = helper.make_tensor("w", TensorProto.FLOAT, [64, 64], bytes(4 * 64 * 64), raw=True)
    save(path, [helper.make_node("Gemm", ["x", "w"], ["y"], "gemm")], 64, [weight],
         save_as_external_data=True, location=f"{path.name}.data", size_threshold=0)  # fmt: skip
    (path.parent / f"{path.name}.data").unlink()


def model_of_a_million_nodes(path):
    """Functions that call one another twice each: 2^20 nodes, if one looked into all of them."""
    opset, own = helper.make_opsetid("", 13), helper.make_opsetid("own", 1)
    functions = []
    for level in range(21):
        inner = f"f{level - 1}" if level else "Relu"
        nodes = [helper.make_node(inner, ["a"], ["b"], domain="own" if level else ""),
                 helper.make_node(inner, ["b"], ["c"], domain="own" if level else "")]  # fmt: skip
        functions.append(helper.make_function("own", f"f{level}", ["a"], ["c"], nodes, [opset, own]))
    graph = helper.make_graph(
        [helper.make_node("f20", ["x"], ["y"], "call", domain="own")], "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])],
    )  # fmt: skip
    onnx.save(helper.make_model(graph, functions=functions, opset_imports=[opset, own], ir_version=8), str(path))


def run(folder, *arguments, stdin=None):
    return subprocess.run([ramus, *arguments], cwd=folder, input=stdin, capture_output=True, timeout=300)


rules = {row["name"]: row for row in json.loads(run(source, "explain", "--format", "json").stdout)}
CODE, UNUSED = rules["unused-initializer"]["code"], rules["unused-ignore"]["code"]
ONE = ["--select", CODE]


def compare(case, text):
    golden_cases.add(f"{case}.txt")
    path = golden / f"{case}.txt"
    if update:
        golden.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    expected = path.read_text(encoding="utf-8") if path.exists() else ""
    if expected != text:
        failures.append(case + ":\n" + "".join(
            difflib.unified_diff(expected.splitlines(True), text.splitlines(True), "golden", "now")))  # fmt: skip


def case(name, *arguments, status=0, files=(), leaves=(), stdin=None, shows=True):
    """`files`: (path, bytes or what writes them). Returns standard output, and what was left by path."""
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        idle_model(place / "idle.onnx")
        for path, content in files:
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            if callable(content):
                content(place / path)
            else:
                (place / path).write_bytes(content)
        before = {path for path in place.rglob("*") if path.is_file()}
        result = run(place, *arguments, stdin=stdin)
        errors = result.stderr.decode()
        expect(result.returncode == status, f"{name}: exit status {result.returncode}, not {status}:", errors)
        expect(all(line.startswith("ramus: error: ") for line in errors.splitlines()), f"{name}:", errors)
        expect(bool(errors) == (status > 1), f"{name}: an error stands on standard error, findings do not:", errors)
        after = {path for path in place.rglob("*") if path.is_file()}
        left = {str(path.relative_to(place)): path.read_bytes() for path in after - before}
        expect(sorted(left) == sorted(leaves), f"{name}: left {sorted(left)}")
        if shows:
            compare(name, result.stdout.decode() + errors)
        return result.stdout, left


def findings_of(text):
    checks = json.loads(text)
    for error in schema.iter_errors(checks):
        expect(False, "json:", "/".join(map(str, error.absolute_path)), error.message[:200])
    return checks


def severities_and_status():
    case("text", "check", "idle.onnx", *ONE)
    case("fail-on-note", "check", "idle.onnx", *ONE, "--fail-on", "note", status=1)
    case("fail-on-warning", "check", "idle.onnx", *ONE, "--fail-on", "warning", shows=False)
    case("severity-of-the-settings", "check", "idle.onnx", *ONE, "--config", "s.json", status=1,
         files=[("s.json", json.dumps({"rules": {CODE: {"severity": "error"}}}).encode())])  # fmt: skip
    bypass = rules["input-to-output-bypass"]["code"]
    for severity, told in (("error", "note"), ("note", "note")):  # a harmless form is milder than the rule, and stays so
        out, _ = case(f"{severity}-of-a-harmless-form", "check", "r.onnx", "--select", bypass, "--config", "s.json", "--format",
                      "json", shows=False, files=[("r.onnx", residual_model),
                      ("s.json", json.dumps({"rules": {bypass: {"severity": severity}}}).encode())])  # fmt: skip
        found = [finding["severity"] for finding in findings_of(out)["models"][0]["findings"]]
        expect(found == [told], severity, "in the settings makes of a harmless form", found)
    out, _ = case("ignored-on-the-command-line", "check", "idle.onnx", "--ignore", CODE, "--format", "json", shows=False)
    expect(CODE not in findings_of(out)["models"][0]["rules"], "--ignore does not leave rules out")
    case("no-rule-is-left", "check", "idle.onnx", *ONE, "--ignore", "RMS", status=2)
    case("only-comparisons-without-a-baseline", "check", "idle.onnx", "--select", "RMS3", status=2, shows=False)


def models():
    three = [("m/a.onnx", idle_model), ("m/deep/b.onnx", idle_model), ("m/c.txt", b"no model")]
    for name, arguments in (
        ("folder", ["m"]),
        ("pattern", ["m/*.onnx", "m/*/*.onnx"]),
        ("twice", ["m", "m/a.onnx", "m/deep"]),
        ("by-two-spellings", ["m", "./m/*.onnx", "m/../m/a.onnx"]),
    ):
        out, _ = case(name, "check", *arguments, *ONE, "--format", "json", files=three, shows=False)
        paths = [model["path"] for model in findings_of(out)["models"]]
        expect(paths == ["m/a.onnx", "m/deep/b.onnx"], name, "takes", paths)
    case("folder-without-models", "check", "m", files=[("m/c.txt", b"")], status=3)
    case("pattern-without-models", "check", "n*.onnx", status=3)
    case("nothing", "check", status=2)
    content = (source / "examples/models/two_branch_tin32bn_s3.onnx").read_bytes()
    case("standard-input", "check", "-", *ONE, stdin=content)
    broken = [("broken.onnx", b"To be a model\n" * 9)]
    case("one-is-broken", "check", "broken.onnx", "nowhere.onnx", "idle.onnx", *ONE, files=broken, status=3)
    for form in ("json", "sarif", "github", "junit"):
        _, left = case(f"one-is-broken-{form}", "check", "broken.onnx", "idle.onnx", *ONE, "--format", form, "-o", "out",
                       files=broken, leaves=["out"], status=3, shows=False)  # fmt: skip
        expect(b"broken.onnx" in left["out"] and b"left_behind" in left["out"], form, "does not hold all models")


def labels_of_one_model():
    """The other one is not checked, and says why; nothing is lost of the first."""
    network = ("net.onnx", (source / "examples/models/two_branch_tin32bn_s3.onnx").read_bytes())
    labels = ("l.json", json.dumps({"/Concat": {"a": list(range(30)), "b": list(range(30, 64))}}).encode())
    out, _ = case("labels-of-one-of-two", "check", "net.onnx", "idle.onnx", "--labels", "l.json", "--write-baseline", "b.json",
                  "--format", "json", files=[network, labels], status=3, shows=False)  # fmt: skip
    net, idle = findings_of(out)["models"]
    expect("failure" not in net and "/Concat" in idle.get("failure", ""), "labels of one of two models:", idle)
    case("labels-of-no-model", "check", "idle.onnx", "--labels", "l.json", "--write-baseline", "b.json", files=[labels], status=2)
    case("wrong-option-of-a-pass", "check", "net.onnx", "idle.onnx", "--set", "factors.nope=1", files=[network], status=2)


def missing_weights():
    """Silence of rules about weights means nothing where there are none: the gate stays shut."""
    lost = [("lost.onnx", model_without_its_file)]
    case("missing-weights", "check", "lost.onnx", files=lost, status=1)
    case("missing-weights-structure-alone", "check", "lost.onnx", "--select", "RMS0,RMS2", files=lost, shows=False)
    case("missing-weights-baseline", "check", "lost.onnx", "--write-baseline", "b.json", files=lost, status=3)


def incomplete_analysis():
    huge = [("huge.onnx", model_of_a_million_nodes)]
    case("incomplete-analysis", "check", "huge.onnx", "--fail-on", "warning", files=huge, status=1)


def formats():
    out, _ = case("json", "check", "idle.onnx", *ONE, "--format", "json")
    checks = findings_of(out)
    expect(len(checks["models"][0]["findings"]) == 1, "json: findings")
    sarif, _ = case("sarif", "check", "idle.onnx", *ONE, "--format", "sarif")
    result = json.loads(sarif)["runs"][0]["results"][0]
    expect(result["partialFingerprints"]["ramusStructure/v1"] == checks["models"][0]["findings"][0]["fingerprint"], "sarif")
    case("github", "check", "idle.onnx", *ONE, "--format", "github")
    case("junit", "check", "idle.onnx", *ONE, "--format", "junit", "--fail-on", "note", status=1)
    case("bad-format", "check", "idle.onnx", "--format", "yaml", status=2)
    _, left = case("output", "check", "idle.onnx", *ONE, "--fail-on", "note", "-o", "out.txt", leaves=["out.txt"], status=1)
    expect(b"left_behind" in left["out.txt"], "output: the file holds the findings")
    case("output-over-the-model", "check", "idle.onnx", "-o", "idle.onnx", status=2)
    case("output-over-the-settings", "check", "idle.onnx", "-o", "ramus.toml", files=[("ramus.toml", b"")], status=2)
    one = case("one-thread", "check", "idle.onnx", "--format", "json", "--threads", "1", shows=False)
    expect(one == case("two-threads", "check", "idle.onnx", "--format", "json", "--threads", "2", shows=False), "threads")


def hostile_names():
    name = f"{HOSTILE.replace('/', '_')}.onnx"
    for form in ("text", "json", "sarif", "github", "junit"):
        out, _ = case(f"hostile-{form}", "check", f"m/{name}", *ONE, "--format", form, shows=False,
                      files=[(f"m/{name}", lambda path: idle_model(path, HOSTILE))])  # fmt: skip
        text = out.decode("utf-8")
        expect(form in ("json", "sarif") or "\x1b" not in text and "\u202e" not in text, "hostile:", form)
        if form == "github":
            lines = text.splitlines()
            expect(len(lines) == 2 and lines[0].startswith("::notice file=m/a\"' %3A%3Aerror%3A%3Ax%250A"), "hostile:", text)
        if form == "junit":
            expect(len(ElementTree.fromstring(text).findall(".//testcase")) == 1, "hostile:", text)
        if form == "json":
            expect(findings_of(out)["models"][0]["findings"][0]["place"]["name"] == HOSTILE, "hostile:", text)
        if form == "sarif":
            uri = json.loads(text)["runs"][0]["artifacts"][0]["location"]["uri"]
            expect(uri.startswith("m/a%22%27%0A%3A%3Aerror"), "hostile:", uri)


def settings():
    def check(name, text, *more, path="s.json", **options):
        if isinstance(text, dict):
            text = json.dumps(text)
        given = ["--config", path] if path != "ramus.toml" else []
        return case(name, "check", "idle.onnx", *given, *more, files=[(path, text.encode())], **options)

    known = {"ignores": [{"code": CODE, "where": "left_*", "reason": "kept for the next version"}]}
    out, _ = check("ignored", known, *ONE, "--format", "json")
    expect(len(findings_of(out)["models"][0]["ignored"]) == 1, "ignored: is not")
    stale = {"ignores": [{"code": CODE, "where": "right_*", "reason": "it was there"}]}
    check("unused-ignore", stale, "--select", f"{CODE},{UNUSED}")
    out, _ = check("unused-ignore-of-another-rule", stale, "--select", UNUSED, "--format", "json", shows=False)
    expect(findings_of(out)["settings"] == [], "an ignore of a rule that did not run is told")
    overridden = {"overrides": [{"models": ["*.onnx"], "rules": {CODE: {"severity": "error"}}}]}
    check("overridden", overridden, *ONE, status=1)
    left_out = {"ignore": [CODE], "overrides": [{"models": ["other.onnx"], "ignore": ["RMS"]}]}
    out, _ = check("selected-over-an-ignore", left_out, *ONE, "--format", "json", shows=False)
    expect(len(findings_of(out)["models"][0]["findings"]) == 1, "--select does not win over the settings' ignore")
    out, _ = check("override-over-an-ignore", {"ignore": [CODE], "overrides": [{"models": ["*"], "select": [CODE]}]},
                   "--format", "json", shows=False)  # fmt: skip
    expect(findings_of(out)["models"][0]["rules"] == [CODE], "an override's select does not win over an ignore above it")
    check("no-rule-despite-overrides", left_out, "--select", "RMS3", status=2)
    check("wrong-key", {"fail_on": "note"}, status=2)
    check("ignore-without-reason", {"ignores": [{"code": CODE}]}, status=2)
    check("not-json", "{", status=2)
    case("settings-that-are-not-there", "check", "idle.onnx", "--config", "nowhere.toml", status=3)
    case("select-no-rule", "check", "idle.onnx", "--select", "E501", status=2, shows=False)  # it lists all rules
    case("baseline-that-is-not-there", "check", "idle.onnx", "--baseline", "nowhere.json", status=3)
    case("fail-on-another-word", "check", "idle.onnx", "--fail-on", "fatal", status=2)
    if b"reads no TOML" in run(source, "check", "examples/models", "--config", "examples/ci/ramus.toml").stderr:
        print("this build reads no TOML: its cases are left out")
        golden_cases.update(("toml.txt", "toml-syntax.txt"))
        return
    check("toml", f'fail-on = "note"\nselect = ["{CODE}"]\n', path="ramus.toml", status=1)
    check("toml-syntax", 'fail-on = "note\n', path="ramus.toml", status=2)


def approvals():
    """What a baseline accepts, under which paths, and what may be written over it."""
    harsh = ("s.json", json.dumps({"rules": {CODE: {"severity": "error"}}}).encode())
    _, left = case("approve", "check", "idle.onnx", *ONE, "--write-baseline", "b.json", leaves=["b.json"], shows=False)
    mild = ("b.json", left["b.json"])
    _, left = case("approve-errors", "check", "idle.onnx", *ONE, "--config", "s.json", "--write-baseline", "b.json",
                   files=[harsh], leaves=["b.json"], shows=False)  # fmt: skip
    harsher = ("b.json", left["b.json"])

    def accepted(name, *arguments, files, status=0):
        out, _ = case(name, "check", *arguments, *ONE, "--baseline", "b.json", "--format", "json", files=files,
                      shows=False, status=status)  # fmt: skip
        return len(findings_of(out)["models"][0]["accepted"])

    expect(accepted("approved", "idle.onnx", files=[mild]) == 1, "what was approved is told")
    expect(accepted("approved-error", "idle.onnx", "--config", "s.json", files=[harsher, harsh]) == 1, "an error is told")
    expect(accepted("became-worse", "idle.onnx", "--config", "s.json", files=[mild, harsh], status=1) == 0,
           "what became worse stays accepted")  # fmt: skip
    two = [mild, ("other.onnx", idle_model)]
    expect(accepted("approved-under-another-spelling", "./idle.onnx", "other.onnx", files=two) == 1, "./ is another path")
    case("baseline-among-the-results", "check", "idle.onnx", "--write-baseline", "-", status=2)
    case("results-over-the-baseline", "check", "idle.onnx", "--baseline", "b.json", "-o", "b.json", files=[mild], status=2)
    stale = {"rules": {UNUSED: {"severity": "error"}}, "ignores": [{"code": CODE, "where": "right", "reason": "it was there"}]}
    case("severity-of-unused-ignores", "check", "idle.onnx", "--select", f"{CODE},{UNUSED}", "--config", "s.json", status=1,
         files=[("s.json", json.dumps(stale).encode())], shows=False)  # fmt: skip


def rules_that_ran():
    out, _ = case("without-baseline", "check", "idle.onnx", "--format", "json", shows=False)
    ran = findings_of(out)["models"][0]["rules"]
    silent = [row["code"] for row in rules.values() if row["needs_baseline"]] + [rules["not-in-baseline"]["code"], UNUSED]
    expect(CODE in ran and not set(ran) & set(silent), "rules that had nothing to look at count as passed:", ran)
    compared = {"ignores": [{"code": code, "reason": "x"} for code in silent if code != UNUSED]}
    out, _ = case("ignores-of-comparisons", "check", "idle.onnx", "--config", "s.json", "--format", "json", shows=False,
                  files=[("s.json", json.dumps(compared).encode())])  # fmt: skip
    expect(findings_of(out)["settings"] == [], "an ignore about a baseline is told of where none was given")


def explaining():
    out, _ = case("explain", "explain", shows=False)
    expect([line.split()[0] for line in out.decode().splitlines()] == sorted(row["code"] for row in rules.values()), "explain")
    case("explain-one", "explain", CODE)
    out, _ = case("explain-json", "explain", CODE, "--format", "json", shows=False)
    expect(json.loads(out) == rules["unused-initializer"], "explain: one rule is a row of the table")
    case("explain-no-rule", "explain", "RMS", status=2, shows=False)
    for row in rules.values():
        expect(row["summary"] and len(row["explanation"]) > 100, "explain:", row["code"], "says little")


for part in (severities_and_status, models, labels_of_one_model, missing_weights, incomplete_analysis, formats, hostile_names, settings, approvals, rules_that_ran, explaining):
    part()
for path in golden.glob("*.txt"):
    expect(path.name in golden_cases, path.name, "no case has this golden file")
print("\n".join(failures) if failures else f"{len(golden_cases)} goldens agree")
sys.exit(1 if failures else 0)
