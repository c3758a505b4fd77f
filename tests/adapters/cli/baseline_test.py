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
        if array.ndim > 1:
            weights[name] = (array + share * array.std() * rng.standard_normal(array.shape)).astype(np.float32)
    return model


def shuffled(array, rng):
    return rng.permutation(array.ravel()).reshape(array.shape)


def without_branch(model, join, arm, layers, readers, parallel):
    """The arm of a concatenation cut out, and from the weights that read its channels."""
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
    return model


def check_shipped():
    models = source / "examples/models"
    third, first = models / "two_branch_tin32bn_s3.onnx", models / "two_branch_tin32bn_s1.onnx"
    baseline = approve(third)
    expect(not findings(third, baseline), "the shipped model against itself", findings(third, baseline))
    path = saved(renamed(onnx.load(third)), "renamed.onnx")
    expect(not findings(path, baseline), "under other names", findings(path, baseline))
    path = saved(with_noise(onnx.load(third), 0.01, 1), "noisy.onnx")
    expect(not findings(path, baseline), "with a hundredth of noise", findings(path, baseline))
    print("s1 against s3:")
    for one in findings(first, baseline):
        print("  ", one["code"], one["severity"], one["place"]["name"], one["message"])
    return first, third, baseline


def check_inception(path):
    baseline = approve(path)
    expect(not findings(path, baseline), "InceptionV1 against itself", findings(path, baseline))
    for seed in range(3):
        noisy = saved(with_noise(onnx.load(path), 0.01, seed), "noisy.onnx")
        expect(not findings(noisy, baseline), "InceptionV1 with a hundredth of noise", findings(noisy, baseline))
    other = saved(renamed(onnx.load(path)), "renamed.onnx")
    expect(not findings(other, baseline), "InceptionV1 under other names", findings(other, baseline))

    rng = np.random.default_rng(0)
    model = onnx.load(path)
    weights = Weights(model)
    for name in ["mixed3b_5x5_bottleneck_w", "mixed3b_5x5_w"]:
        weights[name] = shuffled(weights[name], rng)
    found = findings(saved(model, "shuffled.onnx"), baseline)
    print("mixed3b's 5x5 shuffled:")
    for one in found:
        print("  ", one["code"], one["severity"], one["place"]["name"], one["message"])

    model = onnx.load(path)
    weights = Weights(model)
    order = rng.permutation(256)
    for name in ["1x1", "3x3_bottleneck", "5x5_bottleneck", "pool_reduce"]:
        weights[f"mixed3b_{name}_w"] = weights[f"mixed3b_{name}_w"][:, order]
    found = findings(saved(model, "exchanged.onnx"), baseline)
    print("mixed3a's units exchanged:")
    for one in found:
        print("  ", one["code"], one["severity"], one["place"]["name"], one["message"])

    readers = [f"mixed3b_{name}_w" for name in ["1x1", "3x3_bottleneck", "5x5_bottleneck", "pool_reduce"]]
    model = without_branch(onnx.load(path), "mixed3a", "mixed3a_5x5", None, readers, None)
    onnx.checker.check_model(model)
    found = findings(saved(model, "cut.onnx"), baseline)
    print("mixed3a's 5x5 cut out:")
    for one in found:
        print("  ", one["code"], one["severity"], one["place"]["name"], one["message"])


first, third, baseline = check_shipped()
inception = shared / "models/inceptionv1_google_to_mixed3b.onnx"
if inception.exists():
    check_inception(inception)
for failure in failures:
    print("FAILED:", failure)
if not inception.exists() and not failures:
    print(f"SKIPPED: {inception} is not there")
    sys.exit(77)
sys.exit(1 if failures else 0)
