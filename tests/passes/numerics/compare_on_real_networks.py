"""The published numbers on trained networks: factors against colour (InceptionV1), the colour split of small nets, and
the enrichment of InceptionV1's families in its branches."""

import json
import os
import sys

from probe import Probe, skip

try:
    import numpy as np
    import onnx
    from onnx import numpy_helper
except ImportError as missing:
    skip(str(missing))

models = os.path.join(sys.argv[2], "models")
if not os.path.isdir(models):
    skip(f"{models} is not there")
probe = Probe(sys.argv[1])


def weights_of(name):
    graph = onnx.load(os.path.join(models, name)).graph
    return {w.name: numpy_helper.to_array(w) for w in graph.initializer}


def kernel_question(k):
    outputs, inputs, height, width = k.shape
    return dict(
        what="kernel", data=k.ravel().tolist(), outputs=outputs, inputs=inputs, height=height, width=width
    )


def ask_one(**question):
    answers = []
    probe.ask(answers.append, **question)
    probe.run()
    return answers[0]


def rounds_to(name, got, want):
    probe.true(name, abs(abs(got) - want) <= 0.00501, (got, want))


def correlate(rows, column, values):
    return np.corrcoef(np.array(rows)[:, column], values)[0, 1]


def enrichment():
    with open(os.path.join(sys.argv[2], "data", "enrichment_golden.json")) as file:
        cells = json.load(file)
    for cell in cells:
        probe.ask(
            lambda answer, cell=cell: probe.near(f"{cell['branch']} {cell['family']}", answer["p"], cell["p"], 1e-11),
            what="enrichment",
            hits=cell["hits"],
            family=cell["family_size"],
            branch=cell["branch_size"],
            population=cell["population"],
        )
    probe.run()
    print(f"  {len(cells)} cells of enrichment")


def inception():
    w = weights_of("inceptionv1_google_to_mixed3b.onnx")
    colour = ask_one(**kernel_question(w["conv2d0_w"]))["colour"]
    m = ask_one(**kernel_question(w["conv2d1_w"]))["l2"]
    default = ask_one(what="factors", m=m, permutations=99)
    plain = ask_one(what="factors", m=m, permutations=99, normalise=0)
    edge = ask_one(what="factors", m=m, permutations=99, budget=0)
    rounds_to("default first factor and colour", correlate(default["right"], 0, colour), 0.85)
    rounds_to("without normalisation", correlate(plain["right"], 0, colour), 0.86)
    rounds_to("centred only, beside", correlate(default["centred_right"], 0, colour), 0.86)
    probe.true("raw first vector has one sign", default["raw_one_signed"])
    rounds_to("raw first vector", correlate(default["raw_right"], 0, colour), 0.70)
    rounds_to("raw second vector", correlate(default["raw_right"], 1, colour), 0.84)
    probe.true("permutation null", default["method"] == "permutation" and default["significant"] >= 1)
    probe.true("analytic null", edge["method"] == "tracy-widom" and edge["significant"] >= 1)
    for which in ("p", "significant", "effective_rank", "input_magnitude", "output_magnitude"):
        print(f"  {which}: permuted {default[which]}, edge {edge[which]}")
    print("  unassigned inputs:", default["input_factors"].count(0), "of", len(default["input_factors"]))

    scale = np.random.default_rng(1).uniform(0.01, 100, 64)
    scaled = ask_one(what="factors", m=(np.array(m) * scale).tolist(), permutations=0)
    probe.near("a unit's scale changes nothing", scaled["sigma"], default["sigma"], 1e-12)
    probe.true("nor the vectors", np.allclose(scaled["right"], default["right"], atol=1e-10))


def trained(name, colour, auc, p, frequency):
    w = weights_of(f"trained/{name}.onnx")
    branches = [ask_one(**kernel_question(w[f"branches.{b}.conv1.weight"])) for b in range(2)]
    for b in range(2):
        rounds_to(f"{name} colour {b}", np.mean(branches[b]["colour"]), colour[b])
        probe.true(f"{name} frequency {b}", abs(np.mean(branches[b]["frequency"]) - frequency[b]) < 6e-4)
    x, y = branches[1]["colour"], branches[0]["colour"]
    test = ask_one(what="mann_whitney", x=x, y=y, exact_below=100)
    probe.true(f"{name} AUC", abs(test["auc"] - auc) < 6e-4, test)
    probe.near(f"{name} p", test["p"], p, 0.02)


enrichment()
inception()
trained("two_branch_tin32bn_s3", (0.85, 0.23), 0.035, 3.2e-7, (0.152, 0.230))
trained("two_branch_tin32bn_s1", (0.27, 0.76), 0.863, 2.3e-4, (0.215, 0.180))
trained("two_branch_tin32bn_s2", (0.52, 0.47), 0.480, 0.87, (0.213, 0.207))
trained("two_branch_inette_s0", (0.62, 0.31), 0.246, 3.6e-4, (0.165, 0.183))
probe.finish()
