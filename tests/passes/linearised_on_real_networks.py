"""Features of linearised kernels against their definition: the gradient of a unit with respect to the image, in the network
without nonlinearities (of a maximum its middle stays). And the published number for InceptionV1.

    linearised_on_real_networks.py RAMUS SHARED
"""

import json
import os
import subprocess
import sys

SKIPPED = 77

try:
    import numpy as np
    import onnx
    from onnx import numpy_helper
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(SKIPPED)

command, models = sys.argv[1], os.path.join(sys.argv[2], "models")
if not os.path.isdir(models):
    print(f"skipped: {models} is not there")
    sys.exit(SKIPPED)
SIDE = 192
UNITS = 5  # of each layer
failures = compared = 0


def near(name, got, want, tolerance):
    global failures, compared
    compared += 1
    if not abs(got - want) <= tolerance:
        failures += 1
        print(f"{name}: got {got}, want {want}")


def analyse(model, *options):
    command_line = [command, "analyze", os.path.join(models, model), "--format", "json", *options]
    return json.loads(subprocess.run(command_line, capture_output=True, check=True).stdout)


def ints(node, name, default):
    for attribute in node.attribute:
        if attribute.name == name:
            return list(attribute.ints)
    return default


class Network:
    def __init__(self, model):
        graph = onnx.load(os.path.join(models, model)).graph
        self.weights = {w.name: numpy_helper.to_array(w).astype(float) for w in graph.initializer}
        self.nodes = list(graph.node)
        self.image = next(i.name for i in graph.input if i.name not in self.weights)
        self.sizes = {self.image: (3, SIDE)}
        for node in self.nodes:
            size = self.size_of(node)
            if size is None:
                break
            self.sizes[node.output[0]] = size

    def size_of(self, node):
        channels, side = self.sizes.get(node.input[0], (None, None))
        if channels is None:
            return None
        stride = ints(node, "strides", [1, 1])[0]
        pads = ints(node, "pads", [0, 0, 0, 0])
        if node.op_type == "Conv":
            weight = self.weights[node.input[1]]
            return weight.shape[0], (side + pads[0] + pads[2] - weight.shape[2]) // stride + 1
        if node.op_type == "Pad":
            amounts = ints(node, "pads", None)
            return channels, side + amounts[2] + amounts[6]
        if node.op_type in ("MaxPool", "AveragePool"):
            return channels, (side + pads[0] + pads[2] - ints(node, "kernel_shape", None)[0]) // stride + 1
        if node.op_type == "Concat":
            return sum(self.sizes[name][0] for name in node.input), side
        keeps = node.op_type in ("Relu", "LRN", "Dropout", "BatchNormalization", "ImageScaler")
        return (channels, side) if keeps else None

    def back(self, node, gradient, gradients):
        """Adds what `node` passes on of the gradient at its output to those at its inputs."""
        channels, side = self.sizes[node.input[0]]
        stride = ints(node, "strides", [1, 1])[0]
        pads = ints(node, "pads", [0, 0, 0, 0])
        if node.op_type in ("Conv", "MaxPool", "AveragePool"):
            padded = np.zeros((channels, side + 512, side + 512))
            height = width = None
            if node.op_type == "Conv":
                weight = self.weights[node.input[1]]
                height, width = weight.shape[2:]
            else:
                height, width = ints(node, "kernel_shape", None)
            out = gradient.shape[1]
            for y in range(height):
                for x in range(width):
                    if node.op_type == "MaxPool" and (y, x) != ((height - 1) // 2, (width - 1) // 2):
                        continue
                    part = gradient
                    if node.op_type == "Conv":
                        part = np.tensordot(weight[:, :, y, x].T, gradient, 1)
                    elif node.op_type == "AveragePool":
                        part = gradient / (height * width)
                    top, left = 256 + y - pads[0], 256 + x - pads[1]
                    padded[:, top : top + stride * out : stride, left : left + stride * out : stride] += part
            gradients[node.input[0]] = gradients.get(node.input[0], 0) + padded[:, 256 : 256 + side, 256 : 256 + side]
        elif node.op_type == "Concat":
            first = 0
            for name in node.input:
                count = self.sizes[name][0]
                gradients[name] = gradients.get(name, 0) + gradient[first : first + count]
                first += count
        elif node.op_type == "Pad":
            before = ints(node, "pads", None)[2]
            gradients[node.input[0]] = gradient[:, before : before + side, before : before + side]
        elif node.op_type == "BatchNormalization":
            scale = self.weights[node.input[1]] / np.sqrt(self.weights[node.input[4]] + 1e-5)
            gradients[node.input[0]] = gradients.get(node.input[0], 0) + scale[:, None, None] * gradient
        else:
            gradients[node.input[0]] = gradients.get(node.input[0], 0) + gradient

    def kernel(self, output, unit):
        """d unit / d image, at the middle position of its plane."""
        channels, side = self.sizes[output]
        start = np.zeros((channels, side, side))
        start[unit, side // 2, side // 2] = 1
        gradients = {output: start}
        for node in reversed(self.nodes):
            if node.output[0] in gradients and node.output[0] in self.sizes:
                self.back(node, gradients.pop(node.output[0]), gradients)
        kernel = gradients[self.image]
        rows, columns = np.nonzero(kernel.any(axis=(0, 2)))[0], np.nonzero(kernel.any(axis=(0, 1)))[0]
        return kernel[:, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def features_of(kernel, field):
    energy, luminance = (kernel**2).sum(), kernel.mean(axis=0)
    framed = np.zeros((3, *field))  # the mean is over the whole field, of which a zero border is a part
    framed[:, : kernel.shape[1], : kernel.shape[2]] = kernel
    power = sum(np.abs(np.fft.fft2(channel - framed.mean(), (64, 64))) ** 2 for channel in framed)
    fy, fx = np.meshgrid(np.fft.fftfreq(64), np.fft.fftfreq(64), indexing="ij")
    grey = np.abs(np.fft.fft2(luminance, (64, 64))) ** 2
    turns = np.exp(2j * np.arctan2(fy, fx))
    turns[0, 0] = 0
    doubled = (grey * turns).sum() / grey[turns != 0].sum()
    edges = (power * turns).sum() / power[turns != 0].sum()
    return {
        "colour": ((kernel - luminance) ** 2).sum() / energy,
        "frequency": (power * np.hypot(fy, fx)).sum() / power.sum(),
        "orientation_selectivity": abs(doubled),
        "verticality": edges.real,
        "diagonality": edges.imag,
        "brightness": abs(kernel.sum()) / np.abs(kernel).sum(),
    }


def check_network(model, least_layers):
    network = Network(model)
    seen = 0
    by_name = {node.name: node for node in network.nodes}
    for entry in analyse(model, "--passes", "unit-features")["features"]:
        if not entry.get("linearised"):
            continue
        seen += 1
        output = by_name[entry["layer"]].output[0]
        for unit in np.linspace(0, entry["units"] - 1, UNITS).astype(int):
            for name, want in features_of(network.kernel(output, unit), entry["field"]).items():
                near(f"{model}: {entry['layer']} unit {unit}: {name}", entry[name][unit], want, 2e-4)
    near(f"{model}: layers with linearised kernels", min(seen, least_layers), least_layers, 0)


def colour_of_first_factor(*options):
    report = analyse("inceptionv1_google_to_mixed3b.onnx", "--passes", "factors", *options)
    wiring = next(w for w in report["factors"] if w["id"] == "conv2d1_pre_relu/conv->conv2d2_pre_relu/conv")
    return next(m for m in wiring["meaning"] if m["factor"] == 0 and m["feature"] == "colour")


check_network("inceptionv1_google_to_mixed3b.onnx", 12)
check_network("squeezenet.onnx", 9)
published = colour_of_first_factor("--set", "factors.normalise=none")
near("InceptionV1 conv2d1 -> conv2d2, |r| with colour, published", abs(published["pearson"]), 0.74, 0.0051)
default = colour_of_first_factor()
near("InceptionV1 conv2d1 -> conv2d2, |r| with colour, by default", abs(default["pearson"]), 0.76, 0.0051)
near("it is of linearised kernels", default.get("linearised"), 1, 0)
print(f"{compared} comparisons, {failures} failed")
sys.exit(1 if failures else 0)
