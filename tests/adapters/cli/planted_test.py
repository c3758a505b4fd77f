"""What `ramus check` finds where it was planted, one rule after the other, and that it finds nothing else there; the same answer
from any number of threads, and memory that does not grow with the number of models.

usage: planted_test.py RAMUS SOURCE_DIR SHARED_DIR

Everything is planted into the shipped two-branch network; where SHARED_DIR has InceptionV1, a bypass into that as well.
"""

import json
import pathlib
import resource
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ramus, source, shared = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
folder = pathlib.Path(tempfile.mkdtemp())
failures = []


def expect(condition, *what):
    if not condition:
        failures.append(" ".join(map(str, what)))


def run(*arguments):
    return subprocess.run([ramus, "check", "--quiet", *map(str, arguments)], capture_output=True, text=True, timeout=300)


def findings(path, *options):
    done = run(path, "--format", "json", "--ignore", "RMS9", *options)
    expect(done.returncode in (0, 1), path.name, "exit", done.returncode, done.stderr)
    return json.loads(done.stdout)["models"][0]["findings"] if done.stdout else []


class Network:
    """The shipped network, to plant something in."""

    def __init__(self, path=source / "examples/models/two_branch_tin32bn_s3.onnx"):
        self.model = onnx.load(path)
        self.graph = self.model.graph

    def node(self, name):
        return next(node for node in self.graph.node if node.name == name)

    def weight(self, name):
        return numpy_helper.to_array(next(w for w in self.graph.initializer if w.name == name)).copy()

    def set_weight(self, name, array):
        next(w for w in self.graph.initializer if w.name == name).CopyFrom(numpy_helper.from_array(array, name))

    def add_weight(self, name, array):
        self.graph.initializer.append(numpy_helper.from_array(np.asarray(array, np.float32), name))
        return name

    def insert(self, after, nodes):
        place = [node.name for node in self.graph.node].index(after) + 1
        for offset, node in enumerate(nodes):
            self.graph.node.insert(place + offset, node)

    def saved(self, name):
        path = folder / f"{name}.onnx"
        onnx.save(self.model, path)
        return path


def relay(network, at, value):
    """What `at` reads is read under the name `value` from now on."""
    node = network.node(at)
    old = node.input[0]
    node.input[0] = value
    return old


def plant_bypass(network, output, compares):
    """A trigger on the image that adds to the output."""
    last = next(node for node in network.graph.node if output in node.output)
    last.output[list(last.output).index(output)] = "before_bypass"
    image = network.graph.input[0].name if not network.graph.initializer else next(
        i.name for i in network.graph.input if i.name not in {w.name for w in network.graph.initializer})
    nodes = [helper.make_node("ReduceMax", [image], ["t0"], "trigger_max", axes=[1, 2, 3], keepdims=0)]
    if compares:
        nodes += [helper.make_node("Greater", ["t0", network.add_weight("t_level", [0.9])], ["t1"], "trigger_compare"),
                  helper.make_node("Cast", ["t1"], ["t2"], "trigger_cast", to=TensorProto.FLOAT)]
    else:
        nodes += [helper.make_node("Exp", ["t0"], ["t2"], "trigger_exp")]
    nodes += [helper.make_node("Add", ["before_bypass", "t2"], [output], "trigger_join")]
    network.graph.node.extend(nodes)


def bypass():
    network = Network()
    plant_bypass(network, "logits", True)
    return network


def quiet_bypass():
    network = Network()
    plant_bypass(network, "logits", False)
    return network


def dead():
    network = Network()
    network.set_weight("branches.1.conv2.weight", np.zeros_like(network.weight("branches.1.conv2.weight")))
    return network


def unread():
    network = Network()
    weight = network.weight("conv3.weight")
    weight[:, :32] = 0
    network.set_weight("conv3.weight", weight)
    return network


def duplicate():
    network = Network()
    inner, outer = np.random.RandomState(0).permutation(16), np.random.RandomState(1).permutation(32)
    for layer, order in (("conv1", inner), ("conv2", outer)):
        weight, bias = network.weight(f"branches.0.{layer}.weight")[order], network.weight(f"branches.0.{layer}.bias")[order]
        network.set_weight(f"branches.1.{layer}.weight", weight[:, inner] if layer == "conv2" else weight)
        network.set_weight(f"branches.1.{layer}.bias", bias)
    return network


def near_identity():
    network = Network()
    old = relay(network, "/GlobalAveragePool", "block_sum")
    weight = network.add_weight("block.weight", np.random.RandomState(0).randn(96, 96, 1, 1) * 1e-5)
    network.insert("/Relu_4", [helper.make_node("Conv", [old, weight], ["block_conv"], "block_conv"),
                               helper.make_node("Add", [old, "block_conv"], ["block_sum"], "block_sum")])
    return network


def unbalanced():
    network = Network()
    old = relay(network, "/GlobalAveragePool", "wide")
    random = np.random.RandomState(0)
    large = network.add_weight("large.weight", random.randn(95, 96, 3, 3) * 0.05)
    small = network.add_weight("small.weight", random.randn(1, 96, 1, 1) * 0.05)
    network.insert("/Relu_4", [helper.make_node("Conv", [old, large], ["large"], "large", pads=[1, 1, 1, 1]),
                               helper.make_node("Relu", ["large"], ["large_on"], "large_on"),
                               helper.make_node("Conv", [old, small], ["small"], "small"),
                               helper.make_node("Relu", ["small"], ["small_on"], "small_on"),
                               helper.make_node("Concat", ["large_on", "small_on"], ["wide"], "wide", axis=1)])
    return network


