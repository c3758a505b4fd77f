"""What is exported for deployment pipelines, held against the schema of CycloneDX and the grammar of Prometheus.

usage: pipelines_test.py RAMUS REPORT_PROBE SOURCE_DIR SHARED_DIR

The shipped model, reports written by hand with hostile names, names that repeat, and, where SHARED_DIR is there, real models. The
schema of CycloneDX is in SHARED_DIR too; without it the rest is checked and the test says that it was skipped. promtool is asked
where it is installed.
"""

import json
import math
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import jsonschema

ramus, probe = sys.argv[1:3]
source, shared = map(pathlib.Path, sys.argv[3:5])
folder = pathlib.Path(tempfile.mkdtemp())
failures = []
SHARED = ["inceptionv1_google_to_mixed3b.onnx", "squeezenet.onnx", "nested_loops_30.onnx", "trained/vit_tiny_cifar.onnx"]
FEW = ["--set", "factors.permutations=19", "--set", "latent-branches.entries=64", "--set", "modularity.entries=64",
       "--set", "modularity.permutations=2"]


def expect(condition, *what):
    if not condition:
        failures.append(" ".join(map(str, what)))


def cyclonedx_schema():
    """Signatures and SPDX licences have schemas of their own, of which nothing is written here: any value passes."""
    path = shared / "schemas/cyclonedx-bom-1.6.schema.json"
    if not path.exists():
        return None
    schema = json.loads(path.read_text())
    base = schema["$id"].rsplit("/", 1)[0] + "/"
    stubs = {base + "spdx.schema.json": {}, base + "jsf-0.82.schema.json": {"definitions": {"signature": {}}}}
    return jsonschema.Draft7Validator(schema, resolver=jsonschema.RefResolver(schema["$id"], schema, store=stubs))


ESCAPES = {"\\": "\\", '"': '"', "n": "\n"}
NUMBER = re.compile(r"[+-]?(\d+\.?\d*([eE][+-]?\d+)?|Inf)$|NaN$")


def labels_of(text, line):
    """{name: value} of "{a="b",c="d"}", and what follows."""
    labels = {}
    while True:
        match = re.match(r'([a-zA-Z_][a-zA-Z0-9_]*)="', text)
        if not match:
            raise ValueError(f"no label: {line}")
        value, place = "", match.end()
        while text[place] != '"':
            if text[place] == "\\":
                place += 1
                value += ESCAPES[text[place]]
            else:
                value += text[place]
            place += 1
        if match.group(1) in labels:
            raise ValueError(f"a label twice: {line}")
        labels[match.group(1)] = value
        text = text[place + 1:]
        if text.startswith("}"):
            return labels, text[1:]
        if not text.startswith(","):
            raise ValueError(f"neither , nor }}: {line}")
        text = text[1:]


def parse_exposition(text):
    """Series of the text format 0.0.4, strictly: HELP, TYPE and then all series of a metric, no time, none twice."""
    if not text.endswith("\n"):
        raise ValueError("no newline at the end")
    series, done, current, announced = {}, set(), None, None
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            name = line.split(" ")[2]
            if name in done or name == current:
                raise ValueError(f"a metric twice: {name}")
            if announced is not None:
                raise ValueError(f"no TYPE: {announced}")
            if current is not None and current not in {key[0] for key in series}:
                raise ValueError(f"no series: {current}")
            done.add(current)
            announced, current = name, None
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            if name != announced or kind != "gauge" or not re.fullmatch(r"ramus_[a-z_]+", name):
                raise ValueError(line)
            current, announced = name, None
        else:
            name, brace, rest = line.partition("{")
            if name != current or not brace:
                raise ValueError(f"not under its metric: {line}")
            labels, rest = labels_of(rest, line)
            if not rest.startswith(" ") or not NUMBER.match(rest[1:]):
                raise ValueError(f"no number, or something after it: {line}")
            key = (name, tuple(sorted(labels.items())))
            if key in series:
                raise ValueError(f"a series twice: {line}")
            series[key] = float(rest[1:])
    return series


def value_of(series, metric, **labels):
    found = [value for (name, pairs), value in series.items()
             if name == metric and all((key, text) in pairs for key, text in labels.items())]
    expect(len(found) == 1, metric, labels, "is there", len(found), "times")
    return found[0] if found else math.nan


def check_prometheus(name, text):
    try:
        series = parse_exposition(text)
    except (ValueError, KeyError, IndexError) as wrong:
        expect(False, name, "prometheus:", repr(wrong))
        return {}
    if shutil.which("promtool"):
        done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
        expect(done.returncode == 0, name, "promtool:", done.stdout, done.stderr)
    return series


