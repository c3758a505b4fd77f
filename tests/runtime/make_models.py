"""Models in which a rewrite has much to do, with random weights.

usage: make_models.py FOLDER

linear_trunk.onnx    a residual stream across every linear operator that the parallel form distributes over the terms
normal_form.onnx     constants, identities, no-ops of every kind, nested sums, and a body that reads a dropped value
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

folder = pathlib.Path(sys.argv[1])
random = np.random.default_rng(1)


class Net:
    def __init__(self, shape):
        self.shape, self.nodes, self.weights = shape, [], []

    def weight(self, *shape, low=-1.0, high=1.0):
        return self.constant(random.uniform(low, high, shape).astype(np.float32))

    def constant(self, array):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def add(self, op, *inputs, **attributes):
        name = f"{op.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], "/" + name, **attributes))
        return name

    def block(self, trunk, channels):
        inner = self.add("Relu", self.add("Conv", trunk, self.weight(channels, channels, 3, 3, low=-0.2, high=0.2), pads=[1] * 4))
        return self.add("Add", inner, trunk)

    def save(self, name, *outputs):
        value = helper.make_tensor_value_info
        any_shape = [None] * len(self.shape)
        names = [f"y{i}" for i in range(len(outputs))]
        ends = [helper.make_node("Tanh", [output], [name]) for output, name in zip(outputs, names)]
        graph = helper.make_graph(
            self.nodes + ends, "g", [value("x", TensorProto.FLOAT, self.shape)],
            [value(name, TensorProto.FLOAT, any_shape) for name in names], self.weights,
        )  # fmt: skip
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
        model.ir_version = 7
        onnx.checker.check_model(model)
        (folder / name).write_bytes(model.SerializeToString())


net = Net([1, 8, 16, 16])
trunk = net.block(net.block("x", 8), 8)
trunk = net.add("BatchNormalization", trunk, *(net.weight(8) for _ in range(3)), net.weight(8, low=0.5, high=2.0))
trunk = net.block(trunk, 8)
trunk = net.add("AveragePool", trunk, kernel_shape=[2, 2], strides=[2, 2])
trunk = net.block(trunk, 8)
trunk = net.add("Add", net.add("Mul", net.weight(8, 1, 1), trunk), net.weight(8, 1, 1))
trunk = net.block(trunk, 8)
trunk = net.add("Slice", trunk, *(net.constant(np.array(v)) for v in ([1], [7], [2])))
trunk = net.block(trunk, 8)
trunk = net.add("Pad", trunk, net.constant(np.array([0, 0, 1, 0, 0, 0, 1, 0])))
trunk = net.block(trunk, 8)
halved = net.add("Conv", trunk, net.weight(16, 8, 1, 1), net.weight(16), strides=[2, 2])
inner = net.add("Relu", net.add("Conv", trunk, net.weight(16, 8, 3, 3), pads=[1] * 4, strides=[2, 2]))
projected = net.add("BatchNormalization", halved, *(net.weight(16) for _ in range(3)), net.weight(16, low=0.5, high=2.0))
trunk = net.add("Add", projected, inner)
net.save("linear_trunk.onnx", net.block(net.block(trunk, 16), 16))

net = Net([2, 6])
given = net.add("Constant", value=numpy_helper.from_array(random.uniform(-1, 1, (6,)).astype(np.float32)))
value = net.add("Identity", net.add("Cast", net.add("Identity", "x"), to=TensorProto.FLOAT))
value = net.add("Reshape", value, net.constant(np.array([2, 6])))
value = net.add("Pad", net.add("Flatten", value), net.constant(np.array([0, 0, 0, 0])))
value = net.add("Transpose", net.add("Transpose", value))
value = net.add("Sum", net.add("Concat", value, axis=1))
terms = [net.add(op, value) for op in ("Relu", "Sin", "Cos", "Sigmoid")]
summed = net.add("Add", net.add("Add", terms[0], terms[1]), net.add("Add", terms[2], terms[3]))
summed = net.add("Add", summed, given)
inside = net.add("Identity", summed)
deeper = net.add("Identity", inside)
branches = [
    helper.make_graph(
        [helper.make_node(op, [deeper], ["t" + op])], op, [], [helper.make_tensor_value_info("t" + op, TensorProto.FLOAT, [2, 6])]
    )
    for op in ("Abs", "Neg")
]
flag = net.add("Constant", value=numpy_helper.from_array(np.array(True)))
chosen = net.add("If", flag, then_branch=branches[0], else_branch=branches[1])
size = net.add("Constant", value=numpy_helper.from_array(np.array([6])))
filled = net.add("ConstantOfShape", size, value=numpy_helper.from_array(np.array([0.5], np.float32)))
net.save("normal_form.onnx", chosen, net.add("Mul", inside, filled))
