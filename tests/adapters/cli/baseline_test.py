"""What `ramus check` finds in models that were changed after they were approved, and that it finds nothing in others.

usage: baseline_test.py RAMUS SOURCE_DIR SHARED_DIR

The changes are made here, so that what must be found is known: weights shuffled, a branch cut out, nodes renamed, noise, another
training. Where SHARED_DIR has no InceptionV1, only the shipped models are looked at and the test says that it was skipped.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import jsonschema
import numpy as np
import onnx
from onnx import numpy_helper

ramus, source, shared = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
folder = pathlib.Path(tempfile.mkdtemp())
schema = jsonschema.Draft7Validator(json.loads((source / "adapters/checks/baseline.schema.json").read_text()))
failures = []


def expect(condition, *what):
    if not condition:
        failures.append(" ".join(map(str, what)))


def run(*arguments, status=(0, 1)):
    done = subprocess.run([ramus, "check", "--quiet", *map(str, arguments)], capture_output=True, text=True, timeout=300)
    expect(done.returncode in status, arguments, "exit", done.returncode, done.stderr)
    return done


def approve(*models):
    path = folder / (pathlib.Path(models[0]).stem + ".approved.json")
    run(*models, "--select", "RMS9", "--write-baseline", path)
    for error in schema.iter_errors(json.loads(path.read_text())):
        expect(False, path, error.message[:300])
    return path


def findings(model, baseline, *options):
    done = run(model, "--baseline", baseline, "--select", "RMS3", "--format", "json", *options)
    return json.loads(done.stdout)["models"][0]["findings"]


def codes(found):
    return [(one["code"], one["severity"], one["place"]["name"]) for one in found]


def saved(model, name):
    path = folder / name
    onnx.save(model, path)
    return path


class Weights:
    """Initializers of a model by name, as arrays that can be set."""

    def __init__(self, model):
        self.by_name = {each.name: each for each in model.graph.initializer}

    def __getitem__(self, name):
        return numpy_helper.to_array(self.by_name[name])

    def __setitem__(self, name, array):
        self.by_name[name].CopyFrom(numpy_helper.from_array(np.ascontiguousarray(array), name))


def renamed(model):
    """The same network, in which nothing has its name any more."""
    graph = model.graph
    kept = {value.name for value in [*graph.input, *graph.output]}
    names = {}

    def new(name):
        return name if not name or name in kept else names.setdefault(name, f"r{len(names)}")

    for node in graph.node:
        node.name = f"n{new(node.output[0])}"
        node.input[:] = [new(name) for name in node.input]
        node.output[:] = [new(name) for name in node.output]
    for weight in graph.initializer:
        weight.name = new(weight.name)
    del graph.value_info[:]
    return model


def with_noise(model, share, seed):
    rng = np.random.default_rng(seed)
    weights = Weights(model)
    for name in list(weights.by_name):
        array = weights[name]
        if array.ndim > 1 and array.dtype == np.float32:
            weights[name] = (array + share * array.std() * rng.standard_normal(array.shape)).astype(np.float32)
    return model


def shuffled(array, rng):
    return rng.permutation(array.ravel()).reshape(array.shape)


def without_arm(model, join, arm, readers):
    """The arm of a concatenation cut out, and its channels from the weights that read them."""
    graph = model.graph
    concat = next(node for node in graph.node if node.name == join)
    weights = Weights(model)
    widths = [weights[f"{name}_w"].shape[0] for name in concat.input]
    place = list(concat.input).index(arm)
    gone = np.arange(sum(widths[:place]), sum(widths[:place + 1]))
    concat.input.remove(arm)
    for node in [node for node in graph.node if node.name.startswith(arm)]:
        graph.node.remove(node)
    for weight in [weight for weight in graph.initializer if weight.name.startswith(arm)]:
        graph.initializer.remove(weight)
    for name in readers:
        weights[name] = np.delete(weights[name], gone, axis=1)
    del graph.value_info[:]
    onnx.checker.check_model(model)
    return model


def expect_silence(model, baseline, what):
    found = findings(model, baseline)
    expect(not found, what, json.dumps(found)[:500])


def expect_found(what, found, code, place, *words):
    """One finding of the rule at the place, with these words, as a warning or worse."""
    one = [each for each in found if each["code"] == code and each["place"]["name"] == place]
    expect(len(one) == 1, what, code, place, codes(found))
    for each in one:
        expect(each["severity"] == "warning", what, each["severity"])
        for word in words:
            expect(word in each["message"], what, "does not say", repr(word), each["message"])


def check_shipped():
    models = source / "examples/models"
    third, first = models / "two_branch_tin32bn_s3.onnx", models / "two_branch_tin32bn_s1.onnx"
    baseline = approve(third)
    expect_silence(third, baseline, "the shipped model against itself")
    expect_silence(saved(renamed(onnx.load(third)), "renamed.onnx"), baseline, "under other names")
    expect_silence(saved(with_noise(onnx.load(third), 0.01, 1), "noisy.onnx"), baseline, "with a hundredth of noise")
    # Another training: the branches have changed roles and divide the work as before.
    expect_silence(first, baseline, "another training")

    model = onnx.load(third)
    weights = Weights(model)
    rng = np.random.default_rng(0)
    for branch in range(2):
        name = f"branches.{branch}.conv1.weight"
        weights[name] = shuffled(weights[name], rng)
    found = findings(saved(model, "shuffled.onnx"), baseline)
    expect_found("first layers shuffled", found, "RMS303", "branches.0", "colour (AUC 0.96 -> ")

    # Of several models each is compared with its own, and one that was not approved is said to be new.
    both = approve(third, first)
    done = run(third, first, saved(onnx.load(first), "another.onnx"), "--baseline", both, "--format", "json",
               "--select", "RMS3,RMS901")
    told = {pathlib.Path(model["path"]).name: codes(model["findings"]) for model in json.loads(done.stdout)["models"]}
    expect(told == {third.name: [], first.name: [], "another.onnx": [("RMS901", "note", "")]}, told)

    # Findings that are known are not told again, and stay in the next baseline.
    model = onnx.load(third)
    model.graph.initializer.append(numpy_helper.from_array(np.zeros(3, np.float32), "unread"))
    path, known = saved(model, "unread.onnx"), folder / "known.json"
    run(path, "--write-baseline", known)
    again = json.loads(run(path, "--baseline", known, "--select", "RMS202", "--format", "json").stdout)["models"][0]
    expect(not again["findings"] and codes(again["accepted"]) == [("RMS202", "note", "unread")], again)


def check_wrong_baselines():
    third = source / "examples/models/two_branch_tin32bn_s3.onnx"
    report = folder / "report.json"
    subprocess.run([ramus, "analyze", third, "-o", report, "--quiet", "--passes", "branch-tree"], check=True)
    lines = {}
    for name, text in {"report": report.read_text(), "text": "approved", "empty": "", "list": "[]",
                       "deep": "[" * 100000, "cut": approve(third).read_text()[:-30]}.items():
        path = folder / f"{name}.json"
        path.write_text(text)
        done = run(third, "--baseline", path, status=(3,))
        lines[name] = done.stderr
        expect(done.stderr.count("\n") == 1 and str(path) in done.stderr, name, done.stderr)
    expect("is 'ramus.report/1', not 'ramus.baseline/1'" in lines["report"], lines["report"])


def check_inception(path):
    baseline = approve(path)
    expect_silence(path, baseline, "InceptionV1 against itself")
    for seed in range(3):
        noisy = saved(with_noise(onnx.load(path), 0.01, seed), "noisy.onnx")
        expect_silence(noisy, baseline, f"InceptionV1 with a hundredth of noise, seed {seed}")
    expect_silence(saved(renamed(onnx.load(path)), "renamed.onnx"), baseline, "InceptionV1 under other names")

    rng = np.random.default_rng(0)
    model = onnx.load(path)
    weights = Weights(model)
    for name in ["mixed3b_5x5_bottleneck_w", "mixed3b_5x5_w"]:
        weights[name] = shuffled(weights[name], rng)
    found = findings(saved(model, "shuffled.onnx"), baseline)
    expect_found("mixed3b's 5x5 shuffled", found, "RMS303", "mixed3b_5x5", "colour (AUC", "frequency (AUC", "32 units")
    expect([each for each in codes(found) if each[0] in ("RMS301", "RMS302")] == [], codes(found))

    # The units that the next group reads from each branch, exchanged with those of the others.
    readers = [f"mixed3b_{name}_w" for name in ["1x1", "3x3_bottleneck", "5x5_bottleneck", "pool_reduce"]]
    model = onnx.load(path)
    weights = Weights(model)
    order = rng.permutation(256)
    for name in readers:
        weights[name] = weights[name][:, order]
    found = findings(saved(model, "exchanged.onnx"), baseline)
    expect_found("mixed3a's units exchanged", found, "RMS303", "mixed3a", "fell from 0.09 ", "by factors", "200 units")
    meanings = [each for each in found if each["code"] == "RMS304"]
    expect(meanings and all(each["severity"] == "note" for each in meanings), codes(found))
    expect(any("linearised frequency" in each["message"] for each in meanings), meanings)

    model = without_arm(onnx.load(path), "mixed3a", "mixed3a_5x5", readers)
    found = findings(saved(model, "cut.onnx"), baseline)
    expect_found("mixed3a's 5x5 cut out", found, "RMS301", "mixed3a", "branch 'mixed3a_5x5' of group 'mixed3a' is gone",
                 "'mixed3a_1x1', 'mixed3a_3x3', 'mixed3a_pool_reduce'")
    expect_found("mixed3a's 5x5 cut out", found, "RMS301", "mixed3b", "parameters 32896 -> 28800")


def check_trainings(trained):
    """Seeds 1 and 3 divide colour and frequency among their branches, in either order; seed 2 does not."""
    if not trained.is_dir():
        return
    models = {seed: trained / f"two_branch_tin32bn_s{seed}.onnx" for seed in (1, 2, 3)}
    for first, other in ((1, 3), (3, 1)):
        expect_silence(models[other], approve(models[first]), f"seed {other} after seed {first}")
    for first in (1, 3):
        found = findings(models[2], approve(models[first]))
        expect_found(f"seed 2 after seed {first}", found, "RMS303", "branches", "its specialization fell from")
        told = [each for each in found if each["place"]["kind"] == "branch"]
        expect(len(told) == 1 and "colour (AUC" in told[0]["message"], f"seed 2 after seed {first}", codes(found))


check_shipped()
check_wrong_baselines()
inception = shared / "models/inceptionv1_google_to_mixed3b.onnx"
if inception.exists():
    check_inception(inception)
    check_trainings(shared / "models/trained")
for failure in failures:
    print("FAILED:", failure)
if not inception.exists() and not failures:
    print(f"SKIPPED: {inception} is not there")
    sys.exit(77)
sys.exit(1 if failures else 0)
