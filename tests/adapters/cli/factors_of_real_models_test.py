"""Every wiring of the real models that spans all inputs of its layer, by the command and by NumPy on the file's weights:
sigma, the spaces of the first two factors, and the residual, for all normalisations, centrings and reductions.

usage: factors_of_real_models_test.py RAMUS SHARED_DIR
"""

import itertools
import json
import os
import subprocess
import sys

SKIP = 77

try:
    import numpy as np
    import onnx
    from onnx import numpy_helper
except ImportError as missing:
    print(missing)
    sys.exit(SKIP)

MODELS = [
    "squeezenet.onnx",
    "inceptionv1_google_to_mixed3b.onnx",
    "mtcnn_onet.onnx",
    "style_candy.onnx",
    "trained/plain_inette_s1.onnx",
    "trained/resnet_post_cifar.onnx",
    "trained/resnet_pre_cifar_bn.onnx",
    "trained/two_branch_tin32bn_s3_grouped.onnx",
    "trained/vit_tiny_cifar.onnx",
]
# The gains of their norms are folded into the inputs, which does not show where the inputs are normalised.
WITH_GAINS = {"style_candy.onnx", "trained/vit_tiny_cifar.onnx"}
NORMALISE = ["inputs", "outputs", "both", "none"]
CENTRING = ["rows", "columns", "double", "none"]
REDUCTIONS = ["l2", "l1", "max", "spectral", "one_norm"]
MOST_SIDE = 1024


class Weights:
    """The layers of a file: what a node multiplies with, and the norm that follows it."""

    def __init__(self, path):
        graph = onnx.load(path).graph
        self.values = {w.name: numpy_helper.to_array(w) for w in graph.initializer}
        self.nodes = {node.name: node for node in graph.node if node.name}
        readers = {}
        for node in graph.node:
            for name in node.input:
                readers.setdefault(name, []).append(node)
        self.readers = readers

    def kernel(self, name):
        """[outputs, inputs, height, width], or None for what this reader does not know."""
        node = self.nodes.get(name)
        if node is None or len(node.input) < 2 or node.input[1] not in self.values:
            return None
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        w = self.values[node.input[1]].astype(np.float64)
        if node.op_type == "Conv" and w.ndim == 4 and attributes.get("group", 1) == 1:
            return self.folded(node, w)
        if node.op_type == "Gemm" and not attributes.get("transA", 0) and attributes.get("alpha", 1) == 1:
            return (w if attributes.get("transB", 0) else w.T)[:, :, None, None]
        if node.op_type == "MatMul" and w.ndim == 2:
            return w.T[:, :, None, None]
        return None

    def folded(self, node, w):
        readers = self.readers.get(node.output[0], [])
        if len(readers) == 1 and readers[0].op_type == "BatchNormalization":
            gamma, variance = (self.values[readers[0].input[i]].astype(np.float64) for i in (1, 4))
            epsilon = next((a.f for a in readers[0].attribute if a.name == "epsilon"), 1e-5)
            w = w * (gamma / np.sqrt(variance + epsilon))[:, None, None, None]
        return w


def reduced(k, how):
    if how == "l2":
        return np.sqrt((k**2).sum((2, 3)))
    if how == "l1":
        return np.abs(k).sum((2, 3))
    if how == "max":
        return np.abs(k).max((2, 3))
    if how == "spectral":
        return np.linalg.norm(k, 2, (2, 3))
    return np.abs(k).sum(2).max(2)


def prepared(m, normalise, centring):
    m = m.copy()
    if normalise in ("inputs", "both"):
        m /= np.linalg.norm(m, axis=0)
    if normalise in ("outputs", "both"):
        m /= np.linalg.norm(m, axis=1)[:, None]
    if centring in ("rows", "double"):
        m -= m.mean(1, keepdims=True)
    if centring in ("columns", "double"):
        m -= m.mean(0)
    return m


def has_silent(m):
    return (m.max(0) <= 0).any() or (m.max(1) <= 0).any()


def factors_of(ramus, path, **options):
    words = [word for key, value in options.items() for word in ("--set", f"factors.{key}={value}")]
    command = [ramus, "analyze", path, "--passes", "factors", "--format", "json", "--quiet", *words]
    command += ["--set", "factors.permutations=0", "--set", "unit-features.field=0"]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["factors"]


def largest_angle(ours, theirs):
    q, _ = np.linalg.qr(ours)
    cosines = np.linalg.svd(q.T @ theirs)[1]
    return float(np.sqrt(max(0.0, 1 - cosines.min() ** 2)))


class Comparison:
    def __init__(self):
        self.wirings, self.angles, self.wrong = 0, 0, []
        self.worst = {"sigma": 0.0, "energy": 0.0, "angle": 0.0, "residual": 0.0}

    def note(self, what, value, most, where):
        self.worst[what] = max(self.worst[what], value)
        if not value <= most:
            self.wrong.append(f"{where}: {what} differs by {value:.1e}")

    def compare(self, entry, m, where):
        u, sigma, vt = np.linalg.svd(m, full_matrices=False)
        ours = np.array(entry["sigma"])
        self.wirings += 1
        self.note("sigma", float(np.abs(ours - sigma[: len(ours)]).max() / sigma[0]), 1e-6, where)
        total = float((m**2).sum())
        self.note("energy", abs(entry["total_energy"] - total) / total, 1e-6, where)
        if "same_as" in entry or len(ours) < 2:
            return
        left, right = np.array(entry["left"]).T[:, :2], np.array(entry["right"]).T[:, :2]
        residual = np.linalg.norm(m @ right - left * ours[:2], axis=0).max() / sigma[0]
        self.note("residual", float(residual), 1e-4, where)  # of vectors of six digits
        if len(sigma) > 2 and sigma[1] - sigma[2] > 0.02 * sigma[0]:
            self.angles += 1
            self.note("angle", largest_angle(right, vt[:2].T), 1e-3, where)
            self.note("angle", largest_angle(left, u[:, :2]), 1e-3, where)


def main():
    ramus, models = sys.argv[1], os.path.join(sys.argv[2], "models")
    if not os.path.isdir(models):
        print(f"{models} is not there")
        sys.exit(SKIP)
    choices = [("l2", n, c) for n, c in itertools.product(NORMALISE, CENTRING)]
    choices += [(r, "inputs", "rows") for r in REDUCTIONS[1:]]
    comparison = Comparison()
    for name in MODELS:
        path = os.path.join(models, name)
        weights, before = Weights(path), comparison.wirings
        for reduction, normalise, centring in choices:
            if name in WITH_GAINS and normalise in ("outputs", "none"):
                continue
            for entry in factors_of(ramus, path, reduction=reduction, normalise=normalise, centring=centring):
                k = weights.kernel(entry["to"])
                if k is None or k.shape[1] != entry["columns"] or max(k.shape[:2]) > MOST_SIDE or min(k.shape[:2]) < 2:
                    continue
                m = reduced(k, reduction)
                if has_silent(m):
                    continue
                where = f"{name} {entry['id']} {reduction} {normalise} {centring}"
                comparison.compare(entry, prepared(m, normalise, centring), where)
        print(f"{name}: {comparison.wirings - before} comparisons")
        if comparison.wirings == before:
            comparison.wrong.append(f"{name}: nothing was compared")
    print(f"{comparison.wirings} wirings, {comparison.angles} with a gap; worst {comparison.worst}")
    for line in comparison.wrong[:20]:
        print(line)
    sys.exit(1 if comparison.wrong else 0)


if __name__ == "__main__":
    main()