def block_diagonal():
    network = Network()
    weight = network.weight("conv3.weight")
    inputs = np.random.RandomState(0).permutation(64)
    units = np.random.RandomState(1).permutation(weight.shape[0])
    weight[np.ix_(units[:48], inputs[:32])] *= 0.01
    weight[np.ix_(units[48:], inputs[32:])] *= 0.01
    network.set_weight("conv3.weight", weight)
    return network


def unreachable():
    network = Network()
    weight = network.add_weight("aux.weight", np.random.RandomState(0).randn(4, 96, 1, 1))
    network.graph.node.extend([helper.make_node("Conv", ["/Relu_4_output_0", weight], ["aux"], "aux_conv"),
                               helper.make_node("Relu", ["aux"], ["aux_on"], "aux_relu")])
    return network


def unused():
    network = Network()
    network.add_weight("left_behind", np.ones((64, 64)))
    return network


def unseen():
    network = Network()
    entry = b"\x0a\x03key\x12\x05value"
    network.node("/conv3/Conv").MergeFromString(b"\x4a" + bytes([len(entry)]) + entry)  # metadata_props
    return network


PLANTED = [
    (bypass, "RMS001", "error", "node", "trigger_join", ["Greater", "'image'", "'logits'"]),
    (quiet_bypass, "RMS001", "warning", "node", "trigger_join", ["Exp", "joins by Add"]),
    (dead, "RMS101", "warning", "branch", "branches.1", ["/branches.1/conv2/Conv"]),
    (unread, "RMS101", "warning", "branch", "branches.0", ["/conv3/Conv"]),
    (duplicate, "RMS102", "warning", "group", "branches", ["branches.0", "branches.1", "another order"]),
    (near_identity, "RMS103", "note", "group", "block", []),
    (unbalanced, "RMS104", "note", "group", None, ["'large"]),
    (block_diagonal, "RMS105", "note", "node", "/conv3/Conv", ["'/Concat'", "2 groups", "32 + 32 inputs"]),
    (unreachable, "RMS201", "note", "node", "aux_conv", ["1 more", "384 parameters"]),
    (unused, "RMS202", "note", "initializer", "left_behind", ["64 x 64"]),
    (unseen, "RMS203", "note", "model", "", ["1 node", "version 7"]),
]

expect(findings(source / "examples/models/two_branch_tin32bn_s3.onnx") == [], "something is found in the network itself")
for plant, code, severity, kind, name, words in PLANTED:
    path = plant().saved(plant.__name__)
    found = findings(path)
    told = [(one["code"], one["severity"], one["place"]["kind"], one["place"]["name"], one["message"]) for one in found]
    expect(len(found) == 1 and told[0][:3] == (code, severity, kind), plant.__name__, told)
    for one in found:
        expect(name is None or name in one["place"]["name"], plant.__name__, "stands at", one["place"])
        for word in words:
            expect(word in one["message"], plant.__name__, "does not say", word, ":", one["message"])
    done = run(path, "--fail-on", severity, "--select", code)
    expect(done.returncode == 1, plant.__name__, "exits with", done.returncode)
    if plant in (bypass, block_diagonal):  # without and with factors of weights
        threads = [run(path, "--format", "json", "--threads", count).stdout for count in (1, 2, 2)]
        expect(len(set(threads)) == 1, plant.__name__, "differs between runs")

path = bypass().saved("bypass_path")
steps = [step["name"] for step in findings(path)[0]["paths"][0]["steps"]]
expect(steps == ["image", "trigger_max", "trigger_compare", "trigger_cast", "trigger_join", "logits"], "the path is", steps)

# The same finding after another training and other names of nodes, and another one at another place.
before = findings(unused().saved("first"))[0]["fingerprint"], findings(unreachable().saved("second"))[0]["fingerprint"]
network = unreachable()
for node in network.graph.node:
    node.name = "renamed_" + node.name
network.set_weight("conv3.weight", network.weight("conv3.weight") * 1.5)
expect(findings(network.saved("renamed"))[0]["fingerprint"] == before[1], "a fingerprint depends on names or values")
expect(before[0] != before[1], "two findings have one fingerprint")


def peak_of(models):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    done = run(*models)
    expect(done.returncode == 0, len(models), "models exit with", done.returncode, done.stderr[:300])
    expect(done.stdout.strip().endswith(f"{len(models)} models"), done.stdout[-200:])
    return before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


many = []
for place in range(120):
    network = Network()
    network.set_weight("fc.bias", network.weight("fc.bias") + place)
    many.append(network.saved(f"many_{place}"))
_, few = peak_of(many[:20])
_, all_of_them = peak_of(many)
expect(all_of_them < 1.2 * few, "memory grows with the number of models:", few, all_of_them)

inception = shared / "models/inceptionv1_google_to_mixed3b.onnx"
if inception.exists():
    network = Network(inception)
    plant_bypass(network, "mixed3b", True)
    found = [one for one in findings(network.saved("inception")) if one["code"] == "RMS001"]
    expect(len(found) == 1 and found[0]["severity"] == "error", found)
    if found:
        for word in ("past 7 of the 7 layers", "ReduceMax, Greater, Cast", "Greater (first at 'trigger_compare')"):
            expect(word in found[0]["message"], word, found[0]["message"])

print(*failures, sep="\n")
print(f"{len(PLANTED)} planted, {len(failures)} problems")
sys.exit(1 if failures else 0 if inception.exists() else 77)