def check_cyclonedx(name, text, schema):
    bom = json.loads(text)
    for error in schema.iter_errors(bom) if schema else []:
        expect(False, name, "cyclonedx:", list(error.absolute_path), error.message[:200])
    expect(re.fullmatch(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", bom["serialNumber"]),
           name, bom["serialNumber"])
    expect("timestamp" not in text, name, "has a time")
    for metric in bom["components"][0]["modelCard"].get("quantitativeAnalysis", {}).get("performanceMetrics", []):
        value = float(metric["value"])
        bounds = metric.get("confidenceInterval")
        if bounds:
            inside = 0 <= float(bounds["lowerBound"]) <= value <= float(bounds["upperBound"]) <= 1
            expect(inside, name, "its interval does not hold it:", metric)
    return bom


def export(origin, to, *options):
    done = subprocess.run([ramus, "export", origin, "--to", to, "-o", "-", "--quiet", *options], capture_output=True)
    expect(done.returncode == 0, origin, to, done.stderr)
    return done.stdout.decode()


def check_model(path, schema):
    """And that a report says the same as its model."""
    report = folder / "report.json"
    subprocess.run([ramus, "analyze", path, "-o", report, "--quiet", *FEW], check=True, stdout=subprocess.DEVNULL)
    found = json.loads(report.read_text())
    texts = {to: export(report, to) for to in ("cyclonedx", "prometheus")}
    for to, text in texts.items():
        expect(export(path, to, *FEW) == text, path.name, to, "a report and its model differ")
    series = check_prometheus(path.name, texts["prometheus"])
    bom = check_cyclonedx(path.name, texts["cyclonedx"], schema)
    counts = {}
    for group in found["groups"]:
        counts[group["kind"]] = counts.get(group["kind"], 0) + 1
    for kind, count in counts.items():
        expect(value_of(series, "ramus_groups", kind=kind) == count, path.name, kind)
    expect(sum(key[0] == "ramus_group_branches" for key in series) == len(found["groups"]), path.name, "groups")
    properties = {each["name"]: each["value"] for each in bom["components"][0]["modelCard"]["properties"]}
    expect(properties["ramus:branches"] == str(sum(len(group["branches"]) for group in found["groups"])), path.name, properties)
    expect(properties["ramus:residual_streams"] == str(len(found["streams"])), path.name, properties)
    digest = bom["components"][0]["hashes"][0]["content"]
    expect("sha256:" + digest == found["model"]["digest"], path.name, digest)
    print(f"{path.name}: {len(series)} series, "
          f"{len(bom['components'][0]['modelCard'].get('quantitativeAnalysis', {}).get('performanceMetrics', []))} metrics")
    return found, series, bom


def check_example(schema):
    found, series, bom = check_model(source / "examples/models/two_branch_tin32bn_s3.onnx", schema)
    card = bom["components"][0]["modelCard"]
    expect(card["modelParameters"]["inputs"] == [{"format": "float32[?,3,32,32]"}], card["modelParameters"])
    metrics = card["quantitativeAnalysis"]["performanceMetrics"]
    score = [each for each in metrics if each["type"] == "ramus.specialization.score"]
    expect([each["slice"] for each in score] == ["branches", "branches/branches.0", "branches/branches.1"], score)
    expect("confidenceInterval" in score[0], score)
    special = found["specialization"][0]
    expect(math.isclose(float(score[0]["value"]), special["score"], rel_tol=1e-5), score, special["score"])
    labels = {"group": "branches", "kind": "concat"}
    for metric, field in (("", "score"), ("_standard_error", "standard_error"), ("_p", "p")):
        value = value_of(series, "ramus_group_specialization" + metric, **labels)
        expect(math.isclose(value, special[field], rel_tol=1e-5), field, value, special[field])
    for branch in special["branches"]:
        name = f"branches.{branch['branch'][-1]}"
        for contrast in branch["features"]:
            auc = value_of(series, "ramus_branch_feature_auc", branch=name, feature=contrast["feature"])
            expect(math.isclose(auc, contrast["auc"], rel_tol=1e-5), name, contrast, auc)
    return found


def check_names(found, schema):
    """Groups and branches of one name, and names that try to end the line or the label."""
    hostile = 'a "b" \\ \n# TYPE evil counter\nevil 1'
    group = json.loads(json.dumps(found["groups"][0]))
    for each, ids in ((found["groups"][0], "g0"), (group, "g1")):
        each["name"] = hostile
        each["id"] = ids
        for place, branch in enumerate(each["branches"]):
            branch["name"] = hostile
            branch["id"] = f"{ids}.b{place}"
        if "repeated" in each:
            each["repeated"]["of"] = ids
    found["groups"].append(group)
    found["model"]["path"] = hostile
    path = folder / "hostile.json"
    path.write_text(json.dumps(found))
    series = check_prometheus("names that repeat", export(path, "prometheus"))
    shown = hostile.replace("\n", " ")
    for name in (shown, shown + " #2"):
        expect(value_of(series, "ramus_group_branches", group=name, model=shown) == 2, "no group", name)
        value_of(series, "ramus_branch_parameters", group=name, branch=name)
    check_cyclonedx("names that repeat", export(path, "cyclonedx"), schema)


schema = cyclonedx_schema()
check_names(check_example(schema), schema)
for report in ("whole", "empty", "hostile"):
    for to, check in (("prometheus", lambda text: check_prometheus(report, text)),
                      ("cyclonedx", lambda text: check_cyclonedx(report, text, schema))):
        done = subprocess.run([probe, to, report], capture_output=True)
        expect(done.returncode == 0, report, to, done.stderr)
        check(done.stdout.decode())
for name in SHARED:
    if (shared / "models" / name).exists():
        check_model(shared / "models" / name, schema)
for failure in failures:
    print("FAILED:", failure)
if schema is None and not failures:
    print(f"SKIPPED: {shared}/schemas is not there")
    sys.exit(77)
sys.exit(1 if failures else 0)
