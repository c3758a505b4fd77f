"""What `ramus export --to svg, dot and markdown` writes of real networks, of reports written by hand and of hostile names.

usage: pictures_test.py RAMUS REPORT_PROBE SOURCE_DIR SHARED_DIR

SVG is well-formed XML of few elements, boxes lie apart or in one another, every text begins and ends in the picture, and
names are in it as they are. DOT is read by a small reader, and by Graphviz where that is there. Tables of Markdown have
as many cells in each row.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

import onnx
from onnx import TensorProto, helper

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {"svg", "title", "style", "defs", "marker", "path", "g", "rect", "circle", "text", "tspan"}
ATTRIBUTES = {"width", "height", "viewBox", "role", "id", "refX", "refY", "markerWidth", "markerHeight", "markerUnits",
              "orient", "class", "d", "x", "y", "rx", "cx", "cy", "r", "fill", "stroke", "font-size", "text-anchor",
              "transform", "marker-end", "dx"}  # fmt: skip
SHARED = ["inceptionv1_google_to_mixed3b.onnx", "light_inception_v1.onnx", "light_resnet50.onnx",
          "light_densenet121.onnx", "vttrack.onnx", "silero_vad.onnx", "nanodet_m.onnx", "tf_bert_qa_tiny.onnx"]
FEW = ["--set", "factors.permutations=9", "--set", "latent-branches.entries=64", "--set", "modularity.entries=64"]
HOSTILE = ["</script><script>alert(1)</script>", "\"'`]--> x; {}|&lt;!--", "\u05e9\u05dc\u05d5\u05dd \u202eevil", "\U0001f33f\U0001f468\u200d\U0001f469",
           "n" * 10_000, "[x](javascript:alert) # @me <b>", "\x07\x1b[2J\\N\\", "a\n# heading\n| cell |\n"]  # fmt: skip
failures = []


def expect(condition, *what):
    if not condition:
        failures.append(" ".join(map(str, what)))


def boxes_of(root):
    """Rectangles that hold text, as (left, top, right, bottom, class)."""
    for rect in root.iter(SVG + "rect"):
        kind = rect.get("class")
        if kind in ("card", "lane", "tint", "join", "frame", "more", "axis"):
            x, y, width, height = (float(rect.get(key)) for key in ("x", "y", "width", "height"))
            yield x, y, x + width, y + height, kind


def are_apart(a, b):
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def is_in(a, b):
    return a[0] >= b[0] and a[1] >= b[1] and a[2] <= b[2] and a[3] <= b[3]


def check_svg(name, text):
    expect(len(text) < 1_000_000, name, "the picture has", len(text), "bytes")
    root = ElementTree.fromstring(text)
    width, height = float(root.get("width")), float(root.get("height"))
    for element in root.iter():
        expect(element.tag.removeprefix(SVG) in ELEMENTS, name, "an element", element.tag)
        expect(set(element.attrib) <= ATTRIBUTES, name, "attributes", set(element.attrib) - ATTRIBUTES)
    boxes = list(boxes_of(root))
    for i, a in enumerate(boxes):
        expect(0 <= a[0] and 0 <= a[1] and a[2] <= width and a[3] <= height, name, "outside of the picture:", a)
        for b in boxes[i + 1 :]:
            expect(are_apart(a, b) or is_in(a, b) or is_in(b, a), name, "boxes overlap:", a, b)
    # A narrow font's width, from below: what is beyond the edge by it is so in any font.
    for element in root.iter(SVG + "text"):
        if element.get("text-anchor") is None and element.get("x") is not None:
            letters = len("".join(element.itertext()))
            end = float(element.get("x")) + letters * float(element.get("font-size")) * 0.3
            expect(end <= width, name, "a text leaves the picture:", "".join(element.itertext())[:80])
    return root


STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


def check_dot(name, text):
    expect(len(text) < 1_000_000, name, "the graph has", len(text), "bytes")
    outside = STRING.sub('""', text)
    expect(re.fullmatch(r"[\x20-\x7e\n]*", outside) and not re.search(r"script|alert|evil|heading", outside), name, "outside of quotes")
    expect(outside.count("{") == outside.count("}") and outside.count("[") == outside.count("]"), name, "brackets")
    if shutil.which("dot"):
        drawn = subprocess.run(["dot", "-Tsvg"], input=text.encode(), capture_output=True)
        expect(drawn.returncode == 0 and b"rror" not in drawn.stderr, name, "Graphviz:", drawn.stderr[:300])


def check_markdown(name, text):
    expect(len(text) < 1_000_000, name, "the page has", len(text), "bytes")
    cells = None
    for line in text.split("\n"):
        if line.startswith("|"):
            expect(cells in (None, line.count("|")), name, "cells:", line[:200])
            cells = line.count("|")
        else:
            cells = None
    outside = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", re.sub(r"```mermaid\n.*?\n```", "", text, flags=re.DOTALL))
    expect(not re.search(r"<|\]\(|alert\(1\)</", outside), name, "a tag or a link in the page")
    headings = [line for line in text.split("\n") if re.match(r"#{1,2} ", line)]
    known = {"Map", "Branches", "Residual streams", "Factors", "Specialization", "Notes"}
    expect(all(line[3:] in known for line in headings[1:]), name, "headings", headings)


CHECKS = {"svg": check_svg, "dot": check_dot, "markdown": check_markdown}


def check(name, texts):
    found = {to: CHECKS[to](name, texts[to]) for to in CHECKS}
    print(name, *(f"{to}: {len(texts[to])} bytes" for to in CHECKS))
    return found["svg"]


def exported(ramus, path, *options):
    texts = {}
    for to in CHECKS:
        done = subprocess.run([ramus, "export", path, "--to", to, "-o", "-", "--quiet", *options], capture_output=True)
        expect(done.returncode == 0, path, to, done.stderr[:300])
        texts[to] = done.stdout.decode()
    return texts


def hostile_model(folder):
    """A fork into as many branches as there are hostile names."""
    nodes, weights = [], []
    for place, name in enumerate(HOSTILE):
        weight = f"w{place}"
        weights.append(helper.make_tensor(weight, TensorProto.FLOAT, [2 + place, 3, 1, 1], [0.1] * (6 + 3 * place)))
        nodes.append(helper.make_node("Conv", ["x", weight], [f"{name}{place}"], name=f"{name}/conv"))
        nodes.append(helper.make_node("Relu", [f"{name}{place}"], [f"{name}{place}r"], name=f"{name}/relu"))
    nodes.append(helper.make_node("Concat", [node.output[0] for node in nodes[1::2]], ["y"], name=HOSTILE[0], axis=1))
    shape = ["n", 3, 8, 8]
    graph = helper.make_graph(nodes, "\u202e</title>", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], weights)  # fmt: skip
    model = helper.make_model(graph, producer_name="<b>|`", opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    path = os.path.join(folder, "a&b <i>.onnx")
    onnx.save(model, path)
    return path


def main():
    ramus, probe, source, shared = sys.argv[1:5]
    for report in ("empty", "plain", "hostile"):
        run = lambda to: subprocess.run([probe, to, report], check=True, capture_output=True).stdout.decode()
        check(f"report {report}", {to: run(to) for to in CHECKS})
    example = os.path.join(source, "examples/models/two_branch_tin32bn_s3.onnx")
    root = check("two_branch_tin32bn_s3", exported(ramus, example))
    shown = {"".join(element.itertext()) for element in root.iter(SVG + "text")}
    expect({"branches.0", "branches.1", "higher colour", "higher frequency"} <= shown, "what the example shows:", shown)
    with tempfile.TemporaryDirectory() as folder:
        texts = exported(ramus, hostile_model(folder))
        root = check("hostile names", texts)
        titles = "".join("".join(title.itertext()) for title in root.iter(SVG + "title"))
        for name in (HOSTILE[0], HOSTILE[1].rstrip("-"), "\u05e9\u05dc\u05d5\u05dd", "\U0001f33f"):
            expect(name in titles, "a name is not in a title:", name)
        expect("\u202e" not in titles and "\x1b" not in titles, "a name steers the page")
    for model in SHARED:
        path = os.path.join(shared, "models", model)
        if not os.path.exists(path):
            print(f"left out: {path} is not there")
            continue
        check(model, exported(ramus, path, *FEW))
    print("\n".join(failures))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
