"""Factors of a whole model by the command, and by NumPy on the same matrices; prints the ratios of their times.

usage: factors_against_numpy.py RAMUS [resnet152|gpt2|MODEL.onnx]          needs python3-onnx and python3-numpy

The command is timed as a user runs it: reading the file, all wirings, the report; without the features of deeper layers,
for which NumPy has no peer. NumPy gets each weight as an array,
reduces, normalises and centres it: `full` is numpy.linalg.svd, `randomised` has 8 + 10 columns and
4 power iterations (Halko, Martinsson, Tropp 2011), which leaves the residual that is printed.
"""

import collections
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

RANDOM = numpy.random.default_rng(0)
FACTORS = 8


class Model:
    def __init__(self, shape, element=TensorProto.FLOAT):
        self.nodes, self.weights, self.shape, self.element = [], [], shape, element

    def weight(self, *dims):
        name = f"w{len(self.weights)}"
        values = RANDOM.standard_normal(dims, dtype=numpy.float32) * numpy.sqrt(2 / numpy.prod(dims[1:]))
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def add(self, op, *inputs, **attributes):
        output = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [output], name=f"n{len(self.nodes)}", **attributes))
        return output

    def save(self, last, path):
        graph = helper.make_graph(
            self.nodes,
            "bench",
            [helper.make_tensor_value_info("x", self.element, self.shape)],
            [helper.make_tensor_value_info(last, TensorProto.FLOAT, None)],
            self.weights,
        )
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)


def resnet152(path):
    model = Model([1, 3, 224, 224])

    def conv(x, outputs, inputs, side):
        return model.add("Conv", x, model.weight(outputs, inputs, side, side), pads=[side // 2] * 4)

    x, channels = model.add("Relu", conv("x", 64, 3, 7)), 64
    for blocks, width in [(3, 64), (8, 128), (36, 256), (3, 512)]:
        for _ in range(blocks):
            inner = model.add("Relu", conv(x, width, channels, 1))
            inner = model.add("Relu", conv(inner, width, width, 3))
            outer = conv(inner, 4 * width, width, 1)
            skip = x if channels == 4 * width else conv(x, 4 * width, channels, 1)
            x, channels = model.add("Relu", model.add("Add", outer, skip)), 4 * width
    pooled = model.add("Flatten", model.add("GlobalAveragePool", x))
    model.save(model.add("Gemm", pooled, model.weight(1000, 2048), transB=1), path)


def gpt2(path):
    """The matrices of GPT-2 small, without attention's products: 12 x (768 -> 768, 768 -> 3072 -> 768)."""
    model = Model([1, 64], TensorProto.INT64)
    x = model.add("Gather", model.weight(50257, 768), "x")
    for _ in range(12):
        value = model.add("MatMul", x, model.weight(768, 768))
        x = model.add("Add", x, model.add("MatMul", value, model.weight(768, 768)))
        hidden = model.add("Relu", model.add("MatMul", x, model.weight(768, 3072)))
        x = model.add("Add", x, model.add("MatMul", hidden, model.weight(3072, 768)))
    model.save(model.add("MatMul", x, model.weight(768, 5000)), path)


def prepare(weight, transposed):
    m = numpy.sqrt((weight.astype(numpy.float64) ** 2).reshape(*weight.shape[:2], -1).sum(2))
    m = m.T if transposed else m
    m = m / numpy.linalg.norm(m, axis=0)
    return m - m.mean(1, keepdims=True)


def randomised(m, columns=FACTORS + 10, iterations=4):
    q, _ = numpy.linalg.qr(m @ RANDOM.standard_normal((m.shape[1], columns)))
    for _ in range(iterations):
        q, _ = numpy.linalg.qr(m.T @ q)
        q, _ = numpy.linalg.qr(m @ q)
    u, sigma, vt = numpy.linalg.svd(q.T @ m, full_matrices=False)
    return (q @ u)[:, :FACTORS], sigma[:FACTORS], vt[:FACTORS]


def run(ramus, path, *options):
    with tempfile.NamedTemporaryFile() as out:
        command = [ramus, "analyze", path, "--passes", "factors", "--quiet", "-o", out.name, *options]
        command += ["--set", "unit-features.field=0"]
        begin = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - begin, json.load(open(out.name))["factors"]


def main():
    ramus, which = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "resnet152"
    with tempfile.TemporaryDirectory() as folder:
        path = which
        if which in ("resnet152", "gpt2"):
            path = os.path.join(folder, which + ".onnx")
            {"resnet152": resnet152, "gpt2": gpt2}[which](path)
        size = os.path.getsize(path) / 1e6
        fast, factors = run(ramus, path, "--set", "factors.permutations=0")
        one, _ = run(ramus, path, "--set", "factors.permutations=0", "--threads", "1")
        nulls, _ = run(ramus, path)
        graph = onnx.load(path).graph
        weights = {w.name: numpy_helper.to_array(w) for w in graph.initializer}
        read = {f["to"] for f in factors}
        full, quick = numpy.zeros(2), numpy.zeros(2)  # each matrix once, and for each wiring
        residual = difference = 0.0
        wirings = collections.Counter(f["to"] for f in factors)
        largest = {f["to"]: f["sigma"] for f in factors}
        for node in graph.node:
            if node.name not in read:
                continue
            weight = weights[node.input[1]]
            begin = time.perf_counter()
            m = prepare(weight, node.op_type == "MatMul")
            prepared = time.perf_counter()
            sigma = numpy.linalg.svd(m, full_matrices=False)[1]
            whole = time.perf_counter()
            u, s, vt = randomised(m)
            done = time.perf_counter()
            times = numpy.array([1, wirings[node.name]])
            full += times * (whole - begin)
            quick += times * (done - whole + prepared - begin)
            residual = max(residual, numpy.linalg.norm(m @ vt.T - u * s, axis=0).max() / s[0])
            ours = numpy.array(largest[node.name])
            difference = max(difference, numpy.abs(ours - sigma[: len(ours)]).max() / sigma[0])
    print(f"{which}: {size:.0f} MB, {len(factors)} wirings into {len(read)} layers")
    print(f"ramus {fast:.2f} s, 1 thread {one:.2f} s ({one / fast:.2f} times), with the null {nulls:.2f} s"
          f" ({(nulls - fast) / len(factors) * 1e3:.1f} ms a wiring)")
    for what, seconds in (("full", full), (f"randomised (its residual {residual:.1e})", quick)):
        print(f"numpy {what}: each matrix once {seconds[0]:.2f} s, {seconds[0] / fast:.1f} times ramus;"
              f" for each wiring {seconds[1]:.2f} s, {seconds[1] / fast:.1f} times")
    print(f"sigma differs by {difference:.1e} of the largest; residual {max(f['residual'] for f in factors):.1e}")


if __name__ == "__main__":
    main()
